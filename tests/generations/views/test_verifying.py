"""Was this made here: what the page says of a file, and what nobody can learn from it."""

from datetime import timedelta

import numpy as np
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from PIL import Image

from accounts.models import User
from generations import imaging, provenance
from generations.models import Album, Cell, Grid, Output, Placement, Prediction, Share, Status, Version
from generations.services import files, outputs
from tests.generations.pictures import opened, saved

pytestmark = pytest.mark.django_db


def scene(number: int) -> Image.Image:
    dice = np.random.default_rng(number)
    small = Image.fromarray(dice.integers(0, 256, (9, 9, 3), dtype=np.uint8))
    return small.resize((256, 256), Image.Resampling.BICUBIC)


@pytest.fixture
def output(alice: User, version: Version) -> Output:
    """A private picture of alice's, made as every picture is made."""
    row = Prediction.objects.create(
        user=alice,
        version=version,
        input={"prompt": "a secret fox"},
        prompt="a secret fox",
        status=Status.SUCCEEDED,
        completed_at=timezone.now(),
    )
    made = outputs.develop(row, 0, saved(scene(1), "PNG"), frames=(), told={})
    made.is_published = True
    made.save(force_insert=True)
    return made


def master_of(output: Output) -> bytes:
    return files.read(output.key, "master.png")


def stripped(data: bytes) -> bytes:
    """As a chat program passes it on."""
    return saved(opened(data).convert("RGB").resize((200, 200)), "JPEG", quality=70)


def share(output: Output, **fields: object) -> Share:
    told = {"is_public": True, "published_at": timezone.now(), **fields}
    return Share.objects.create(user=output.user, output=output, **told)


def ask(data: bytes, client: Client | None = None):
    return (client or Client()).post("/verify/", {"picture-file": SimpleUploadedFile("a.png", data)})


def verdict(data: bytes) -> str:
    page = ask(data).content.decode()
    return page.partition('data-verdict="')[2].partition('"')[0]


def test_a_picture_made_here_is_known_with_time_and_model_and_without_owner_or_prompt(output: Output) -> None:
    page = ask(master_of(output)).content.decode()
    assert "not a pixel of it was changed" in page
    assert "safelight/picto" in page
    assert f"{output.created_at:%Y}" in page
    assert "secret fox" not in page
    assert output.user.display_name not in page
    assert output.pk not in page


@pytest.mark.parametrize("format", ["png", "webp", "avif"])
def test_every_download_is_known(output: Output, format: str) -> None:
    data = imaging.export(master_of(output), format=format, recipe={"prompt": "a secret fox"})
    assert verdict(data) == "sealed"


def test_every_rendition_is_known_and_a_change_is_said(output: Output) -> None:
    names = [name for name in files.names_of(output) if name.endswith(("webp", "avif"))]
    assert [verdict(files.read(output.key, name)) for name in names] == ["sealed"] * len(names)
    assert "resized, saved anew" in ask(files.read(output.key, names[0])).content.decode()


def test_it_is_known_after_it_was_deleted(output: Output) -> None:
    data = master_of(output)
    outputs.purge(output)
    assert verdict(data) == "sealed"


def test_a_seal_that_was_copied_into_another_picture_is_found_out(output: Output) -> None:
    seal = provenance.read_seal(master_of(output))
    assert verdict(provenance.write_png(saved(scene(2), "PNG"), None, seal=seal)) == "moved"


def test_a_seal_of_another_site_is_none_of_ours(output: Output, settings) -> None:
    data = master_of(output)
    settings.MANIFEST_KEY = "another"
    assert verdict(data) == "unknown"
    assert "The file says itself that a model made it." in ask(data).content.decode()


def test_nobody_can_ask_for_private_pictures_by_their_looks(output: Output) -> None:
    assert verdict(stripped(master_of(output))) == "unknown"


@pytest.mark.parametrize(
    "fields",
    [
        {"is_public": False, "published_at": None},
        {"revoked_at": timezone.now()},
        {"expires_at": timezone.now() - timedelta(hours=1)},
    ],
    ids=["unlisted", "revoked", "expired"],
)
def test_a_link_that_is_not_public_or_not_open_tells_nothing(output: Output, fields: dict) -> None:
    share(output, **fields)
    assert verdict(stripped(master_of(output))) == "unknown"


def test_a_published_picture_is_known_by_its_looks(output: Output) -> None:
    link = share(output)
    assert verdict(stripped(master_of(output))) == "published"
    page = ask(stripped(master_of(output))).content.decode()
    assert f'href="/s/{link.pk}' in page
    assert "secret fox" not in page
    assert verdict(saved(scene(2), "JPEG")) == "unknown"
    outputs.trash(output)
    assert verdict(stripped(master_of(output))) == "unknown"


def album_with(output: Output) -> dict[str, object]:
    album = Album.objects.create(user=output.user, name="a secret album")
    Placement.objects.create(album=album, output=output)
    return {"album": album}


def grid_with(output: Output) -> dict[str, object]:
    row = output.prediction
    columns = {"field": "seed", "label": "Seed", "values": [1], "finds": []}
    grid = Grid.objects.create(
        user=row.user, version=row.version, name="a secret grid", input=row.input, columns=columns
    )
    Cell.objects.create(grid=grid, row=0, column=0, prediction=row, is_waiting=False)
    return {"grid": grid}


@pytest.mark.parametrize("within", [album_with, grid_with])
def test_a_picture_within_a_public_album_or_grid_is_known(output: Output, within) -> None:
    """What a public link shows among others is published too; the way to it leads to this very picture."""
    fields = {"is_public": True, "published_at": timezone.now(), "shows_prompt": False, **within(output)}
    link = Share.objects.create(user=output.user, **fields)
    data = stripped(master_of(output))
    page = ask(data).content.decode()
    assert 'data-verdict="published"' in page
    address = page.partition('class="button" href="')[2].partition('"')[0]
    assert address.endswith(f"?picture={output.pk}")
    assert Client().get(address).status_code == 200
    assert "secret" not in page
    Share.objects.filter(pk=link.pk).update(revoked_at=timezone.now())
    assert verdict(data) == "unknown"


@pytest.mark.parametrize("within", [album_with, grid_with])
@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"is_public": True, "published_at": timezone.now(), "revoked_at": timezone.now()},
        {
            "is_public": True,
            "published_at": timezone.now(),
            "expires_at": timezone.now() - timedelta(hours=1),
        },
        {"password": "argon2"},
    ],
    ids=["unlisted", "revoked", "expired", "password"],
)
def test_an_album_or_grid_that_is_not_public_tells_nothing(output: Output, within, fields: dict) -> None:
    """Whoever holds a file cannot learn that it lies in somebody's album, or in a grid that few may see."""
    Share.objects.create(user=output.user, **within(output), **fields)
    assert verdict(stripped(master_of(output))) == "unknown"


def test_what_is_taken_out_of_a_public_album_is_private_again(output: Output) -> None:
    """Out of the album, or in the bin, a picture is not known any more."""
    Share.objects.create(user=output.user, is_public=True, published_at=timezone.now(), **album_with(output))
    data = stripped(master_of(output))
    assert verdict(data) == "published"
    outputs.trash(output)
    assert verdict(data) == "unknown"
    outputs.restore(output)
    Placement.objects.all().delete()
    assert verdict(data) == "unknown"


@pytest.mark.parametrize("data", [b"", b"<svg/>", b"GIF89a", saved(scene(3), "PNG")[:-20]])
def test_what_is_no_picture_is_said(data: bytes, db: None) -> None:
    answer = ask(data)
    assert answer.status_code == 422
    assert 'role="alert">' in answer.content.decode()


def test_how_often_is_limited(settings, db: None) -> None:
    settings.LIMITS = {**settings.LIMITS, "verify_per_hour": 1}
    ask(b"")
    answer = ask(b"")
    assert (answer.status_code, int(answer["Retry-After"]) > 0) == (429, True)


def test_the_page_asks_the_database_a_fixed_number_of_times(
    output: Output, django_assert_max_num_queries
) -> None:
    share(output)
    data = stripped(master_of(output))
    with django_assert_max_num_queries(4):
        ask(data)
