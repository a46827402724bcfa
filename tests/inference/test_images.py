"""Pictures that a request brings: fitted as promised, and nothing hostile gets past their limits.

Changed files are 300 in a normal run, more by SAFELIGHT_FUZZ_CASES.
"""

import base64
import io
import os
import struct

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from inference import images
from inference.errors import RunnerError

CASES = int(os.environ.get("SAFELIGHT_FUZZ_CASES", "300"))


def uri(picture: Image.Image, format: str = "PNG", *, declared: str | None = None, **options) -> str:
    file = io.BytesIO()
    picture.save(file, format, **options)
    return as_uri(file.getvalue(), declared or format.lower())


def as_uri(data: bytes, type: str = "png") -> str:
    return f"data:image/{type};base64,{base64.b64encode(data).decode()}"


def test_a_picture_is_scaled_to_cover_and_keeps_its_middle():
    picture = Image.new("RGB", (300, 100), "red")
    picture.paste("blue", (100, 0, 200, 100))
    found = images.decode(uri(picture), width=64, height=64)
    assert found.shape == (64, 64, 3)
    assert found.dtype == np.float32
    assert np.allclose(found[:, 8:56], (0, 0, 1), atol=0.02)


@pytest.mark.parametrize("format", ["PNG", "JPEG", "WEBP"])
def test_every_accepted_format_is_read(format):
    found = images.decode(uri(Image.new("RGB", (48, 32), "#336699"), format), width=24, height=16)
    assert np.allclose(found, (0.2, 0.4, 0.6), atol=0.02)


def test_what_is_see_through_is_white_in_a_picture_and_black_in_a_mask():
    clear = uri(Image.new("RGBA", (8, 8), (0, 0, 0, 0)))
    assert images.decode(clear, width=8, height=8).min() == 1
    assert images.decode_mask(clear, width=8, height=8).max() == 0


def test_a_mask_is_one_where_it_is_white():
    mask = Image.new("L", (64, 64), 0)
    mask.paste(255, (32, 0, 64, 64))
    found = images.decode_mask(uri(mask), width=64, height=64)
    assert found.shape == (64, 64)
    assert (found[:, :32] == 0).all()
    assert (found[:, 32:] == 1).all()


def test_grey_of_sixteen_bits_is_not_clipped():
    deep = Image.fromarray(np.full((8, 8), 257 * 100, np.uint16))
    assert np.allclose(images.decode(uri(deep), width=8, height=8), 100 / 255, atol=0.01)


def test_a_photograph_held_sideways_is_turned_upright():
    picture = Image.new("RGB", (64, 32), "black")
    picture.paste("white", (0, 0, 32, 32))
    exif = Image.Exif()
    exif[0x0112] = 6
    found = images.decode(uri(picture, "JPEG", exif=exif), width=32, height=64)
    assert found[8].mean() > 0.9
    assert found[56].mean() < 0.1


def _png_of(width: int, height: int) -> bytes:
    data = base64.b64decode(uri(Image.new("L", (1, 1))).partition(",")[2])
    return data[:16] + struct.pack(">II", width, height) + data[24:]


def _webp_of(width: int, height: int) -> bytes:
    canvas = (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    return b"RIFF\x16\0\0\0WEBPVP8X\x0a\0\0\0\0\0\0\0" + canvas


MOVING = io.BytesIO()
Image.new("RGB", (8, 8), "red").save(
    MOVING, "WEBP", save_all=True, append_images=[Image.new("RGB", (8, 8), "blue")]
)


@pytest.mark.parametrize(
    "hostile",
    [
        "",
        "https://example.com/cat.png",
        "file:///etc/passwd",
        "data:image/svg+xml;base64,PHN2Zy8+",
        "data:text/html;base64,PGI+",
        "data:image/png;base64,????",
        "data:image/png;base64,",
        "data:image/png;base64,é",
        as_uri(b"This is not a picture."),
        as_uri(b"RIFF", "webp"),
        uri(Image.new("L", (8, 8)), "JPEG", declared="png"),
        uri(Image.new("L", (8, 8)), "GIF", declared="png"),
        as_uri(_webp_of(16383, 16383), "webp"),
        as_uri(MOVING.getvalue(), "webp"),
        uri(Image.new("L", (8193, 1))),
        "data:image/png;base64," + "A" * 6_000_000,
    ],
    ids=range(16),
)
def test_anything_else_is_refused_with_a_sentence(hostile):
    for read in (images.decode, images.decode_mask):
        with pytest.raises(RunnerError) as refused:
            read(hostile, width=64, height=64)
        assert refused.value.sentence.endswith(".")


@pytest.mark.parametrize("size", [(50_000, 50_000), (2049, 2048), (1, 100_000), (2**31 - 1, 2**31 - 1)])
def test_a_size_over_the_limit_is_refused_before_it_is_decoded(size, monkeypatch):
    def never(*_, **__):
        raise AssertionError("decoded")

    monkeypatch.setattr("PIL.PngImagePlugin.PngImageFile.load", never)
    with pytest.raises(RunnerError):
        images.decode(as_uri(_png_of(*size)), width=64, height=64)


SEEDS = [
    base64.b64decode(uri(Image.effect_noise((24, 16), 60).convert(mode), format).partition(",")[2])
    for format, mode in [("PNG", "RGBA"), ("PNG", "P"), ("JPEG", "RGB"), ("WEBP", "RGB"), ("WEBP", "RGBA")]
]
TYPES = ["png", "png", "jpeg", "webp", "webp"]


@settings(deadline=None, max_examples=CASES)
@given(
    which=st.integers(0, len(SEEDS) - 1),
    cuts=st.lists(st.tuples(st.integers(0, 4000), st.binary(max_size=6)), min_size=1, max_size=4),
    end=st.integers(0, 4000),
)
def test_a_changed_file_is_a_picture_or_a_sentence_and_never_anything_else(which, cuts, end):
    data = bytearray(SEEDS[which])
    for at, bytes_ in cuts:
        data[at % len(data) : at % len(data) + len(bytes_)] = bytes_
    text = as_uri(bytes(data[: end or None]), TYPES[which])
    assert outcome(text) in {"read", "refused"}


@pytest.mark.parametrize("which", range(len(SEEDS)))
def test_a_file_cut_at_any_tenth_byte_is_a_sentence(which):
    """However much of a file is missing, that is told in a sentence, unless every pixel is there all the same."""
    whole = images.decode(as_uri(SEEDS[which], TYPES[which]), width=16, height=16)
    cuts = [as_uri(SEEDS[which][:end], TYPES[which]) for end in range(0, len(SEEDS[which]) - 9, 10)]
    told = {cut: outcome(cut) for cut in cuts}
    assert set(told.values()) <= {"refused", "read"}
    read = [cut for cut in cuts if told[cut] == "read"]
    assert len(read) <= 2  # the end mark of a PNG
    assert all(np.array_equal(images.decode(cut, width=16, height=16), whole) for cut in read)


def outcome(text: str) -> str:
    try:
        picture, mask = (read(text, width=16, height=16) for read in (images.decode, images.decode_mask))
    except RunnerError as refused:
        return "refused" if refused.sentence.endswith(".") else "refused without a sentence"
    return "read" if (picture.shape, mask.shape) == ((16, 16, 3), (16, 16)) else "read wrongly"
