"""Addresses of files that were handed on: what they open after a decision, for strangers and for the owner."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.test import Client
from django.utils import timezone

from accounts import tokens
from accounts.models import Scope, User
from generations import signing, standing
from generations.models import Hold, Output, Prediction, RegisteredModel, Share, Upload, Version
from generations.services import cases, copies, decisions, export, people, uploads
from generations.signing import api_url, media_url, shown_url, token_of, upload_url
from inference.runners import echo
from tests.generations.moderation.test_decisions import decide
from tests.generations.moderation.test_gone import boss, shown  # noqa: F401 - fixtures
from tests.generations.pictures import gradient, saved

pytestmark = pytest.mark.django_db(transaction=True)
HELD = ("hold", "revoke_links")


def program_of(user: User, *scopes: str) -> Client:
    _, secret = tokens.create(user, "a program", scopes=scopes or Scope.values)
    return Client(headers={"Authorization": f"Bearer {secret}"})


@pytest.fixture
def version(db: None) -> Version:
    model = RegisteredModel.objects.create(owner="safelight", name="picto", title="Picto")
    return Version.objects.create(pk="e" * 64, model=model, schema=echo.SCHEMA)


@pytest.fixture
def picture(shown: Output) -> Output:  # noqa: F811
    """One whose file can be read as a picture."""
    default_storage.delete(f"{shown.key}/master.png")
    default_storage.save(f"{shown.key}/master.png", ContentFile(saved(gradient(64, 48), "PNG")))
    return shown


def start_from(program: Client, version: Version, address: str) -> Any:
    told = {"version": version.pk, "input": {"prompt": "a fox", "start_image": address}}
    return program.post("/v1/predictions", json.dumps(told), content_type="application/json")


def held(output: Output, boss: User, how: str) -> Callable[[], None]:  # noqa: F811
    """Hold it; what comes back lets it go."""
    if how == "a rule":
        Output.objects.filter(pk=output.pk).update(hold=Hold.SHARED)
        return lambda: Output.objects.filter(pk=output.pk).update(hold=Hold.NONE)
    made = decide(cases.file_signal(output, kind="report", category="violence"), boss, how)
    return lambda: decisions.undo(made, boss)


# Held: its owner's alone


@pytest.mark.parametrize("how", [*HELD, "a rule"])
def test_what_is_held_opens_for_its_owner_alone(
    picture: Output,
    alice: User,
    bob: User,
    boss: User,  # noqa: F811
    client_of: Callable[[User | None], Client],
    how: str,
) -> None:
    """The same addresses: nothing for a stranger, another account or its program; all of it for the owner's."""
    addresses = [
        api_url(picture, origin=""),
        media_url(picture, "master.png"),
        media_url(picture, "320.webp"),
    ]
    others = [client_of(None), client_of(bob), program_of(bob), program_of(alice, "predict")]
    owners = [client_of(alice), program_of(alice)]

    def seen(clients: list[Client]) -> set[int]:
        return {client.get(address).status_code for client in clients for address in addresses}

    assert seen(others) == seen(owners) == {200}
    let_go = held(picture, boss, how)
    assert seen(others) == {404}
    assert seen(owners) == {200}
    assert client_of(alice).get(f"/gallery/{picture.pk}/download/png/").status_code == 200
    let_go()
    assert seen(others) == {200}


@pytest.mark.parametrize("how", [*HELD, "a rule"])
def test_what_is_held_is_no_start_image_of_others(
    picture: Output,
    alice: User,
    bob: User,
    boss: User,  # noqa: F811
    version: Version,
    how: str,
) -> None:
    address = api_url(picture, origin="http://testserver")
    assert start_from(program_of(bob), version, address).status_code == 201
    held(picture, boss, how)
    before = Prediction.objects.count()
    assert start_from(program_of(bob), version, address).status_code == 422
    assert Prediction.objects.count() == before
    assert start_from(program_of(alice), version, address).status_code == 201


def test_files_on_a_host_of_their_own(
    picture: Output,
    alice: User,
    boss: User,  # noqa: F811
    client_of: Callable[[User | None], Client],
    settings: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """No session reaches that host: the pages of the owner sign what is held for an hour at most, all else for good."""
    settings.MEDIA_ORIGIN = "http://files.example.org"
    settings.ALLOWED_HOSTS = ["testserver", "files.example.org"]
    before = media_url(picture, "master.png")
    held(picture, boss, "hold")
    picture.refresh_from_db()
    page = client_of(alice).get(f"/gallery/{picture.pk}/").content.decode()
    own = media_url(picture, "master.png")
    stranger, now = Client(headers={"Host": "files.example.org"}), signing.time.time()

    def status(address: str) -> int:
        return stranger.get(address.removeprefix(settings.MEDIA_ORIGIN)).status_code

    assert own.rsplit("/", 1)[0] in page
    assert before.rsplit("/", 1)[0] not in page
    assert (status(before), status(own), status(own.replace(picture.pk, "0" * 26))) == (404, 200, 404)
    monkeypatch.setattr(signing.time, "time", lambda: now + signing.OWN_S - 1)
    assert status(own) == 200
    monkeypatch.setattr(signing.time, "time", lambda: now + 2 * signing.OWN_S)
    assert status(own) == 404


def test_an_upload_that_is_held(
    picture: Output,
    alice: User,
    bob: User,
    boss: User,  # noqa: F811
    client_of: Callable[[User | None], Client],
) -> None:
    upload = uploads.keep(alice, saved(gradient(64, 48), "PNG"))
    address = upload_url(upload, "picture.webp")
    decide(cases.file_signal(upload, kind="report", category="violence"), boss, "hold")
    assert client_of(bob).get(address).status_code == 404
    assert client_of(alice).get(address).status_code == program_of(alice).get(address).status_code == 200


# Copies share the lot of what they were taken from


@pytest.mark.parametrize("outcome", ["hide", "remove"])
def test_a_copy_goes_with_its_original(
    picture: Output,
    bob: User,
    boss: User,  # noqa: F811
    version: Version,
    client_of: Callable[[User | None], Client],
    make_output: Callable[..., Output],
    outcome: str,
) -> None:
    """What another's program took from its address, and the link that shows it: gone with it, and back with it."""
    assert (
        start_from(program_of(bob), version, api_url(picture, origin="http://testserver")).status_code == 201
    )
    copy = Upload.objects.get()
    assert (copy.user, copy.copy_of) == (bob, picture.pk)
    his = make_output(bob, prompt="from hers")
    copy.predictions.add(his.prediction)
    share = Share.objects.create(user=bob, output=his, shows_origins=True)
    page = f"/s/{token_of('share', share)}/"
    addresses = [upload_url(copy, "picture.webp"), shown_url(share, copy, "thumb.webp")]

    def seen() -> tuple[set[int], set[int], bool]:
        stranger, owner = client_of(None), client_of(bob)
        text = stranger.get(page).content.decode()
        return (
            {stranger.get(each).status_code for each in addresses},
            {owner.get(each).status_code for each in addresses},
            f"{copy.pk}/" in text,
        )

    def is_exported() -> bool:
        return f"uploads/{copy.pk}".encode() in b"".join(export.export_of(bob))

    assert (seen(), is_exported()) == (({200}, {200}, True), True)
    made = decide(cases.file_signal(picture, kind="report", category="violence"), boss, outcome)
    assert seen() == ({404}, {404}, False)
    assert start_from(program_of(bob), version, f"upload:{copy.pk}").status_code == 422
    assert not is_exported()
    decisions.undo(made, boss)
    assert seen() == ({200}, {200}, True)


def test_a_copy_of_a_copy_and_of_what_is_deleted(
    picture: Output,
    alice: User,
    bob: User,
    boss: User,  # noqa: F811
    version: Version,
    guest: User,
) -> None:
    """The tie leads to the first original, stays when that is deleted, and is known from what was sent before."""
    address = api_url(picture, origin="http://testserver")
    start_from(program_of(bob), version, address)
    copy = Upload.objects.get(user=bob)
    start_from(program_of(alice), version, f"http://testserver{upload_url(copy, 'picture.webp')}")
    second = Upload.objects.get(user=alice)
    sent = Upload.objects.create(user=guest, key="k", size=1, sha256="3" * 64, expires_at=timezone.now())
    copies.tie(sent, picture.pk)
    assert set(Upload.objects.values_list("copy_of", flat=True)) == {picture.pk}
    made = decide(cases.file_signal(picture, kind="report", category="violence"), boss, "remove")
    assert set(Upload.objects.values_list("standing", flat=True)) == {standing.REMOVE}
    Output.objects.filter(pk=picture.pk).delete()
    decide(cases.file_signal(second, kind="report", category="violence"), boss, "label")
    second.refresh_from_db()
    assert second.standing == standing.REMOVE | standing.LABEL
    decisions.undo(made, boss)
    assert set(Upload.objects.filter(user=bob).values_list("standing", flat=True)) == {0}


def test_a_guests_copy_stays_one(picture: Output, alice: User, guest: User) -> None:
    """Who signs in and has sent the same bytes before keeps one upload, and the tie of the guest's."""
    theirs, mine = (uploads.keep(each, saved(gradient(32, 32), "PNG")) for each in (guest, alice))
    copies.tie(theirs, picture.pk)
    people.merge_guest(guest, into=alice)
    assert Upload.objects.get().pk == mine.pk
    assert Upload.objects.get().copy_of == picture.pk


def test_a_copy_that_comes_while_the_original_is_judged(picture: Output, bob: User, boss: User) -> None:  # noqa: F811
    """What was decided before the tie holds from the tie on."""
    sent = Upload.objects.create(user=bob, key="k", size=1, sha256="3" * 64, expires_at=timezone.now())
    decide(cases.file_signal(picture.prediction, kind="report", category="violence"), boss, "remove")
    copies.tie(sent, picture.pk)
    sent.refresh_from_db()
    assert sent.standing == standing.REMOVE


# For adults


def test_the_gate_closes_what_was_handed_out(
    picture: Output,
    boss: User,  # noqa: F811
    client_of: Callable[[User | None], Client],
) -> None:
    """The address of a file as the link showed it before: nothing; as it shows it to who says so: the file."""
    share = Share.objects.get(output=picture)
    before = shown_url(share, picture, "master.png")
    stranger = client_of(None)
    assert stranger.get(before).status_code == 200
    made = decide(cases.file_signal(picture, kind="report", category="unmarked"), boss, "age_gate")
    assert stranger.get(before).status_code == 404
    share.refresh_from_db()
    after = shown_url(share, picture, "master.png")
    page = f"/s/{token_of('share', share)}/"
    assert after not in stranger.get(page).content.decode()
    stranger.post(f"{page}open/", {"is_adult": "1"})
    assert after in stranger.get(page).content.decode()
    assert stranger.get(after).status_code == 200
    decisions.undo(made, boss)
    assert (stranger.get(before).status_code, stranger.get(after).status_code) == (200, 404)
