"""imaging.py over broken files: 500 in a normal run, more by SAFELIGHT_FUZZ_CASES."""

import os
import random
from collections import Counter
from collections.abc import Iterator

from PIL import Image, ImageCms

from generations import imaging
from generations.errors import BadPicture
from tests.generations import pictures
from tests.generations.pictures import FORMATS, gradient, saved

CASES = int(os.environ.get("SAFELIGHT_FUZZ_CASES", "500"))
PIECES = (
    b"\0",
    b"\xff",
    b"\xff\xff\xff\xff",
    b"\x7f\xff\xff\xff",
    b"\x80\0\0\0",
    b"IDAT",
    b"\xff\xd8",
    b"\xff\xda",
    b"",
)


def seeds() -> list[bytes]:
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    exif = Image.Exif()
    exif[0x0112] = 6
    plain = [saved(gradient(), format) for format in FORMATS]
    rich = [saved(gradient(), format, exif=exif, icc_profile=srgb) for format in FORMATS]
    return [
        *plain,
        *rich,
        saved(gradient(mode="RGBA"), "WEBP", lossless=True),
        saved(gradient(mode="P"), "PNG", transparency=bytes(range(200))),
        saved(gradient(mode="CMYK"), "JPEG", icc_profile=srgb),
        saved(gradient(), "JPEG", progressive=True),
        pictures.png(4, 4, depth=16, rows=bytes(36)),
        imaging.export(imaging.develop(plain[0]).master, format="png", recipe={"prompt": "x"}),
    ]


def mutants(count: int) -> Iterator[bytes]:
    """The same ones each time, so that a failure can be repeated."""
    dice = random.Random(4)
    grown = seeds()
    for _ in range(count):
        yield mutant(bytearray(dice.choice(grown)), dice)


def mutant(data: bytearray, dice: random.Random) -> bytes:
    """One to four wounds; every second PNG gets its check sums mended, or none would pass the gate."""
    for _ in range(dice.randint(1, 4)):
        at = dice.randrange(max(1, len(data)))
        match dice.randrange(6):
            case 0 | 1:
                data[at : at + 1] = bytes([dice.randrange(256)])
            case 2:
                piece = dice.choice(PIECES)
                data[at : at + len(piece)] = piece
            case 3:
                del data[at : at + dice.randint(1, 40)]
            case 4:
                data[at:at] = data[max(0, at - 30) : at]
            case 5:
                data[at : at + 1] = bytes([data[at] ^ 1 << dice.randrange(8)]) if at < len(data) else b""
    return mended(bytes(data)) if data.startswith(b"\x89PNG") and dice.random() < 0.5 else bytes(data)


def mended(data: bytes) -> bytes:
    parts, at = [data[:8]], 8
    while at + 12 <= len(data):
        length = min(int.from_bytes(data[at : at + 4], "big"), len(data) - at - 12)
        parts.append(pictures.chunk(data[at + 4 : at + 8], data[at + 8 : at + 8 + length]))
        at += length + 12
    return b"".join(parts)


def outcome(data: bytes) -> str:
    try:
        developed = imaging.develop(data, max_pixels=1_000_000)
    except BadPicture as refused:
        return "refused" if refused.sentence.endswith(".") else "refused without a sentence"
    return "developed" if imaging.verify(developed.master).format == "png" else "developed wrongly"


def test_no_broken_file_does_harm():
    """A wounded file is refused with a sentence or gives a sound master; there is no third outcome."""
    outcomes = Counter(outcome(data) for data in mutants(CASES))
    assert set(outcomes) == {"refused", "developed"}
