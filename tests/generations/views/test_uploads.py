"""Pictures in the composer: added with and without scripts, shown to whom they belong, sent along with the prompt."""

import re

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from accounts.models import User
from generations.models import Output, Prediction, RegisteredModel, Upload, Version
from generations.services import uploads
from inference.runners import echo
from tests.generations.pictures import FORMATS, gradient, saved

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}
PNG = saved(gradient(), "PNG")


@pytest.fixture
def version(db: None) -> Version:
    model = RegisteredModel.objects.create(owner="safelight", name="echo", title="Echo")
    return Version.objects.create(pk="e" * 64, model=model, schema=echo.SCHEMA)


@pytest.fixture
def studio(alice: User, version: Version, client_of) -> Client:
    return client_of(alice)


def add(client: Client, data: bytes = PNG, *, field: str = "start_image", name: str = "cat.png", **more):
    """What the button, or the script, sends: the whole form with the file."""
    file = SimpleUploadedFile(name, data, content_type="text/html")
    form = {"prompt": "a fox", "composer-add": field, f"{field}-file": file}
    return client.post("/uploads/", {**form, **more.pop("typed", {})}, **more)


def text(response) -> str:
    return response.content.decode()


def value_of(page: str, field: str = "start_image") -> str:
    found = re.search(rf'<input type="checkbox" name="{field}" value="([^"]+)" checked', page)
    return found[1] if found else ""


def test_a_form_without_scripts_comes_back_with_the_picture_and_all_that_was_typed(studio: Client) -> None:
    page = text(add(studio, typed={"prompt": "a red fox", "steps": "33", "composer-key": "k" * 26}))
    assert value_of(page) == f"upload:{Upload.objects.get().pk}"
    assert "a red fox" in page
    assert 'value="33"' in page
    assert "<html" in page


def test_a_script_is_given_the_pictures_alone(studio: Client) -> None:
    """With a start image there is a mask to add, and a strength to set."""
    before, after = text(studio.get("/")), text(add(studio, headers=HTMX))
    assert "<html" not in after
    assert [name in before for name in ("mask-file", 'name="strength"')] == [False, False]
    assert [name in after for name in ("mask-file", 'name="strength"')] == [True, True]


def test_the_thumbnail_is_shown_and_its_link_opens(studio: Client) -> None:
    page = text(add(studio))
    address = re.search(r'src="(/media/uploads/[^"]+)"', page)[1]
    answer = Client().get(address)
    assert (answer.status_code, answer["Content-Type"]) == (200, "image/webp")
    assert answer["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert Client().get(address.replace("thumb", "other")).status_code == 404
    assert Client().get(re.sub(r"[\w-]{22}(?=/thumb)", "x" * 22, address)).status_code == 404


def test_the_prompt_goes_with_the_picture(studio: Client, alice: User) -> None:
    value = value_of(text(add(studio)))
    answer = studio.post("/", {"prompt": "a fox", "start_image": value, "strength": "0.4"})
    made = Prediction.objects.get()
    assert answer.status_code == 302
    assert (made.input["start_image"], made.input["strength"]) == (value, 0.4)
    assert list(made.uploads.all()) == list(Upload.objects.filter(user=alice))


def test_without_the_tick_no_picture_goes_along(studio: Client) -> None:
    add(studio)
    studio.post("/", {"prompt": "a fox"})
    assert "start_image" not in Prediction.objects.get().input


def test_a_file_that_was_chosen_and_not_added_is_asked_for(studio: Client) -> None:
    """A form without scripts sends a file's name alone; without a word the picture would be lost."""
    answer = studio.post("/", {"prompt": "a fox", "start_image-file": "cat.png"})
    assert answer.status_code == 422
    assert "was not sent along yet" in text(answer)
    assert studio.post("/", {"prompt": "a fox", "start_image-file": ""}).status_code == 302


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "The file is empty."),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "SVG drawings are not accepted"),
        (b"GIF89a<script>alert(1)</script>", "not a PNG, JPEG, WebP or AVIF"),
        (b"%PDF-1.7", "not a PNG, JPEG, WebP or AVIF"),
        (PNG[:-20], "damaged or cut short"),
        (PNG + b"%PDF-1.7", "something else behind"),
    ],
    ids=["empty", "svg", "gif", "pdf", "cut", "polyglot"],
)
def test_what_is_no_picture_is_refused_and_what_was_typed_stays(
    studio: Client, data: bytes, sentence: str
) -> None:
    for headers in ({}, HTMX):
        answer = add(studio, data, headers=headers)
        assert answer.status_code == 422
        assert sentence in text(answer)
    assert "a fox" in text(add(studio, data))
    assert Upload.objects.count() == 0


@pytest.mark.parametrize("format", FORMATS)
def test_a_file_cut_at_any_tenth_byte_is_refused(studio: Client, settings, format: str) -> None:
    """Wherever the bytes end too soon, a sentence says so; nothing of it is kept, and the whole file is taken."""
    settings.LIMITS = {**settings.LIMITS, "uploads_per_hour": 100_000}
    whole = saved(gradient(24, 16), format)
    cuts = range(0, len(whole) - 9, 10)
    for end in cuts:
        answer = add(studio, whole[:end], headers=HTMX)
        assert answer.status_code == 422, end
        assert re.search(r"data-error[^>]*>[^<]+\.<", text(answer)), end
    assert (Upload.objects.count(), default_storage.exists("uploads")) == (0, False)
    assert value_of(text(add(studio, whole, headers=HTMX)))


@pytest.mark.parametrize("name", ["../../etc/passwd", "a\nb.png", "x" * 300 + ".png", "<b>.png", "cat.exe"])
def test_a_files_name_means_nothing(studio: Client, name: str) -> None:
    answer = add(studio, name=name)
    assert value_of(text(answer))
    assert "passwd" not in text(answer)


@pytest.mark.parametrize("field", ["prompt", "nothing", "", "start_image-file"])
def test_a_field_that_takes_no_picture_is_refused(studio: Client, field: str) -> None:
    assert add(studio, field=field).status_code == 400
    assert Upload.objects.count() == 0


def test_nothing_chosen_is_said(studio: Client) -> None:
    answer = studio.post("/uploads/", {"prompt": "a fox", "composer-add": "start_image"})
    assert "Choose a file first." in text(answer)


def test_the_limit_of_an_hour_is_said_with_a_time(studio: Client, settings) -> None:
    settings.LIMITS = {**settings.LIMITS, "uploads_per_hour": 1}
    add(studio)
    answer = add(studio, saved(gradient(9, 9), "PNG"))
    assert (answer.status_code, int(answer["Retry-After"]) > 0) == (429, True)


def test_a_visitor_becomes_a_guest_and_their_page_gets_its_live_line(version: Version) -> None:
    client = Client()
    page = text(client.get("/"))
    assert 'name="composer-new"' in page
    value = value_of(text(add(client, headers=HTMX)))
    made = client.post("/", {"prompt": "a fox", "start_image": value, "composer-new": "1"}, headers=HTMX)
    assert User.objects.get().is_guest
    assert 'hx-target="#live"' in text(made)


def test_without_guests_a_visitor_is_sent_to_sign_in(version: Version, settings) -> None:
    settings.GUESTS = False
    assert add(Client()).status_code == 302
    assert "/login/" in add(Client(), headers=HTMX)["HX-Redirect"]
    assert Upload.objects.count() == 0


def test_a_picture_of_others_is_neither_shown_nor_sent(studio: Client, bob: User) -> None:
    theirs = uploads.keep(bob, PNG)
    page = text(studio.get(f"/?start_image=upload:{theirs.pk}"))
    assert (value_of(page), "/media/uploads/" in page) == ("", False)
    answer = studio.post("/", {"prompt": "a fox", "start_image": f"upload:{theirs.pk}"})
    assert answer.status_code == 422
    assert "/media/uploads/" not in text(answer)


# Starting from one's own output


@pytest.fixture
def output(alice: User, make_output) -> Output:
    return make_output(alice, prompt="a lighthouse")


def test_every_picture_of_ones_own_can_be_started_from(studio: Client, output: Output) -> None:
    page = text(studio.get(f"/?start={output.pk}"))
    assert value_of(page) == f"output:{output.pk}"
    assert "a lighthouse" in page
    assert f'href="/?start={output.pk}"' in text(studio.get(f"/gallery/{output.pk}/"))


def test_of_others_it_is_not_there(studio: Client, bob: User, make_output) -> None:
    assert studio.get(f"/?start={make_output(bob).pk}").status_code == 404


def test_a_model_that_cannot_start_from_pictures_says_so(
    studio: Client, output: Output, version: Version
) -> None:
    Version.objects.update(schema={"properties": {"prompt": {"type": "string"}}})
    assert "No model here can start from a picture." in text(studio.get(f"/?start={output.pk}"))


def test_the_recipe_shows_the_picture_to_its_owner(studio: Client, alice: User, output: Output) -> None:
    upload = uploads.keep(alice, PNG)
    Prediction.objects.update(input={"prompt": "a fox", "start_image": f"upload:{upload.pk}"})
    for address in (f"/gallery/{output.pk}/", f"/predictions/{output.prediction_id}/"):
        page = text(studio.get(address))
        assert f"/media/uploads/{upload.pk}/" in page
        assert f"upload:{upload.pk}" not in page
