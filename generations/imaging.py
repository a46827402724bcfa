"""Bytes to verified picture, master, renditions and downloads; pure Pillow, called by services and views in a thread.

Nothing of a sender's file is kept: its pixels are decoded, turned upright, brought to sRGB and encoded anew.
"""

import base64
import hashlib
import io
import struct
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from PIL import Image, ImageCms

from generations import containers, fingerprint, provenance, references
from generations.errors import BadPicture
from generations.fingerprint import Fingerprint

MAX_PIXELS = 40_000_000
CODED_TIMES = (
    3  # what an AVIF may code, in pictures of the largest size: its colours, its transparency, a thumbnail
)
MAX_SIDE = 16_383  # the most that WebP can hold
WIDTHS = (320, 640, 1280)
MIME_TYPES = {"png": "image/png", "jpeg": "image/jpeg", "webp": "image/webp", "avif": "image/avif"}
PNG_LEVEL = 4  # against the usual 6: 0.4 to 0.7 of the time for 1 to 3 % more bytes
Sealed = Callable[[Image.Image, Fingerprint], str]
PREVIEWS = 16
PREVIEW_PIXELS = 1024 * 1024
PREVIEW_MS, LAST_MS = 120, 1500
PLACEHOLDER_SIDE, PLACEHOLDER_CHARACTERS = 16, 300
ICC_BYTES = 4_194_304
ORIENTATION = 0x0112  # EXIF

# What decoders are seen to raise over broken bytes: they read them with slices, dictionaries and arithmetic.
DECODER_ERRORS = (
    OSError,
    SyntaxError,
    ValueError,
    EOFError,
    LookupError,
    TypeError,
    AttributeError,
    AssertionError,
    ArithmeticError,
    MemoryError,
    RuntimeError,
    struct.error,
    zlib.error,
    Image.DecompressionBombError,
    Warning,  # where the process turns warnings into errors
)
UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
RENDITION = {
    "avif": {"quality": 60, "speed": 8, "max_threads": 1},
    "webp": {"quality": 82, "method": 2},
}
DOWNLOAD = {
    "avif": {"quality": 80, "speed": 7, "max_threads": 1},
    "webp": {"quality": 92, "method": 4},
}


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture that was decoded to the last pixel; width and height upright, mode "RGB" or "RGBA"."""

    format: str  # png, jpeg, webp, avif: as found in the bytes
    width: int
    height: int
    mode: str

    @property
    def mime_type(self) -> str:
        return MIME_TYPES[self.format]


@dataclass(frozen=True, slots=True)
class Rendition:
    format: str  # avif, webp
    width: int
    height: int
    data: bytes


@dataclass(frozen=True, slots=True)
class Developed:
    """All that is kept of an output. `sha256`: of `master`, a PNG. `renditions`: smallest first, AVIF before WebP.

    `placeholder`: a data URI of at most 300 characters. `colour`: the mean, "#rrggbb". `fingerprint`: of its pixels.
    """

    master: bytes
    sha256: str
    width: int
    height: int
    renditions: tuple[Rendition, ...]
    placeholder: str
    colour: str
    fingerprint: Fingerprint


def verify(data: bytes, *, max_pixels: int = MAX_PIXELS) -> Picture:
    """Decode all of it. Raises BadPicture, and nothing else, with a sentence for people."""
    format, image = _decode(data, max_pixels)
    return Picture(format, image.width, image.height, image.mode)


def decoded(data: bytes, *, max_pixels: int = MAX_PIXELS) -> Image.Image:
    """The picture itself: upright, sRGB, RGB or RGBA, nothing attached. Raises BadPicture."""
    return _decode(data, max_pixels)[1]


def develop(data: bytes, *, max_pixels: int = MAX_PIXELS, sealed: Sealed | None = None) -> Developed:
    """The master and everything that is shown of it. Raises BadPicture.

    `sealed`: from picture and fingerprint the seal that every file carries (manifest.py).
    """
    _, image = _decode(data, max_pixels)
    found = fingerprint.of(image)
    seal = sealed(image, found) if sealed else ""
    master = _encode_png(image, seal)
    colour = _mean(image)
    return Developed(
        master=master,
        sha256=hashlib.sha256(master).hexdigest(),
        width=image.width,
        height=image.height,
        renditions=_renditions(image, seal),
        placeholder=_placeholder(image, colour),
        colour=colour,
        fingerprint=found,
    )


def export(master: bytes, *, format: str, recipe: dict[str, Any] | None) -> bytes:
    """A download as "png", "webp" or "avif", with the AI mark and, when given, the recipe inside.

    The PNG has the very pixels of the master. Which pictures of ours the recipe began with is left out of it.
    Raises BadPicture (the master is damaged), KeyError (another format).
    """
    recipe = None if recipe is None else references.without_pictures(recipe)
    seal = provenance.read_seal(master)
    if format == "png":
        return provenance.write_png(containers.inspect(master).data, recipe, seal=seal)
    options = DOWNLOAD[format]
    _, image = _decode(master, MAX_PIXELS)
    return _encode(image, format, xmp=provenance.xmp(recipe, seal=seal), **options)


def read_recipe(data: bytes) -> dict[str, Any] | None:
    """The recipe that `export` wrote, None where there is none. Whoever sent the file may have written it."""
    return provenance.read(data)


def timelapse(frames: Sequence[bytes], *, size: tuple[int, int], last: bytes | None = None) -> bytes:
    """An animated WebP of `size` (width, height) from up to 16 previews, oldest first. Raises BadPicture.

    Of more than 16, 16 are taken, evenly spaced, with the first and the last. `last`: the finished picture, at the end.
    """
    images = [_decode(frame, PREVIEW_PIXELS)[1].convert("RGB") for frame in _spread(frames)]
    if not images:
        raise BadPicture("There is no preview to make a time-lapse of.")
    if last is not None:
        images.append(_decode(last, MAX_PIXELS)[1].convert("RGB"))
    first, *others = [image.resize(size, Image.Resampling.LANCZOS) for image in images]
    shown_ms = [PREVIEW_MS] * len(others) + [LAST_MS]
    return _encode(
        first,
        "webp",
        save_all=True,
        append_images=others,
        duration=shown_ms,
        loop=0,
        quality=75,
        method=2,
        xmp=provenance.xmp(),
    )


def _decode(data: bytes, max_pixels: int) -> tuple[str, Image.Image]:
    """Format and picture: upright, sRGB, RGB or RGBA, nothing attached."""
    container = containers.inspect(data)
    if container.size:
        _check_size(container.size, max_pixels)
    if container.coded > CODED_TIMES * max_pixels:
        raise BadPicture("The picture is made of too many others.")
    try:
        with Image.open(io.BytesIO(container.data), formats=(container.format,)) as image:
            _check_size(image.size, max_pixels)
            _check_still(image, container.format)
            image.load()
            return container.format.lower(), _prepared(image)
    except DECODER_ERRORS as error:
        raise BadPicture(containers.DAMAGED) from error


def _check_size(size: tuple[int, int], max_pixels: int) -> None:
    width, height = size
    if width < 1 or height < 1:
        raise BadPicture(containers.DAMAGED)
    if width * height > max_pixels or max(size) > MAX_SIDE:
        raise BadPicture(
            f"The picture is {width:,} × {height:,} pixels; at most {max_pixels / 1e6:g} megapixels"
            f" and {MAX_SIDE:,} pixels a side are accepted."
        )


def _check_still(image: Image.Image, format: str) -> None:
    """A JPEG may list the pictures behind its end, which are cut off already."""
    if format != "JPEG" and getattr(image, "n_frames", 1) > 1:
        raise BadPicture(containers.MOVING)


def _prepared(image: Image.Image) -> Image.Image:
    orientation = _orientation(image)
    plain = _plain(_srgb(_eight_bit(image)))
    if orientation in UPRIGHT:
        plain = plain.transpose(UPRIGHT[orientation])
    plain.info = {}
    return plain


def _orientation(image: Image.Image) -> int:
    """How the camera was held; broken EXIF is no reason to refuse a picture."""
    try:
        return int(image.getexif().get(ORIENTATION, 1))
    except DECODER_ERRORS:
        return 1


def _eight_bit(image: Image.Image) -> Image.Image:
    """Grey of 16 bits to 8; Pillow itself would clip it. The other modes of 16 bits arrive with 8."""
    if image.mode.startswith("I"):
        profile = image.info.get("icc_profile")
        image = image.convert("I").point(lambda level: level * (1 / 257)).convert("L")
        image.info = {"icc_profile": profile}
    return image


def _srgb(image: Image.Image) -> Image.Image:
    """By the profile that came with it; by Pillow's plain conversion where there is none or it is broken."""
    profile = image.info.get("icc_profile")
    if not profile or len(profile) > ICC_BYTES:
        return image
    alpha = image.convert("RGBA").getchannel("A") if image.has_transparency_data else None
    base = (
        image if image.mode in {"L", "RGB", "CMYK"} else image.convert("L" if image.mode == "LA" else "RGB")
    )
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        found = ImageCms.profileToProfile(base, source, ImageCms.createProfile("sRGB"), outputMode="RGB")
    except (ImageCms.PyCMSError, *DECODER_ERRORS):
        return image
    if found is None:
        return image
    if alpha:
        found.putalpha(alpha)
    return found


def _plain(image: Image.Image) -> Image.Image:
    """RGB; RGBA only where something shows through."""
    if not image.has_transparency_data:
        return image.convert("RGB")
    image = image.convert("RGBA")
    is_opaque = image.getchannel("A").getextrema() == (255, 255)
    return image.convert("RGB") if is_opaque else image


def _encode_png(image: Image.Image, seal: str) -> bytes:
    found = io.BytesIO()
    image.save(found, "PNG", compress_level=PNG_LEVEL)
    return provenance.write_png(found.getvalue(), None, seal=seal)


def _encode(image: Image.Image, format: str, **options: Any) -> bytes:
    found = io.BytesIO()
    image.save(found, format.upper(), **options)
    return found.getvalue()


def _renditions(image: Image.Image, seal: str) -> tuple[Rendition, ...]:
    """Three widths at most, never larger than the picture; a small one is given at its own width."""
    widths = sorted({min(width, image.width) for width in WIDTHS})
    sized = [_scaled(image, width) for width in widths]
    mark = provenance.xmp(seal=seal)
    return tuple(
        Rendition(format, each.width, each.height, _encode(each, format, xmp=mark, **options))
        for each in sized
        for format, options in RENDITION.items()
    )


def _scaled(image: Image.Image, width: int) -> Image.Image:
    if width == image.width:
        return image
    height = max(1, round(image.height * width / image.width))
    return image.resize((width, height), Image.Resampling.LANCZOS)


def _mean(image: Image.Image) -> str:
    red, green, blue, _ = image.resize((1, 1), Image.Resampling.BOX).convert("RGBA").tobytes()
    return f"#{red:02x}{green:02x}{blue:02x}"


def _placeholder(image: Image.Image, colour: str) -> str:
    """A picture of 16 pixels, as good as fits into 300 characters."""
    scale = PLACEHOLDER_SIDE / max(image.size)
    size = max(1, round(image.width * scale)), max(1, round(image.height * scale))
    small = image.resize(size, Image.Resampling.BOX).convert("RGBA")
    flat = Image.new("RGB", size, colour)
    flat.paste(small, mask=small)
    for quality in (50, 30, 15, 5):
        found = _data_uri(flat, quality)
        if len(found) <= PLACEHOLDER_CHARACTERS:
            return found
    return _data_uri(flat, 0)


def _data_uri(image: Image.Image, quality: int) -> str:
    data = _encode(image, "webp", quality=quality, method=4)
    return f"data:image/webp;base64,{base64.b64encode(data).decode()}"


def _spread(frames: Sequence[bytes]) -> list[bytes]:
    if len(frames) <= PREVIEWS:
        return list(frames)
    return [frames[round(index * (len(frames) - 1) / (PREVIEWS - 1))] for index in range(PREVIEWS)]
