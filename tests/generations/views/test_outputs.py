"""Promises of one picture's page, and of what its owner does with it."""

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from generations import imaging
from generations.models import Output
from generations.services import outputs

pytestmark = pytest.mark.django_db

HTMX = {"HX-Request": "true"}
NOW = 1_790_000_000.0


@pytest.fixture
def three(alice, make_output):
    """Three pictures of Alice, oldest first."""
    return [make_output(alice, at=NOW + i) for i in range(3)]


@pytest.fixture
def export(monkeypatch):
    """What the download hands to imaging.export, which answers with a few bytes."""
    asked = {}

    def exported(master: bytes, **options) -> bytes:
        asked.update(options, master=master)
        return b"exported"

    monkeypatch.setattr(imaging, "export", exported)
    return asked


def test_page_tells_the_recipe(alice, client_of, make_output):
    """The page shows the prompt, the seed and the settings by their names in the schema."""
    picture = make_output(alice, prompt="a fox in the snow")
    text = client_of(alice).get(f"/gallery/{picture.pk}/").content.decode()
    assert "a fox in the snow" in text
    assert "<dt>Steps</dt><dd>12</dd>" in text
    assert "safelight/picto" in text


def test_arrows_follow_the_gallery(alice, client_of, three):
    """Newer and older lead to the neighbours in the gallery."""
    context = client_of(alice).get(f"/gallery/{three[1].pk}/").context
    assert (context["newer"], context["older"]) == (three[2], three[0])


def test_arrows_stay_in_the_filter(alice, client_of, three):
    """With the filter for favourites, the arrows pass over what is no favourite."""
    outputs.favourite(three[0], is_favourite=True)
    context = client_of(alice).get(f"/gallery/{three[2].pk}/?favourites=1").context
    assert (context["newer"], context["older"]) == (None, three[0])


def test_arrows_pass_over_the_bin(alice, client_of, three):
    """What lies in the bin is no neighbour."""
    outputs.trash(three[1])
    assert client_of(alice).get(f"/gallery/{three[2].pk}/").context["older"] == three[0]


def test_signed_out_owner_is_asked_to_sign_in(client_of, picture):
    """A bookmark opened while signed out leads to the sign-in and back."""
    response = client_of(None).get(f"/gallery/{picture.pk}/")
    assert response["Location"].endswith(f"?next=/gallery/{picture.pk}/")


@pytest.mark.parametrize("value", ["1", "0"])
def test_favourite_is_what_was_asked(alice, client_of, picture, value):
    """Favourite is set to what the button said, so that a repeated click changes nothing more."""
    client = client_of(alice)
    client.post(f"/gallery/{picture.pk}/favourite/", {"is_favourite": value})
    client.post(f"/gallery/{picture.pk}/favourite/", {"is_favourite": value})
    picture.refresh_from_db()
    assert picture.is_favourite == (value == "1")


def test_favourite_answers_htmx_with_the_button(alice, client_of, picture):
    """With htmx the answer is the button in its new state, which would undo it."""
    response = client_of(alice).post(f"/gallery/{picture.pk}/favourite/", {"is_favourite": "1"}, headers=HTMX)
    text = response.content.decode()
    assert 'aria-pressed="true"' in text
    assert 'value="0"' in text


def test_favourite_refuses_nonsense(alice, client_of, picture):
    """A value that is neither 1 nor 0 is a 400 with a sentence that names the field."""
    response = client_of(alice).post(f"/gallery/{picture.pk}/favourite/", {"is_favourite": "perhaps"})
    assert response.status_code == 400
    assert "is_favourite" in response.content.decode()


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ("/gallery/?favourites=1", "/gallery/?favourites=1"),
        ("https://evil.example/", None),
        ("//evil.example", None),
    ],
)
def test_form_leads_back(alice, client_of, picture, wanted, expected):
    """Without JavaScript a form leads back to the page it stood on, and never to another site."""
    response = client_of(alice).post(
        f"/gallery/{picture.pk}/favourite/", {"is_favourite": "1", "next": wanted}
    )
    assert response["Location"] == (expected or f"/gallery/{picture.pk}/")


def test_delete_can_be_undone(alice, client_of, picture):
    """Deleting moves to the bin, and the answer holds the way back."""
    client = client_of(alice)
    page = client.post(f"/gallery/{picture.pk}/trash/", follow=True).content.decode()
    assert picture.pk not in client.get("/gallery/?again").content.decode()
    assert f"/gallery/{picture.pk}/restore/" in page
    client.post(f"/gallery/{picture.pk}/restore/")
    assert picture.pk in client.get("/gallery/").content.decode()


def test_delete_answers_htmx_with_a_toast(alice, client_of, picture):
    """With htmx the card leaves an empty place, and a toast holds the undo."""
    text = client_of(alice).post(f"/gallery/{picture.pk}/trash/", headers=HTMX).content.decode()
    assert f'id="output-{picture.pk}" hidden' in text
    assert f"/gallery/{picture.pk}/restore/" in text
    assert 'hx-target="#toasts"' in text


def test_undo_answers_htmx_with_the_card(alice, client_of, picture):
    """The undo of a toast puts the card back where it was."""
    outputs.trash(picture)
    text = client_of(alice).post(f"/gallery/{picture.pk}/restore/", headers=HTMX).content.decode()
    assert f'hx-target="#output-{picture.pk}"' in text
    assert f'data-output="{picture.pk}"' in text


def test_deleting_for_ever_asks_first(alice, client_of, picture):
    """Only what lies in the bin can be deleted for ever, after a page that says so."""
    client = client_of(alice)
    assert client.post(f"/gallery/{picture.pk}/delete/").status_code == 404
    outputs.trash(picture)
    assert "cannot be undone" in client.get(f"/gallery/{picture.pk}/?delete=1").content.decode()
    client.post(f"/gallery/{picture.pk}/delete/")
    assert not Output.objects.filter(pk=picture.pk).exists()


@pytest.mark.parametrize("format", ["png", "webp", "avif"])
def test_download_carries_the_recipe(alice, client_of, picture, export, format):
    """A download is an attachment in the format asked for, with the recipe of this very output handed in."""
    response = client_of(alice).get(f"/gallery/{picture.pk}/download/{format}/")
    assert response.content == b"exported"
    assert response["Content-Type"] == f"image/{format}"
    assert response["Content-Disposition"].startswith("attachment; ")
    assert (export["format"], export["recipe"]) == (format, {**picture.recipe, "model": "safelight/picto"})


@pytest.mark.parametrize(
    ("prompt", "plain", "own"),
    [
        ("A red fox!", "a-red-fox-", "A-red-fox-"),
        ("قمر فوق البحر", "picture-", "%D9%82%D9%85%D8%B1-"),
        ('x"\r\nSet-Cookie: a=b', "x-set-cookie-a-b-", "x-Set-Cookie-a-b-"),
        ("../../etc/passwd", "etc-passwd-", "etc-passwd-"),
        ("🦊", "picture-", "picture-"),
        ("", "picture-", "picture-"),
    ],
)
def test_download_is_named_after_the_prompt(alice, client_of, make_output, export, prompt, plain, own):
    """The file name holds words of the prompt and nothing that could mean more than a name."""
    picture = make_output(alice, prompt=prompt)
    header = client_of(alice).get(f"/gallery/{picture.pk}/download/png/")["Content-Disposition"]
    tail = f"{picture.pk[-6:]}.png"
    assert f'filename="{plain}{tail}"' in header
    assert f"filename*=UTF-8''{own}" in header
    assert header.endswith(tail)


def test_how_it_developed_is_a_file_too(alice, client_of, make_output):
    """The time-lapse made of its previews; where there is none, there is nothing to download."""
    moving, still = make_output(alice, has_timelapse=True), make_output(alice)
    default_storage.save(f"{moving.key}/timelapse.webp", ContentFile(b"RIFF"))
    client = client_of(alice)
    answer = client.get(f"/gallery/{moving.pk}/download/timelapse/")
    assert (answer.content, answer["Content-Type"]) == (b"RIFF", "image/webp")
    assert answer["Content-Disposition"].startswith("attachment; ")
    assert client.get(f"/gallery/{still.pk}/download/timelapse/").status_code == 404
    pages = [client.get(f"/gallery/{each.pk}/").content.decode() for each in (moving, still)]
    assert ["How it developed" in page for page in pages] == [True, False]


def test_download_of_another_format_is_a_404(alice, client_of, picture):
    """A format that is not offered is a 404."""
    assert client_of(alice).get(f"/gallery/{picture.pk}/download/exe/").status_code == 404


def test_download_of_a_lost_file_is_a_404(alice, client_of, picture):
    """A picture whose file is lost says so."""
    default_storage.delete(f"{picture.key}/master.png")
    assert client_of(alice).get(f"/gallery/{picture.pk}/download/png/").status_code == 404


@pytest.mark.parametrize("id", ["x", "0" * 27, "../gallery", "%00", "0" * 26, "U" * 26])
def test_forged_id_is_a_404(alice, client_of, id):
    """An id that is malformed or of nothing is a 404, never an error."""
    assert client_of(alice).get(f"/gallery/{id}/").status_code == 404


def test_upper_case_twin_is_a_404(alice, client_of, picture):
    """An id has one spelling."""
    assert client_of(alice).get(f"/gallery/{picture.pk.upper()}/").status_code == 404


@pytest.mark.parametrize(
    "prompt", ["\u202egnihtemos", "لوحة لقطة نائمة", "🦊" * 200, "long " * 400, "x" * 2000]
)
def test_any_prompt_has_a_page(alice, client_of, make_output, prompt):
    """Whatever the prompt is written in, its page is there and leaves the direction to the text."""
    picture = make_output(alice, prompt=prompt)
    text = client_of(alice).get(f"/gallery/{picture.pk}/").content.decode()
    assert prompt in text
    assert 'dir="auto"' in text


def test_page_asks_the_database_little(alice, client_of, three, django_assert_max_num_queries):
    """A picture's page costs a small, fixed number of queries."""
    client = client_of(alice)
    with django_assert_max_num_queries(12):
        client.get(f"/gallery/{three[1].pk}/")


@pytest.mark.parametrize(
    "address", ["/gallery/", "/gallery/bin/?empty=1", "/gallery/{id}/", "/gallery/{binned}/?delete=1"]
)
def test_forms_carry_their_token(alice, client_of, make_output, address):
    """Every form on these pages works without JavaScript: it carries its token itself."""
    picture, binned = make_output(alice), make_output(alice, trashed_at=alice.date_joined)
    response = client_of(alice).get(address.replace("{id}", picture.pk).replace("{binned}", binned.pk))
    text = response.content.decode()
    assert text.count('method="post"') == text.count('name="csrfmiddlewaretoken"') >= 1
