"""Promises of the account pages: profile, usage, export, deletion, sign-out everywhere."""

import io
import json
import zipfile

import pytest
from django.core.files.storage import default_storage
from django.test import AsyncClient, Client

from accounts import tokens
from accounts.models import User
from generations.services import prompts, snippets
from generations.services.export import export_of
from tests.conftest import PASSWORD
from tests.generations.views.conftest import MASTER

pytestmark = pytest.mark.django_db


def unzipped(pieces) -> zipfile.ZipFile:
    return zipfile.ZipFile(io.BytesIO(b"".join(pieces)))


def lines(archive: zipfile.ZipFile, name: str) -> list[dict]:
    return [json.loads(line) for line in archive.read(name).splitlines()]


def test_home_says_what_is_used(alice, make_output, client_of):
    """The account's page shows what was made today, the limit, and the storage."""
    make_output(alice)
    page = client_of(alice).get("/account/").content.decode()
    assert 'value="1"' in page
    assert "of 500" in page
    assert "1.0\xa0KB" in page


def test_home_counts_only_mine(alice, bob, make_output, client_of):
    """What others have is not counted."""
    make_output(bob)
    usage = client_of(alice).get("/account/").context["usage"]
    assert (usage.made, usage.pictures, usage.size) == (0, 0, 0)


def test_guest_is_asked_to_sign_up(guest, client_of):
    """A guest sees how to keep the gallery, and nothing to manage."""
    page = client_of(guest).get("/account/").content.decode()
    assert "Keep this gallery" in page
    assert "Sign out" not in page
    assert "Passkeys" not in page


def test_profile_is_saved(alice, client_of):
    """Name and handle are kept."""
    client_of(alice).post("/account/profile/", {"name": "Ann", "handle": "Ann-1"})
    alice.refresh_from_db()
    assert (alice.name, alice.handle) == ("Ann", "ann-1")


def test_refused_handle_keeps_what_was_typed(alice, bob, client_of):
    """A handle that is taken is said at its field; the typed name stays on the page and off the row."""
    client_of(bob).post("/account/profile/", {"name": "", "handle": "bob"})
    answer = client_of(alice).post("/account/profile/", {"name": "Ann", "handle": "bob"})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert 'id="id_handle_error"' in page
    assert 'value="Ann"' in page
    alice.refresh_from_db()
    assert alice.name == ""


@pytest.mark.parametrize("name", ["x" * 81, "a\x00b", "a\nb", "a\x1b[2Jb", "a\u202eb"])
def test_bad_names_are_refused(alice, client_of, name):
    """A name that is too long or holds control characters is said at its field."""
    page = client_of(alice).post("/account/profile/", {"name": name, "handle": ""}).content.decode()
    assert 'id="id_name_error"' in page


def test_html_in_a_name_stays_text(alice, client_of):
    """A name is text, whatever it looks like."""
    client = client_of(alice)
    client.post("/account/profile/", {"name": "<script>alert(1)</script>", "handle": ""})
    assert "<script>alert" not in client.get("/account/").content.decode()


@pytest.mark.parametrize("path", ["profile", "sign-out-everywhere"])
def test_guests_are_led_to_sign_up(guest, client_of, path):
    """A guest has no profile and no other sessions."""
    assert client_of(guest).post(f"/account/{path}/").url == "/account/signup/"


def test_sign_out_everywhere(alice, client_of):
    """All other sessions end; the one that asked goes on."""
    here, there = client_of(alice), client_of(alice)
    here.post("/account/sign-out-everywhere/")
    assert here.get("/account/").status_code == 200
    assert there.get("/account/").status_code == 302


def test_new_password_signs_out_elsewhere(alice, client_of):
    """A changed password ends all other sessions."""
    here, there = client_of(alice), client_of(alice)
    new = "another quiet lamp"
    here.post("/account/password/change/", {"oldpassword": PASSWORD, "password1": new, "password2": new})
    assert here.get("/account/").status_code == 200
    assert there.get("/account/").status_code == 302


def test_export_holds_everything(alice, make_output):
    """The zip holds profile, predictions with inputs, recipes and the pictures themselves; bin and favourites too."""
    kept = make_output(alice, prompt="ein Fuchs, 狐", is_favourite=True)
    binned = make_output(alice, trashed_at=kept.created_at)
    archive = unzipped(export_of(alice))
    assert archive.testzip() is None
    assert json.loads(archive.read("profile.json"))["email"] == alice.email
    inputs = {line["id"]: line["input"]["prompt"] for line in lines(archive, "predictions.jsonl")}
    assert inputs == {kept.prediction_id: "ein Fuchs, 狐", binned.prediction_id: "a fox"}
    told = {line["id"]: line for line in lines(archive, "outputs.jsonl")}
    assert told[kept.pk]["is_favourite"] is True
    assert told[kept.pk]["recipe"] == {"prompt": "ein Fuchs, 狐", "steps": 12, "seed": 7}
    assert told[binned.pk]["trashed_at"] is not None
    assert archive.read(told[kept.pk]["file"]) == archive.read(told[binned.pk]["file"]) == MASTER


def test_export_holds_nothing_of_others(alice, bob, make_output):
    """Nothing of another person is in it."""
    make_output(bob)
    prompts.remember(bob, "a fox")
    snippets.save(bob, kind="list", name="animal", text="fox", values={})
    archive = unzipped(export_of(alice))
    names = set(archive.namelist()) - {"README.txt", "profile.json"}
    assert {name for name in names if not name.endswith(".jsonl")} == set()
    assert {name for name in names if archive.read(name)} == set()


def test_export_tells_of_tokens_but_opens_nothing(alice):
    """Their names and scopes; neither what they read nor its hash."""
    token, text = tokens.create(alice, "bot", scopes=["read"])
    archive = unzipped(export_of(alice))
    (told,) = lines(archive, "tokens.jsonl")
    assert (told["name"], told["scopes"]) == ("bot", "read")
    assert text not in archive.read("tokens.jsonl").decode()
    assert token.digest not in archive.read("tokens.jsonl").decode()


def test_export_bears_a_lost_file(alice, make_output):
    """A picture whose file is gone is still in the list, and the rest is whole."""
    lost, kept = make_output(alice), make_output(alice)
    default_storage.delete(f"{lost.key}/master.png")
    archive = unzipped(export_of(alice))
    assert len(lines(archive, "outputs.jsonl")) == 2
    assert f"outputs/{lost.pk}.png" not in archive.namelist()
    assert archive.read(f"outputs/{kept.pk}.png") == MASTER


def test_export_is_never_whole_in_memory(alice, make_output):
    """Pieces stay small however much there is."""
    for _ in range(3):
        picture = make_output(alice)
        with default_storage.open(f"{picture.key}/master.png", "wb") as file:
            file.write(bytes(2_000_000))
    pieces = [len(piece) for piece in export_of(alice)]
    assert sum(pieces) > 6_000_000
    assert max(pieces) < 1_000_000


@pytest.mark.django_db(transaction=True)
async def test_export_is_streamed(alice, picture):
    """The page answers at once and sends the zip in pieces."""
    client = AsyncClient()
    await client.aforce_login(alice)
    answer = await client.post("/account/export/")
    assert answer.is_async
    assert answer["Content-Type"] == "application/zip"
    archive = unzipped([piece async for piece in answer.streaming_content])
    assert archive.read(f"outputs/{picture.pk}.png") == MASTER


def test_export_has_a_limit(alice, client_of):
    """The fourth export within the hour is refused with a time to come back."""
    client = client_of(alice)
    for _ in range(3):
        assert client.post("/account/export/").status_code == 200
    answer = client.post("/account/export/")
    assert answer.status_code == 429
    assert 0 < int(answer["Retry-After"]) <= 3600


@pytest.mark.parametrize("path", ["/account/", "/account/delete/"])
def test_signed_out(client, path):
    """Nobody has no account: they are led to sign-in and back."""
    assert client.get(path).url == f"/account/login/?next={path}"


def test_deletion_needs_the_password(alice, client_of):
    """A wrong password deletes nothing, and says so at the field."""
    answer = client_of(alice).post("/account/delete/", {"confirm": "wrong"})
    assert answer.status_code == 422
    assert "Nothing was deleted." in answer.content.decode()
    assert User.objects.filter(pk=alice.pk).exists()


def test_deletion_needs_a_word_from_guests(guest, client_of):
    """Who has no password types a word."""
    client = client_of(guest)
    assert client.post("/account/delete/", {"confirm": "yes"}).status_code == 422
    assert client.post("/account/delete/", {"confirm": "Delete"}).url == "/account/deleted/"
    assert not User.objects.filter(pk=guest.pk).exists()


def test_deletion_deletes_and_signs_out(alice, client_of):
    """With the password the account is gone, here and in every other browser."""
    here, there = client_of(alice), client_of(alice)
    page = here.post("/account/delete/", {"confirm": PASSWORD}, follow=True)
    assert "Everything is gone" in page.content.decode()
    assert not User.objects.filter(pk=alice.pk).exists()
    assert here.get("/account/").status_code == there.get("/account/").status_code == 302


def test_deletion_cannot_be_guessed(alice, client_of):
    """The eleventh try within a minute is refused, even with the right password."""
    client = client_of(alice)
    for _ in range(10):
        client.post("/account/delete/", {"confirm": "wrong"})
    assert client.post("/account/delete/", {"confirm": PASSWORD}).status_code == 429
    assert User.objects.filter(pk=alice.pk).exists()


@pytest.mark.parametrize("path", ["profile", "export", "sign-out-everywhere"])
def test_links_change_nothing(alice, client_of, path):
    """What changes something is never done by a link."""
    assert client_of(alice).get(f"/account/{path}/").status_code == 405


def test_forms_need_their_token(alice):
    """A form from elsewhere is refused."""
    client = Client(enforce_csrf_checks=True)
    client.force_login(alice)
    assert client.post("/account/delete/", {"confirm": PASSWORD}).status_code == 403
    assert User.objects.filter(pk=alice.pk).exists()
