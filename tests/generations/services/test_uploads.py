"""Pictures that people bring: what is kept, whose they are, what uses them, and when they go."""

import base64
import io
from datetime import timedelta

import pytest
from django.core.files.storage import default_storage
from django.utils import timezone
from PIL import Image

from accounts.models import User
from generations.errors import BadPicture, InvalidInput, NotFound, OverLimit
from generations.models import Origin, Output, Prediction, RegisteredModel, Status, Upload, Version
from generations.services import files, outputs, people, predictions, sources, uploads
from inference.runners import echo
from tests.generations.pictures import black_corner, cornered, gradient, opened, saved

pytestmark = pytest.mark.django_db


@pytest.fixture
def version(db: None) -> Version:
    model = RegisteredModel.objects.create(owner="safelight", name="echo", title="Echo")
    return Version.objects.create(pk="e" * 64, model=model, schema=echo.SCHEMA)


def picture_of(upload: Upload) -> Image.Image:
    return opened(files.read(upload.key, "picture.webp"))


def old(upload: Upload) -> Upload:
    Upload.objects.filter(pk=upload.pk).update(expires_at=timezone.now() - timedelta(seconds=1))
    return upload


def made_from(user: User, version: Version, reference: str, **input: object) -> Prediction:
    return predictions.create(user, version, {"prompt": "a fox", "start_image": reference, **input})


def output_of(user: User, version: Version, **fields: object) -> Output:
    row = Prediction.objects.create(
        user=user, version=version, input={}, status=Status.SUCCEEDED, completed_at=timezone.now()
    )
    output = outputs.develop(row, 0, saved(gradient(), "PNG"), frames=(), told={})
    output.is_published = True
    for name, value in fields.items():
        setattr(output, name, value)
    output.save(force_insert=True)
    return output


def complaints(user: User, version: Version, **input: object) -> dict[str, str]:
    with pytest.raises(InvalidInput) as refused:
        predictions.create(user, version, {"prompt": "a fox", **input})
    return refused.value.by_field()


@pytest.mark.parametrize("format", ["PNG", "JPEG", "WEBP", "AVIF"])
def test_every_accepted_format_is_taken(alice: User, format: str) -> None:
    upload = uploads.keep(alice, saved(gradient(), format))
    assert (upload.width, upload.height) == (48, 32)
    assert picture_of(upload).size == (48, 32)
    assert upload.size == sum(len(files.read(upload.key, name)) for name in files.names_of(upload))


def test_nothing_of_the_file_is_kept_but_what_it_shows(alice: User) -> None:
    """EXIF with a place, XMP, comments and what lies behind the end: gone, and the picture stands upright."""
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x8825] = {1: "N", 2: (52.0, 31.0, 12.0)}
    data = saved(cornered(), "JPEG", exif=exif, comment=b"a secret comment", quality=95)
    kept = files.read((upload := uploads.keep(alice, data + b"behind")).key, "picture.webp")
    assert (upload.width, upload.height) == (24, 48)
    assert black_corner(opened(kept)) == "upper right"
    assert not opened(kept).getexif()
    assert not any(secret in kept for secret in (b"secret", b"behind", b"Exif", b"EXIF", b"XMP"))


def test_a_large_picture_is_kept_smaller(alice: User) -> None:
    upload = uploads.keep(alice, saved(gradient(3000, 1500), "JPEG"))
    assert (upload.width, upload.height) == (2048, 1024)


def test_a_mask_is_kept_to_the_pixel(alice: User) -> None:
    mask = Image.new("L", (64, 48), 0)
    mask.paste(255, (20, 10, 40, 30))
    assert picture_of(uploads.keep(alice, saved(mask, "PNG"))).convert("L").tobytes() == mask.tobytes()


def test_the_same_file_twice_is_one_upload(alice: User, bob: User) -> None:
    data = saved(gradient(), "PNG")
    assert uploads.keep(alice, data) == uploads.keep(alice, data)
    assert uploads.keep(bob, data).user == bob
    assert Upload.objects.count() == 2


def test_a_file_over_the_limit_is_refused(alice: User, settings) -> None:
    settings.LIMITS = {**settings.LIMITS, "upload_mb": 1}
    data = saved(gradient(), "PNG")
    at_limit = data[:-12] + b"\0" * (2**20 - len(data)) + data[-12:]
    with pytest.raises(BadPicture, match="larger than 1 MB"):
        uploads.keep(alice, at_limit + b"\0")
    with pytest.raises(BadPicture, match=r"damaged|behind"):
        uploads.keep(alice, at_limit)


def test_a_picture_of_too_many_pixels_is_refused(alice: User, settings) -> None:
    settings.LIMITS = {**settings.LIMITS, "upload_megapixels": 1}
    with pytest.raises(BadPicture, match="1 megapixels"):
        uploads.keep(alice, saved(gradient(1200, 900), "PNG"))
    assert not default_storage.exists("uploads")


def test_how_many_may_be_sent_in_an_hour(alice: User, settings) -> None:
    settings.LIMITS = {**settings.LIMITS, "uploads_per_hour": 1}
    uploads.keep(alice, saved(gradient(), "PNG"))
    with pytest.raises(OverLimit) as refused:
        uploads.keep(alice, saved(gradient(9, 9), "PNG"))
    assert refused.value.retry_after_s > 0


def test_what_nothing_uses_goes_after_a_day(alice: User) -> None:
    upload = old(uploads.keep(alice, saved(gradient(), "PNG")))
    fresh = uploads.keep(alice, saved(gradient(9, 9), "PNG"))
    with django_commits():
        assert uploads.sweep() == 1
    assert list(Upload.objects.all()) == [fresh]
    assert not default_storage.exists(f"{upload.key}/picture.webp")


def test_what_is_in_use_stays(alice: User, version: Version) -> None:
    """While a prompt waits or runs, and as long as a picture that was made from it is there."""
    upload = old(uploads.keep(alice, saved(gradient(), "PNG")))
    row = made_from(alice, version, f"upload:{upload.pk}")
    assert uploads.sweep() == 0
    predictions.cancel(row)
    assert uploads.sweep(now=timezone.now() + timedelta(days=3)) == 1


def test_a_file_without_a_row_is_swept_up_and_one_with_a_row_stays(alice: User) -> None:
    upload = uploads.keep(alice, saved(gradient(), "PNG"))
    lost = files.new_key("uploads")
    files.keep(lost, {"picture.webp": b"x"})
    assert files.sweep(older_than_s=-1) == [lost]
    assert default_storage.exists(f"{upload.key}/thumb.webp")


# What an input may name


def test_an_upload_and_an_output_of_ones_own_are_taken(alice: User, version: Version) -> None:
    upload, output = uploads.keep(alice, saved(gradient(), "PNG")), output_of(alice, version)
    first = made_from(alice, version, f"upload:{upload.pk}", mask=f"upload:{upload.pk}")
    second = made_from(alice, version, f"output:{output.pk}")
    assert list(first.uploads.all()) == [upload]
    assert second.input["start_image"] == f"output:{output.pk}"


def test_starting_from_an_output_is_kept_as_its_origin(alice: User, version: Version) -> None:
    output = output_of(alice, version)
    row = made_from(alice, version, f"output:{output.pk}")
    edge = Origin.objects.get(prediction=row)
    assert (edge.kind, edge.output, edge.parent) == ("start_image", output, output.prediction)


def test_what_belongs_to_others_is_as_if_it_were_not_there(alice: User, bob: User, version: Version) -> None:
    upload, output = uploads.keep(bob, saved(gradient(), "PNG")), output_of(bob, version)
    missing = complaints(alice, version, start_image="upload:01k00000000000000000000000")
    assert complaints(alice, version, start_image=f"upload:{upload.pk}") == missing
    assert complaints(alice, version, start_image=f"output:{output.pk}") == missing


@pytest.mark.parametrize(
    ("reference", "word"),
    [
        ("https://example.com/cat.png", "web"),
        ("HTTP://169.254.169.254/latest", "web"),
        ("data:image/png;base64,iVBORw0KGgo=", "no picture"),
        ("file:///etc/passwd", "no picture"),
        ("upload:../../secret_key", "no picture"),
        ("upload:", "no picture"),
        ("version:01k00000000000000000000000", "no picture"),
        ("{{ 7*7 }}", "no picture"),
    ],
)
def test_anything_else_is_refused_naming_the_field(
    alice: User, version: Version, reference: str, word: str
) -> None:
    upload = uploads.keep(alice, saved(gradient(), "PNG"))
    assert word in complaints(alice, version, start_image=reference)["start_image"]
    said = complaints(alice, version, start_image=f"upload:{upload.pk}", mask=reference)
    assert list(said) == ["mask"]
    assert Prediction.objects.count() == 0


def test_a_mask_alone_is_refused(alice: User, version: Version) -> None:
    upload = uploads.keep(alice, saved(gradient(), "PNG"))
    assert "needs a start image" in complaints(alice, version, mask=f"upload:{upload.pk}")["mask"]


# What an engine is sent


def sent(row: Prediction) -> dict[str, Image.Image]:
    row.refresh_from_db()
    found = sources.encode(sources.locate(row))
    return {
        name: Image.open(io.BytesIO(base64.b64decode(uri.removeprefix("data:image/png;base64,"))))
        for name, uri in found.items()
    }


def test_an_engine_is_sent_the_pixels_and_no_address(alice: User, version: Version) -> None:
    start = uploads.keep(alice, saved(gradient(1600, 800), "JPEG"))
    mask = uploads.keep(alice, saved(Image.new("L", (50, 50), 255), "PNG"))
    row = made_from(alice, version, f"upload:{start.pk}", mask=f"upload:{mask.pk}")
    found = sent(row)
    assert {name: picture.size for name, picture in found.items()} == {
        "start_image": (1024, 512),
        "mask": (1024, 512),
    }


def test_the_worst_picture_fits_what_an_engine_takes(alice: User, version: Version) -> None:
    noise = Image.merge("RGBA", [Image.effect_noise((1024, 1024), 200) for _ in range(4)])
    start = uploads.keep(alice, saved(noise, "PNG"))
    uris = sources.encode(sources.locate(made_from(alice, version, f"upload:{start.pk}")))
    assert len(base64.b64decode(uris["start_image"].partition(",")[2])) <= 4 * 2**20


def test_a_picture_that_went_meanwhile_ends_the_prompt_with_a_sentence(alice: User, version: Version) -> None:
    output = output_of(alice, version)
    row = made_from(alice, version, f"output:{output.pk}")
    outputs.purge(output)
    row.refresh_from_db()
    with pytest.raises(NotFound, match="deleted before"):
        sources.locate(row)


# All of a person's things


def test_a_guests_uploads_come_along(alice: User, guest: User, version: Version) -> None:
    """What both had sent is there once, and what the guest made from it names the one that stays."""
    data = saved(gradient(), "PNG")
    hers, twin = uploads.keep(alice, data), uploads.keep(guest, data)
    other = uploads.keep(guest, saved(gradient(9, 9), "PNG"))
    row = made_from(guest, version, f"upload:{twin.pk}")
    people.merge_guest(guest, into=alice)
    row.refresh_from_db()
    assert set(Upload.objects.filter(user=alice)) == {hers, other}
    assert row.input["start_image"] == f"upload:{hers.pk}"
    assert list(row.uploads.all()) == [hers]


def test_deleting_a_person_deletes_their_uploads(alice: User) -> None:
    upload = uploads.keep(alice, saved(gradient(), "PNG"))
    with django_commits():
        people.delete_person(alice)
    assert Upload.objects.count() == 0
    assert not default_storage.exists(f"{upload.key}/picture.webp")


def django_commits():
    """The callbacks of a commit run, as they would outside of a test's transaction."""
    from django.test import TestCase

    return TestCase.captureOnCommitCallbacks(execute=True)
