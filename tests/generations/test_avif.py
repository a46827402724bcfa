"""What an AVIF codes is read from its stream, so a header that lies about its size gets nothing past the limits."""

import struct

import pytest

from generations import avif, containers, imaging
from generations.errors import BadPicture
from tests.generations.pictures import gradient, saved

FRAME = b"\x32\x00"  # a unit that holds a frame, of no bytes


def box(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I4s", 8 + len(content), kind) + content


def sequence(width: int, height: int, *, is_still: bool = True) -> bytes:
    """A unit with a sequence header of this size, 16 bits a side."""
    start = "000" + "11" + "00000" if is_still else "000" + "00" + "0" + "0" + "00000" + "0" * 12 + "00000"
    bits = start + "1111" * 2 + f"{width - 1:016b}{height - 1:016b}"
    data = int(bits.ljust(-(-len(bits) // 8) * 8, "0"), 2).to_bytes(-(-len(bits) // 8), "big")
    return bytes([0x0A, len(data)]) + data


def file(stream: bytes, *, items: int = 1, kind: bytes = b"av01", length: int | None = None) -> bytes:
    """An AVIF by hand: each of `items` has the same bytes."""
    head = box(b"ftyp", b"avif\0\0\0\0avif")
    for at in (0, len(head) + len(_meta(items, kind, 0, 0)) + 8):
        meta = _meta(items, kind, at, len(stream) if length is None else length)
    return head + meta + box(b"mdat", stream)


def _meta(items: int, kind: bytes, at: int, length: int) -> bytes:
    told = b"".join(box(b"infe", b"\2\0\0\0" + struct.pack(">HH4s", n + 1, 0, kind)) for n in range(items))
    placed = b"".join(struct.pack(">HHHII", n + 1, 0, 1, at, length) for n in range(items))
    iinf = box(b"iinf", bytes(4) + struct.pack(">H", items) + told)
    iloc = box(b"iloc", bytes(4) + b"\x44\x00" + struct.pack(">H", items) + placed)
    return box(b"meta", bytes(4) + iinf + iloc)


@pytest.mark.parametrize("size", [(48, 32), (1, 1), (1030, 7)])
def test_the_size_of_a_sound_file_is_its_size(size):
    assert avif.coded(saved(gradient(*size), "AVIF")) == avif.Coded(size, size[0] * size[1])


def test_transparency_is_a_second_frame():
    picture = gradient(mode="RGBA")
    picture.putalpha(picture.getchannel("R"))
    assert avif.coded(saved(picture, "AVIF")) == avif.Coded((48, 32), 2 * 48 * 32)


def test_a_header_that_lies_is_found_out_before_anything_is_decoded(monkeypatch):
    """The hole that this file closes: 64 × 64 declared, two megapixels coded."""
    data = bytearray(saved(gradient(2000, 1000), "AVIF", speed=10))
    at = data.index(b"ispe") + 8
    data[at : at + 8] = struct.pack(">II", 64, 64)
    monkeypatch.setattr(imaging.Image, "open", lambda *_, **__: pytest.fail("decoded"))
    with pytest.raises(BadPicture, match="2,000 × 1,000"):
        imaging.verify(bytes(data), max_pixels=1_000_000)


def test_a_sequence_that_lets_frames_choose_counts_as_the_most_they_can():
    assert avif.coded(file(sequence(64, 64, is_still=False) + FRAME)).largest == (65536, 65536)


def test_frames_that_are_never_shown_are_counted():
    found = avif.coded(file(sequence(1000, 1000) + FRAME * 40))
    assert found == avif.Coded((1000, 1000), 40_000_000)
    with pytest.raises(BadPicture, match="too many"):
        imaging.verify(file(sequence(1000, 1000) + FRAME * 40), max_pixels=10_000_000)


def test_one_stream_under_many_names_is_counted_each_time():
    assert avif.coded(file(sequence(100, 100) + FRAME, items=50)).pixels == 500_000


@pytest.mark.parametrize(
    "broken",
    [
        file(b""),
        file(FRAME),
        file(sequence(8, 8)),
        file(sequence(8, 8)[:6]),
        file(sequence(8, 8) + FRAME, kind=b"hvc1"),
        file(sequence(8, 8) + FRAME, length=10_000),
        file(sequence(8, 8) + FRAME * 5000),
        file(sequence(8, 8) + FRAME, items=600),
        file(b"\x0a" + b"\xff" * 20),
        file(sequence(8, 8) + FRAME) + box(b"meta", bytes(4)),
        box(b"ftyp", b"avif") + box(b"free", b"") * 100_001,
    ],
    ids=range(11),
)
def test_what_is_no_whole_picture_is_refused(broken):
    with pytest.raises(BadPicture):
        containers.inspect(broken)
