"""After generating: only what is shared is scored, what is public waits for it, one picture never spoils another."""

import asyncio
import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from asgiref.sync import sync_to_async
from django.core.cache import cache
from django.test import Client

from accounts import switches
from accounts.models import User
from generations import queries
from generations.ledger import Darkroom, Ledger
from generations.live import screening
from generations.live.screening import Child, Screener
from generations.models import (
    Album,
    Case,
    Detector,
    DetectorState,
    Hold,
    Output,
    Placement,
    Screening,
    ScreeningState,
    Share,
    Signal,
)
from generations.services import publishing, screenings, shares
from generations.services.screenings import Task
from generations.services.shares import Options
from generations.signing import token_of

pytestmark = pytest.mark.django_db

MakeOutput = Callable[..., Output]
DETECTOR = "opennsfw@test"


@pytest.fixture
def author(alice: User) -> User:
    alice.handle, alice.has_profile = "alice", True
    alice.save(update_fields=["handle", "has_profile"])
    return alice


@pytest.fixture
def on(db: None) -> None:
    """The classifier is installed and at work."""
    screenings.say(DetectorState.READY, version=DETECTOR)


def scored(output: Output, score: float) -> Output:
    screenings.settle(Task(output.pk, output.key), score=score, detector=DETECTOR)
    output.refresh_from_db()
    return output


def publish_waiting() -> list[str]:
    return [share.pk for share in publishing.enter_waiting()]


def test_without_a_classifier_it_is_public_at_once(author: User, make_output: MakeOutput) -> None:
    share = shares.create(author, make_output(author), Options(is_public=True))
    assert share.is_public
    assert not Screening.objects.exists()


def test_nothing_private_is_ever_asked_about(author: User, make_output: MakeOutput, on: None) -> None:
    make_output(author)
    assert screenings.ask_of_links() == 0
    assert screenings.waiting() == []


@pytest.mark.parametrize("state", [DetectorState.READY, DetectorState.DOWN])
def test_what_shall_be_public_waits(
    author: User, make_output: MakeOutput, client: Client, on: None, state: str
) -> None:
    screenings.say(state)
    output = make_output(author)
    share = shares.create(author, output, Options(is_public=True))
    assert not share.is_public
    assert share.publish_asked_at is not None
    assert share.published_at is None
    assert client.get(f"/s/{token_of('share', share)}/").status_code == 200, "the link itself works"
    assert queries.explore(None).items == []
    assert [task.output for task in screenings.waiting()] == [output.pk]
    assert publish_waiting() == []


def test_looked_at_it_becomes_public(author: User, make_output: MakeOutput, on: None) -> None:
    output = make_output(author)
    share = shares.create(author, output, Options(is_public=True))
    scored(output, 0.02)
    assert publish_waiting() == [share.pk]
    share.refresh_from_db()
    assert (share.is_public, share.cover_id) == (True, output.pk)
    assert queries.explore(None).items == [share]
    assert not Signal.objects.exists()
    assert publish_waiting() == []


def test_flagged_it_waits_for_a_moderator(author: User, make_output: MakeOutput, on: None) -> None:
    output = make_output(author)
    share = shares.create(author, output, Options(is_public=True))
    scored(output, 0.91)
    assert publish_waiting() == []
    assert (output.hold, output.is_sensitive) == (Hold.PUBLIC, True)
    signal = Signal.objects.get(case__subject_id=output.pk)
    assert (signal.kind, signal.confidence, signal.is_soft) == ("classifier", 0.91, True)
    assert signal.source == f"classifier:{DETECTOR}"
    Output.objects.filter(pk=output.pk).update(hold=Hold.NONE)  # as a decision to keep it does
    Screening.objects.filter(output=output).update(cleared_at=share.created_at)
    assert publish_waiting() == [share.pk]


def test_one_flagged_output_spoils_no_sibling(
    author: User, make_output: MakeOutput, client: Client, on: None
) -> None:
    good = make_output(author)
    bad = Output.objects.create(
        prediction=good.prediction,
        user=author,
        index=1,
        key=good.key,
        size=1,
        sha256="6" * 64,
        width=640,
        height=480,
        renditions=good.renditions,
        placeholder=good.placeholder,
        colour=good.colour,
        is_published=True,
    )
    share = shares.create(author, good.prediction, Options(is_public=True))
    scored(good, 0.01)
    scored(bad, 0.99)
    assert publish_waiting() == [share.pk]
    share.refresh_from_db()
    assert queries.shared_output(share, good.pk) == good
    assert queries.shared_output(share, bad.pk) is None
    page = client.get(f"/s/{token_of('share', share)}/").content.decode()
    assert good.pk in page
    assert bad.pk not in page


def test_what_is_put_into_a_public_album_later_waits_too(
    author: User, make_output: MakeOutput, on: None
) -> None:
    album = Album.objects.create(user=author, name="mine")
    first = make_output(author)
    Placement.objects.create(album=album, output=first)
    share = shares.create(author, album, Options(is_public=True))
    scored(first, 0.01)
    publish_waiting()
    share.refresh_from_db()
    later = make_output(author)
    Placement.objects.create(album=album, output=later, position=1)
    assert [each.pk for each in queries.album_shown(share).items] == [first.pk]
    assert screenings.ask_of_links() == 1
    scored(later, 0.01)
    assert {each.pk for each in queries.album_shown(share).items} == {first.pk, later.pk}


def test_behind_a_link_it_is_shown_and_looked_at(author: User, make_output: MakeOutput, on: None) -> None:
    mild, strong = make_output(author), make_output(author)
    for output in (mild, strong):
        shares.create(author, output, Options())
    assert screenings.ask_of_links() == 2
    scored(mild, 0.7)
    scored(strong, 0.9)
    assert (mild.hold, strong.hold) == (Hold.NONE, Hold.NONE)
    assert mild.is_sensitive
    assert [case.subject_id for case in Case.objects.all()] == [strong.pk]


def test_fit_for_a_link_is_not_fit_for_all(author: User, make_output: MakeOutput, on: None) -> None:
    output = make_output(author)
    share = shares.create(author, output, Options())
    screenings.ask_of_links()
    scored(output, 0.7)
    assert not Case.objects.exists()
    shares.change(share, Options(is_public=True))
    assert not share.is_public
    assert Case.objects.count() == 1


def test_the_thresholds_are_settings(author: User, make_output: MakeOutput, on: None, settings) -> None:
    settings.CLASSIFIER = {**settings.CLASSIFIER, "label": 1.01, "public": 1.01, "unlisted": 1.01}
    output = make_output(author)
    share = shares.create(author, output, Options(is_public=True))
    scored(output, 1.0)
    assert not output.is_sensitive
    assert publish_waiting() == [share.pk]


@pytest.mark.parametrize("score", [-3.0, 7.0])
def test_a_score_beyond_bounds_is_brought_within(
    author: User, make_output: MakeOutput, on: None, score: float
) -> None:
    output = make_output(author)
    screenings.ask([output])
    scored(output, score)
    assert Screening.objects.get().score in (0.0, 1.0)


def test_a_second_answer_changes_nothing(author: User, make_output: MakeOutput, on: None) -> None:
    output = make_output(author)
    shares.create(author, output, Options(is_public=True))
    scored(output, 0.01)
    scored(output, 0.99)
    assert Screening.objects.get().score == 0.01
    assert not Case.objects.exists()


def test_what_cannot_be_read_is_for_a_person(author: User, make_output: MakeOutput, on: None) -> None:
    output = make_output(author)
    share = shares.create(author, output, Options(is_public=True))
    for _ in range(screenings.TRIES):
        screenings.fail(Task(output.pk, output.key), said="cut short")
    assert Screening.objects.get().state == ScreeningState.FAILED
    assert Case.objects.filter(subject_id=output.pk).exists()
    assert publish_waiting() == []
    share.refresh_from_db()
    assert not share.is_public


def test_taken_away_it_lets_go_what_waits(author: User, make_output: MakeOutput, on: None) -> None:
    share = shares.create(author, make_output(author), Options(is_public=True))
    screenings.say(DetectorState.OFF)
    assert publish_waiting() == [share.pk]


def test_who_is_muted_publishes_nothing_meanwhile(author: User, make_output: MakeOutput, on: None) -> None:
    output = make_output(author)
    shares.create(author, output, Options(is_public=True))
    scored(output, 0.01)
    User.objects.filter(pk=author.pk).update(standing=2)
    assert publish_waiting() == []


def test_while_publishing_is_switched_off_nothing_becomes_public(
    author: User, make_output: MakeOutput, on: None
) -> None:
    output = make_output(author)
    share = shares.create(author, output, Options(is_public=True))
    scored(output, 0.01)
    cache.set(switches.KEY, switches.State(publishing=False), timeout=3600)
    assert publish_waiting() == []
    cache.set(switches.KEY, switches.State(), timeout=3600)
    assert publish_waiting() == [share.pk]


def test_taken_back_it_is_published_by_nobody(author: User, make_output: MakeOutput, on: None) -> None:
    output = make_output(author)
    share = shares.create(author, output, Options(is_public=True))
    shares.revoke(share)
    scored(output, 0.01)
    assert publish_waiting() == []


def test_the_page_says_that_it_waits(
    author: User, make_output: MakeOutput, client_of: Callable[..., Client], on: None
) -> None:
    output = make_output(author)
    client = client_of(author)
    made = client.post(f"/gallery/{output.pk}/share/", {"visibility": "public"}, follow=True)
    page = made.content.decode()
    assert "It becomes public by itself" in page
    assert "Unlisted until it has been checked" in client.get("/links/").content.decode()


# The process


SPEAKS = """
import json, struct, sys, time
print(json.dumps({"ready": True, "detector": "opennsfw@test"}), flush=True)
while head := sys.stdin.buffer.read(4):
    data = sys.stdin.buffer.read(struct.unpack(">I", head)[0])
    BODY
"""
ANSWERS = {
    "scores": 'print(json.dumps({"score": 0.25}), flush=True)',
    "errs": 'print(json.dumps({"error": "no picture"}), flush=True)',
    "babbles": 'print("hello", flush=True)',
    "lists": "print('[1]', flush=True)",
    "dies": "sys.exit(3)",
}


@pytest.fixture
def child(tmp_path: Path) -> Callable[[str], Child]:
    def make(kind: str) -> Child:
        script = tmp_path / "child.py"
        script.write_text(SPEAKS.replace("BODY", ANSWERS[kind]))
        return Child((sys.executable, str(script)))

    return make


@pytest.fixture
def weights(tmp_path: Path, settings) -> Path:
    settings.CLASSIFIER = {**settings.CLASSIFIER, "is_wanted": True}
    found = tmp_path / "open-nsfw.onnx"
    found.write_bytes(b"weights")
    return found


async def rounds(count: int, weights: Path, child: Child) -> list[float]:
    """How long it would sleep after each."""
    ledger, darkroom = Ledger("test"), Darkroom()
    screener = Screener(ledger, darkroom, weights=weights, child=child)
    try:
        return [await screener.round() for _ in range(count)]
    finally:
        await child.stop()
        ledger.close()
        darkroom.close()


@pytest.mark.django_db(transaction=True)
async def test_a_round_scores_and_publishes(author, make_output, weights, child) -> None:
    await sync_to_async(screenings.say)(DetectorState.READY)
    output = await sync_to_async(make_output)(author)
    share = await sync_to_async(shares.create)(author, output, Options(is_public=True))
    assert await rounds(2, weights, child("scores")) == [0.0, screening.LOOK_S]
    row = await Screening.objects.aget()
    assert (row.score, row.detector) == (0.25, "opennsfw@test")
    await share.arefresh_from_db()
    assert share.is_public
    assert (await Detector.objects.aget()).state == DetectorState.READY


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("kind", ["babbles", "dies", "lists"])
async def test_down_it_is_tried_again_and_nothing_is_lost(author, make_output, weights, child, kind) -> None:
    await sync_to_async(screenings.say)(DetectorState.READY)
    output = await sync_to_async(make_output)(author)
    await sync_to_async(shares.create)(author, output, Options(is_public=True))
    slept = await rounds(3, weights, child(kind))
    assert slept == [1.0, 1.0, 1.0], "each time it started well"
    detector = await Detector.objects.aget()
    assert detector.state == DetectorState.DOWN
    assert detector.said
    assert (await Screening.objects.aget()).state == ScreeningState.WAITING


@pytest.mark.django_db(transaction=True)
async def test_a_picture_that_cannot_be_read_stops_no_other(author, make_output, weights, child) -> None:
    await sync_to_async(screenings.say)(DetectorState.READY)
    for _ in range(2):
        output = await sync_to_async(make_output)(author)
        await sync_to_async(shares.create)(author, output, Options(is_public=True))
    await rounds(screenings.TRIES, weights, child("errs"))
    assert await Screening.objects.filter(state=ScreeningState.FAILED).acount() == 2


@pytest.mark.django_db(transaction=True)
async def test_not_installed_it_is_off(tmp_path: Path, child) -> None:
    await sync_to_async(screenings.say)(DetectorState.READY)
    assert await rounds(1, tmp_path / "nothing", child("scores")) == [screening.OFF_S]
    assert (await Detector.objects.aget()).state == DetectorState.OFF


async def test_a_command_that_is_not_there_is_down(weights: Path) -> None:
    with pytest.raises(screening.Down):
        await Child(("/nowhere/python",)).start(weights)


async def test_one_that_says_nothing_is_given_up(tmp_path: Path, weights: Path, monkeypatch) -> None:
    monkeypatch.setattr(screening, "READY_WITHIN_S", 0.2)
    script = tmp_path / "mute.py"
    script.write_text("import time; time.sleep(30)")
    mute = Child((sys.executable, str(script)))
    with pytest.raises(screening.Down, match="said nothing"):
        await asyncio.wait_for(mute.start(weights), 10)
    await mute.stop()
    assert not mute.is_running


def test_what_a_child_is_told_holds_no_secret(tmp_path: Path, weights: Path, monkeypatch) -> None:
    monkeypatch.setenv("SAFELIGHT_SECRET_KEY", "a secret")
    script = tmp_path / "tells.py"
    script.write_text("import json, os; print(json.dumps({'detector': ' '.join(sorted(os.environ))}))")

    async def told() -> str:
        child = Child((sys.executable, str(script)))
        await child.start(weights)
        await child.stop()
        return child.detector

    assert "SECRET" not in json.dumps(asyncio.run(told()))


def test_without_a_row_it_is_off(db: None) -> None:
    assert not screenings.is_on()
    assert not Share.objects.exists()
