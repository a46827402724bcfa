"""imaging.py: what is accepted, what is made of it, and what is refused with which words."""

import base64
import hashlib
import io
import struct

import pytest
from PIL import Image, ImageCms

from generations import imaging
from generations.errors import BadPicture
from tests.generations import pictures
from tests.generations.pictures import FORMATS, gradient, opened, saved

RECIPE = {
    "prompt": "ein Huhn & <b>🐔</b> ]]> \"'\n\u202eشمس",
    "negative_prompt": "x\x00y",
    "steps": 12,
    "seed": 7,
}
AI_MADE = b"http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"


def master_of(data: bytes) -> Image.Image:
    return opened(imaging.develop(data).master)


def repr_short(value: object) -> str:
    """Whole files make poor names of tests."""
    return repr(value)[:24]


def refusal(data: bytes) -> str:
    with pytest.raises(BadPicture) as caught:
        imaging.verify(data)
    return caught.value.sentence


def beginnings(format: str) -> list[bytes]:
    """The file cut at every tenth byte, and at each of the last ten."""
    data = saved(gradient(), format)
    return [data[:end] for end in {*range(1, len(data), 10), *range(len(data) - 10, len(data))}]


@pytest.mark.parametrize("format", FORMATS)
def test_every_accepted_format_is_known_by_its_bytes(format):
    """The format, size and mode are told from the bytes alone."""
    assert imaging.verify(saved(gradient(), format)) == imaging.Picture(format.lower(), 48, 32, "RGB")


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "The file is empty."),
        (b"not a picture", "The file is not a PNG, JPEG, WebP or AVIF picture."),
        (b"\x89", "The file is not a PNG, JPEG, WebP or AVIF picture."),
        (b"\0" * 4096, "The file is not a PNG, JPEG, WebP or AVIF picture."),
        (b"%PDF-1.7 \x89PNG\r\n\x1a\n", "The file is not a PNG, JPEG, WebP or AVIF picture."),
        (saved(gradient(), "GIF") + b"/*<script>*/", "The file is not a PNG, JPEG, WebP or AVIF picture."),
        (saved(gradient(), "BMP"), "The file is not a PNG, JPEG, WebP or AVIF picture."),
        (saved(gradient(), "TIFF"), "The file is not a PNG, JPEG, WebP or AVIF picture."),
        (
            b"<svg xmlns='http://www.w3.org/2000/svg'/>",
            "SVG drawings are not accepted; PNG, JPEG, WebP and AVIF are.",
        ),
        (
            b"\xef\xbb\xbf <?xml version='1.0'?><svg/>",
            "SVG drawings are not accepted; PNG, JPEG, WebP and AVIF are.",
        ),
        (saved(gradient(), "PNG") + b"%PDF-1.7", "The file holds something else behind the picture."),
        (saved(gradient(), "WEBP") + b"PK\3\4 archive", "The file holds something else behind the picture."),
        (pictures.moving("PNG"), "The picture moves; only still ones are accepted."),
        (pictures.moving("WEBP"), "The picture moves; only still ones are accepted."),
        (pictures.moving("AVIF"), "The picture moves; only still ones are accepted."),
        (pictures.many_scans(), "The picture is damaged or cut short."),
        (
            pictures.png(8, 8, extra=pictures.chunk(b"teXt", b"") * 100_000),
            "The picture is damaged or cut short.",
        ),
        (b"\xff\xd8" + b"\xff\xfe\0\2" * 200_000, "The picture is damaged or cut short."),
        (b"\xff\xd8" + b"\xff" * 5_000_000, "The picture is damaged or cut short."),
        (b"\0\0\0\x0cftypavif" + b"\0\0\0\x08free" * 200_000, "The picture is damaged or cut short."),
        (pictures.png(8, 8), "The picture is damaged or cut short."),
        (pictures.png(0, 8), "The picture is damaged or cut short."),
    ],
    ids=repr_short,
)
def test_what_is_no_still_picture_is_refused_in_words(data, sentence):
    """Nothing, text, other formats, drawings, two files in one, films and lies each get their sentence."""
    assert refusal(data) == sentence


@pytest.mark.parametrize(
    ("data", "size"),
    [
        (pictures.png(50_000, 50_000), "50,000 × 50,000"),
        (pictures.png(100_000, 1), "100,000 × 1"),
        (pictures.png(1, 2**31 - 1), "1 × 2,147,483,647"),
        (
            saved(Image.new("L", (8, 8)), "JPEG").replace(b"\0\x08\0\x08", b"\xff\xff\xff\xff", 1),
            "65,535 × 65,535",
        ),
    ],
)
def test_a_bomb_is_refused_by_its_header(data, size):
    """A small file that claims a huge picture is refused before a pixel is decoded."""
    assert refusal(data) == (
        f"The picture is {size} pixels; at most 40 megapixels and 16,383 pixels a side are accepted."
    )


def test_a_webp_bomb_is_refused_before_its_canvas_is_made():
    """The size of a WebP is read by us: its decoder makes room for all pixels on opening."""
    header = b"VP8X" + struct.pack("<I", 10) + b"\0\0\0\0" + b"\xff\xff\0" + b"\xff\xff\0"
    assert "65,536 × 65,536" in refusal(b"RIFF" + struct.pack("<I", 4 + len(header)) + b"WEBP" + header)


def test_the_limit_of_pixels_is_the_callers():
    """A picture over `max_pixels` is refused, one just at it is not."""
    data = saved(gradient(48, 32), "PNG")
    assert imaging.verify(data, max_pixels=48 * 32).width == 48
    with pytest.raises(BadPicture):
        imaging.verify(data, max_pixels=48 * 32 - 1)


@pytest.mark.parametrize("format", FORMATS)
def test_a_file_cut_short_anywhere_is_refused(format):
    """No beginning of a file passes for the file."""
    outcomes = {refusal(data) for data in beginnings(format)}
    assert outcomes <= {
        "The picture is damaged or cut short.",
        "The file is not a PNG, JPEG, WebP or AVIF picture.",
    }


@pytest.mark.parametrize("kind", [b"IHDR", b"IDAT", b"IEND"])
def test_a_wrong_check_sum_is_refused(kind):
    """A PNG whose check sum fails in any chunk is damaged, the pixels included."""
    data = bytearray(saved(gradient(), "PNG"))
    at = data.index(kind)
    (length,) = struct.unpack_from(">I", data, at - 4)
    data[at + 4 + length] ^= 1
    assert refusal(bytes(data)) == "The picture is damaged or cut short."


def test_what_a_camera_puts_behind_a_jpeg_is_left_out():
    """A JPEG with previews behind its end is accepted, and nothing of them is kept."""
    film = saved(gradient(), "MPO", save_all=True, append_images=[gradient()])
    developed = imaging.develop(film + b"MotionPhoto_Data")
    assert (developed.width, developed.height) == (48, 32)
    assert b"MotionPhoto" not in developed.master


@pytest.mark.parametrize(
    ("width", "widths"),
    [
        (1, [1]),
        (256, [256]),
        (320, [320]),
        (500, [320, 500]),
        (1024, [320, 640, 1024]),
        (1500, [320, 640, 1280]),
    ],
)
def test_renditions_have_up_to_three_widths(width, widths):
    """Never larger than the picture, its own width when it is small, each as AVIF and WebP."""
    renditions = imaging.develop(saved(Image.new("RGB", (width, 4)), "PNG")).renditions
    assert [(each.width, each.format) for each in renditions] == [
        (width, format) for width in widths for format in ("avif", "webp")
    ]


def test_a_rendition_is_what_it_says():
    """Format and size of the file are those that are told, in the picture's ratio."""
    rendition = imaging.develop(saved(gradient(500, 250), "PNG")).renditions[0]
    assert (rendition.format, rendition.width, rendition.height) == ("avif", 320, 160)
    assert (opened(rendition.data).format, opened(rendition.data).size) == ("AVIF", (320, 160))


def test_the_master_has_the_very_pixels_and_its_hash():
    """A PNG of ours holds the same pixels as the one that came, and is told by its SHA-256."""
    picture = gradient()
    developed = imaging.develop(saved(picture, "PNG"))
    assert opened(developed.master).tobytes() == picture.tobytes()
    assert developed.sha256 == hashlib.sha256(developed.master).hexdigest()


def test_the_same_bytes_develop_to_the_same_files():
    """Developing is deterministic: a repeated run writes the same master and renditions."""
    data = saved(gradient(), "JPEG")
    assert imaging.develop(data) == imaging.develop(data)


def test_every_stored_file_says_that_a_model_made_it():
    """Master and renditions carry IPTC's digital source type, where readers of XMP find it."""
    developed = imaging.develop(saved(gradient(), "PNG"))
    files = [developed.master, *(each.data for each in developed.renditions)]
    assert [AI_MADE in opened(data).info["xmp"] for data in files] == [True] * 3


def test_nothing_that_came_along_is_kept():
    """Place, comments, texts and profiles of the sender are in none of our files."""
    exif = Image.Exif()
    exif[0x010E] = "SECRET"
    exif.get_ifd(0x8825)[29] = "SECRET"
    data = saved(gradient(), "JPEG", exif=exif, comment=b"SECRET")
    developed = imaging.develop(data)
    assert b"SECRET" in data
    assert b"SECRET" not in b"".join([developed.master, *(each.data for each in developed.renditions)])


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize(
    ("orientation", "corner"),
    [
        (0, "upper left"),
        (1, "upper left"),
        (2, "upper right"),
        (3, "lower right"),
        (4, "lower left"),
        (5, "upper left"),
        (6, "upper right"),
        (7, "lower right"),
        (8, "lower left"),
        (9, "upper left"),
    ],
)
def test_a_picture_is_turned_upright(format, orientation, corner):
    """As the camera's note asks, once: the note itself is gone."""
    exif = Image.Exif()
    exif[0x0112] = orientation
    master = master_of(saved(pictures.cornered(), format, exif=exif))
    assert pictures.black_corner(master) == corner
    assert master.getexif().get(0x0112) is None


@pytest.mark.parametrize(
    ("data", "pixel"),
    [
        (pictures.png(1, 1, depth=16, rows=b"\0\x80\x80"), (128, 128, 128)),
        (pictures.png(1, 1, depth=16, rows=b"\0\xff\xff"), (255, 255, 255)),
        (pictures.png(1, 1, depth=16, colour=2, rows=b"\0\xff\xff\0\0\x80\0"), (255, 0, 128)),
        (pictures.png(1, 1, depth=16, colour=4, rows=b"\0\x80\0\x80\0"), (128, 128, 128, 128)),
        (saved(Image.new("CMYK", (8, 8), (0, 255, 255, 0)), "JPEG"), (255, 0, 0)),
        (saved(Image.new("1", (8, 8), 1), "PNG"), (255, 255, 255)),
        (saved(Image.new("L", (8, 8), 90), "PNG"), (90, 90, 90)),
        (saved(Image.new("LA", (8, 8), (90, 255)), "PNG"), (90, 90, 90)),
        (saved(pictures.palette(), "PNG", transparency=bytes([9, 77])), (40, 50, 60, 77)),
        (saved(Image.new("RGB", (8, 8), (1, 2, 3)), "PNG", transparency=(1, 2, 3)), (1, 2, 3, 0)),
        (saved(Image.new("RGBA", (8, 8), (1, 2, 3, 255)), "PNG"), (1, 2, 3)),
    ],
)
def test_every_kind_of_pixel_becomes_rgb(data, pixel):
    """16 bits, CMYK, grey, palettes and transparency come out as plain colours; opaque alpha is dropped."""
    assert master_of(data).getpixel((0, 0)) == pixel


def test_a_colour_profile_is_applied():
    """A picture that comes with another colour space is brought to sRGB; here red and blue are exchanged."""
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    swapped = srgb.replace(b"rXYZ", b"????").replace(b"bXYZ", b"rXYZ").replace(b"????", b"bXYZ")
    picture = Image.new("RGB", (8, 8), (90, 60, 30))
    assert master_of(saved(picture, "PNG", icc_profile=srgb)).getpixel((0, 0)) == (90, 60, 30)
    assert master_of(saved(picture, "PNG", icc_profile=swapped)).getpixel((0, 0)) == (30, 60, 90)


@pytest.mark.parametrize("format", ["PNG", "JPEG", "WEBP"])
def test_a_broken_profile_is_no_reason_to_refuse(format):
    """A profile that is huge or makes no sense is left aside."""
    data = saved(Image.new("RGB", (8, 8), (90, 60, 30)), format, icc_profile=b"nonsense" * 50_000)
    assert imaging.verify(data).mode == "RGB"


@pytest.mark.parametrize("mode", ["RGB", "RGBA"])
def test_the_placeholder_is_a_tiny_picture(mode):
    """A data URI of at most 300 characters, decodable, in the picture's ratio, whatever the picture."""
    noise = Image.effect_noise((90, 60), 120).convert(mode)
    placeholder = imaging.develop(saved(noise, "PNG")).placeholder
    head, _, body = placeholder.partition(",")
    assert (head, len(placeholder) <= 300) == ("data:image/webp;base64", True)
    assert opened(base64.b64decode(body)).size == (16, 11)


def test_the_colour_is_the_mean():
    """Half black, half white is grey; what cannot be seen does not count."""
    halves = Image.new("RGB", (10, 10), "white")
    halves.paste("black", (0, 0, 5, 10))
    hidden = Image.new("RGBA", (10, 10), (255, 0, 0, 0))
    hidden.paste((0, 0, 255, 255), (0, 0, 5, 10))
    assert imaging.develop(saved(halves, "PNG")).colour == "#7f7f7f"
    assert imaging.develop(saved(hidden, "PNG")).colour == "#0000ff"


@pytest.mark.parametrize("format", ["png", "webp", "avif"])
@pytest.mark.parametrize(
    "recipe", [RECIPE, {}, {"prompt": "\ud800" * 3}, {"prompt": "\u0301" * 2000, "style": None}]
)
def test_a_download_carries_its_recipe(format, recipe):
    """Whatever the prompt holds, the recipe is read back unchanged, and the AI mark is there."""
    master = imaging.develop(saved(gradient(), "PNG")).master
    data = imaging.export(master, format=format, recipe=recipe)
    assert imaging.read_recipe(data) == recipe
    assert AI_MADE in data
    assert imaging.verify(data).format == format


@pytest.mark.parametrize("format", ["png", "webp", "avif"])
def test_a_download_without_recipe_tells_only_that_a_model_made_it(format):
    """Nothing of the recipe is in the file when the asker may not see it."""
    data = imaging.export(imaging.develop(saved(gradient(), "PNG")).master, format=format, recipe=None)
    assert imaging.read_recipe(data) is None
    assert AI_MADE in data


def test_a_png_download_has_the_very_pixels():
    """The bytes of its pixels are those of the master, not encoded again."""
    master = imaging.develop(saved(gradient(), "PNG")).master
    exported = imaging.export(master, format="png", recipe=RECIPE)
    assert master[master.index(b"IDAT") :] == exported[exported.index(b"IDAT") :]


def test_a_png_download_tells_other_programs_its_parameters():
    """The text "parameters" holds what other image programs read, and "Safelight" the recipe as JSON."""
    master = imaging.develop(saved(gradient(), "PNG")).master
    texts = opened(imaging.export(master, format="png", recipe={"prompt": "ö", "steps": 12, "seed": 7})).text
    assert texts["parameters"] == "ö\nSteps: 12, Seed: 7"
    assert texts["Safelight"] == '{"prompt": "\\u00f6", "steps": 12, "seed": 7}'


def test_a_damaged_master_is_told():
    """A master that rotted on the disk is a bad picture, not a crash."""
    master = imaging.develop(saved(gradient(), "PNG")).master
    with pytest.raises(BadPicture):
        imaging.export(master[:-20], format="png", recipe=None)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        saved(gradient(), "PNG"),
        b"<safelight:recipe>{}",
        b"<safelight:recipe>[1]</safelight:recipe>",
        b"<safelight:recipe>{NaN}</safelight:recipe>",
        b'<safelight:recipe>{"a": NaN}</safelight:recipe>',
        b"<safelight:recipe>\xff\xfe</safelight:recipe>",
        b'<safelight:recipe>{"a":' + b"[" * 100_000 + b"</safelight:recipe>",
        b'<safelight:recipe>{"a": "' + b"x" * 1_048_576 + b'"}</safelight:recipe>',
    ],
)
def test_a_recipe_that_is_none_is_not_read(data):
    """Foreign, cut, malformed, deep and huge recipes are no recipe."""
    assert imaging.read_recipe(data) is None


def previews(count: int) -> list[bytes]:
    return [saved(Image.new("RGB", (32, 32), (index * 12 % 256, 80, 80)), "JPEG") for index in range(count)]


@pytest.mark.parametrize(("sent", "kept"), [(1, 1), (2, 2), (16, 16), (40, 16)])
def test_previews_become_a_film(sent, kept):
    """An animated WebP of the asked size, of at most 16 pictures, that says that a model made it."""
    film = Image.open(io.BytesIO(imaging.timelapse(previews(sent), size=(64, 48))))
    assert (film.format, film.size, film.n_frames) == ("WEBP", (64, 48), kept)
    assert AI_MADE in film.info["xmp"]


@pytest.mark.parametrize("frames", [[], [b""], [b"junk"], [previews(1)[0], previews(1)[0][:-40]]])
def test_a_film_needs_whole_previews(frames):
    """No preview, or one that is damaged, is told."""
    with pytest.raises(BadPicture):
        imaging.timelapse(frames, size=(64, 64))
