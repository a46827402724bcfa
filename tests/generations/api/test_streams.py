"""The stream of a prediction's events: what is on it, in which order, and what a reader hears who comes back."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager
from datetime import timedelta
from typing import Any, NamedTuple

import pytest
from asgiref.sync import sync_to_async
from channels.layers import channel_layers
from django.db import connections
from django.test import AsyncClient
from django.utils import timezone

from accounts.models import User
from generations import events, listening
from generations.api import streams
from generations.api.objects.prediction import Reader, prediction_object
from generations.models import Hold, JournalEvent, Output, Prediction, RegisteredModel, Status, Version
from generations.queries import prediction_shown
from generations.services import predictions, running
from generations.signing import stream_path
from inference.runners import scribe
from tests.generations.api.conftest import make_output

pytestmark = pytest.mark.django_db(transaction=True)


class Event(NamedTuple):
    id: str
    name: str
    data: str


def parsed(text: str) -> list[Event]:
    """As the specification of server-sent events has it: comments are passed over, lines of data joined."""
    found = []
    for block in text.split("\n\n"):
        fields: dict[str, list[str]] = {"id": [], "event": [], "data": []}
        for line in block.split("\n"):
            name, colon, value = line.partition(":")
            if name and colon:
                fields[name].append(value.removeprefix(" "))
        if fields["event"]:
            found.append(Event(fields["id"][0], fields["event"][0], "\n".join(fields["data"])))
    return found


@pytest.fixture(autouse=True)
async def own_layer(plain_site: None) -> AsyncIterator[None]:
    channel_layers.backends.clear()
    yield
    await asyncio.sleep(0.05)  # the room's thread closes
    await sync_to_async(connections.close_all)()


@pytest.fixture
def writer(db: None) -> Version:
    model = RegisteredModel.objects.create(owner="safelight", name="scribe", title="Scribe")
    output = {"mime": "text/plain"}
    return Version.objects.create(pk="b" * 64, model=model, schema=scribe.SCHEMA, output=output)


def started(user: User, version: Version) -> Prediction:
    row = predictions.create(user, version, {"prompt": "a fox"})
    Prediction.objects.filter(pk=row.pk).update(status=Status.PROCESSING, owner="me", claim=1)
    row.refresh_from_db()
    return row


@pytest.fixture
def row(alice: User, writer: Version) -> Prediction:
    return started(alice, writer)


async def say(row: Prediction, number: int, *words: str, log: str = "") -> None:
    """As the dispatcher does, words in their order and a nudge; `number`: of the engine's event."""
    said = await row.chunks.filter(kind="output").acount()
    yields = dict(enumerate(words, start=said))
    seq = await sync_to_async(running.advance)(row, engine_seq=number, yields=yields, log=log)
    await events.nudge(row.pk, row.user_id, seq=seq)


async def end(row: Prediction, status: str = Status.SUCCEEDED, **how: Any) -> None:
    seq = await sync_to_async(running.finish)(row, status, **how)
    await events.nudge(row.pk, row.user_id, seq=seq)


@asynccontextmanager
async def reading(
    row: Prediction, *, last: str = "", path: str = "", agent: str = "a reader"
) -> AsyncIterator[Any]:
    """A reader without a token: next(reader) is what comes next, as text."""
    headers = {"User-Agent": agent, **({"Last-Event-ID": last} if last else {})}
    answer = await AsyncClient().get(path or stream_path(row), headers=headers)
    assert answer.status_code == 200, answer.content
    assert answer["Content-Type"] == "text/event-stream"
    async with aclosing(aiter(answer)) as pieces:
        yield pieces
    await answer._iterator.aclose()  # which nothing but the garbage collector does for a test client


async def heard(row: Prediction, *, last: str = "") -> list[Event]:
    """All until the end of the stream."""
    async with reading(row, last=last) as pieces, asyncio.timeout(10):
        return parsed("".join([piece.decode() async for piece in pieces]))


async def some(pieces: Any, most: int) -> list[Event]:
    """The next events, so many at least."""
    found: list[Event] = []
    async with asyncio.timeout(10):
        while len(found) < most:
            found += parsed((await anext(pieces)).decode())
    return found


async def test_words_come_as_they_are_said(row: Prediction) -> None:
    """Each yield is an event of its own with a rising id; the end is `done`, and then the stream is over."""
    async with reading(row) as pieces:
        await say(row, 1, "The")
        assert [(each.name, each.data) for each in await some(pieces, 1)] == [("output", "The")]
        await say(row, 2, " fox", " waits.", log="100%|█| 2/2\n")
        second = await some(pieces, 3)
        assert [each.name for each in second] == ["output", "output", "logs"]
        assert [each.data for each in second] == [" fox", " waits.", "100%|█| 2/2\n"]
        await end(row)
        assert [each[1:] for each in await some(pieces, 1)] == [("done", "{}")]
        with pytest.raises(StopAsyncIteration):
            await anext(pieces)


async def test_everything_is_told_again(row: Prediction) -> None:
    """Who comes when it is over hears the same, with the same ids, each once."""
    await say(row, 1, "The", " fox")
    await say(row, 2, " waits.", log="x\n")
    await end(row)
    first = await heard(row)
    assert [each.data for each in first] == ["The", " fox", " waits.", "x\n", "{}"]
    assert len({each.id for each in first}) == len(first)
    assert await heard(row) == first
    places = [tuple(map(int, each.id.split(":"))) for each in first]
    assert places == sorted(places)


async def test_who_comes_back_hears_what_follows(row: Prediction) -> None:
    """After any event at all: nothing is lost and nothing told twice."""
    await say(row, 1, "a", "b", log="1\n")
    await say(row, 2, log="2\n")
    await say(row, 3, "c")
    await end(row, Status.FAILED, error="The model broke.")
    whole = await heard(row)
    for number, event in enumerate(whole[:-1]):
        assert await heard(row, last=event.id) == whole[number + 1 :]


async def test_who_has_heard_the_end_is_sent_away(row: Prediction) -> None:
    """A browser comes back by itself when a stream ends; 204 tells it not to."""
    await end(row)
    last = (await heard(row))[-1].id
    answer = await AsyncClient().get(stream_path(row), headers={"Last-Event-ID": last})
    assert answer.status_code == 204


@pytest.mark.parametrize("last", ["nonsense", "1", "-1:0", "1:2:3", "9" * 40 + ":0", "١:٢"])
async def test_an_id_that_is_none_begins_anew(row: Prediction, last: str) -> None:
    await say(row, 1, "a")
    await end(row)
    assert (await heard(row, last=last.encode().decode("latin-1"))) == await heard(row)


async def test_a_failure_is_an_error_and_the_end(row: Prediction) -> None:
    """`error` has the sentence, then `done` says why."""
    await end(row, Status.FAILED, error="The model broke.")
    told = await heard(row)
    assert [each[1:] for each in told] == [
        ("error", '{"detail": "The model broke."}'),
        ("done", '{"reason": "error"}'),
    ]


async def test_a_canceled_one_is_done(row: Prediction) -> None:
    await say(row, 1, "a")
    await end(row, Status.CANCELED)
    assert [each[1:] for each in await heard(row)] == [("output", "a"), ("done", '{"reason": "canceled"}')]


@pytest.mark.parametrize(
    "words",
    [
        "two\nlines",
        "two\r\nlines",
        "\revent: done\rdata: {}",
        "\n\nevent: error\ndata: x",
        " blank",
        "",
        "data: x",
    ],
)
async def test_words_are_never_fields(row: Prediction, words: str) -> None:
    """A model that yields line ends, or what looks like a field, forges no event; blanks stay."""
    await say(row, 1, words)
    await end(row)
    told = await heard(row)
    assert [each.name for each in told] == ["output", "done"]
    assert told[0].data == re.sub("\r\n|\r", "\n", words)


async def test_a_second_run_says_nothing_twice(row: Prediction) -> None:
    """The engine was lost: a reader who stayed hears the text once, however often the run began."""
    async with reading(row) as pieces:
        await say(row, 1, "a", "b")
        before = await some(pieces, 2)
        await sync_to_async(running.lose)(row, fault=True)
        await Prediction.objects.filter(pk=row.pk).aupdate(status=Status.PROCESSING, owner="me", claim=2)
        again = await Prediction.objects.aget(pk=row.pk)
        seq = await sync_to_async(running.advance)(again, engine_seq=1, yields={0: "a", 1: "b", 2: "c"})
        await events.nudge(row.pk, row.user_id, seq=seq)
        after = await some(pieces, 1)
    assert [each.data for each in (*before, *after)] == ["a", "b", "c"]


async def test_a_lost_nudge_loses_no_word(row: Prediction, monkeypatch: pytest.MonkeyPatch) -> None:
    """The row is the truth: it is looked at all the same."""
    monkeypatch.setattr(listening, "LOOK_S", 0.2)
    async with reading(row) as pieces:
        await anext(pieces)
        await sync_to_async(running.advance)(row, engine_seq=1, yields={0: "unheard"})
        assert [each.data for each in await some(pieces, 1)] == ["unheard"]


async def test_silence_is_broken_by_comments(row: Prediction, monkeypatch: pytest.MonkeyPatch) -> None:
    """So that no proxy and no client takes the stream for dead; clients pass them over."""
    monkeypatch.setattr(listening, "LOOK_S", 0.1)
    monkeypatch.setattr(streams, "COMMENT_S", 1.2)
    async with reading(row) as pieces, asyncio.timeout(5):
        assert (await anext(pieces)).startswith(b":")
        assert await anext(pieces) == b": still here\n\n"


def test_comments_come_often_enough() -> None:
    """The strictest client waits 30 seconds between two bytes."""
    assert streams.COMMENT_S + listening.LOOK_S <= 15


async def test_pictures_are_addresses(alice: User, version: Version) -> None:
    """Below /v1/files/ each output is the address of a file, told when it is stored, before all are."""
    row = await sync_to_async(started)(alice, version)
    await Prediction.objects.filter(pk=row.pk).aupdate(outputs_asked=2)
    await row.arefresh_from_db()
    assert stream_path(row).startswith("/v1/files/streams/")
    outputs = []
    for index in range(2):
        output = await sync_to_async(make_output)(row, index)
        await Prediction.objects.filter(pk=row.pk).aupdate(seq=index + 1)
        data = {"index": index, "output": output.pk}
        await JournalEvent.objects.acreate(prediction=row, seq=index + 1, kind="output", data=data)
        outputs.append(output)
    async with reading(row) as pieces:
        told = await some(pieces, 2)
    assert [each.name for each in told] == ["output", "output"]
    for each, output in zip(told, outputs, strict=True):
        assert each.data.startswith(f"http://testserver/media/api/{output.pk}/")
        path = each.data.removeprefix("http://testserver")
        assert (await AsyncClient().get(path)).status_code == 200
    await end(row)
    await Output.objects.filter(pk=outputs[0].pk).adelete()
    assert [each.data for each in await heard(row)][:1] == [told[1].data]


@pytest.mark.parametrize(("hold", "begins"), [(Hold.PUBLIC, "data:"), (Hold.SHARED, "http:")])
async def test_a_stream_holds_no_bytes_of_what_is_held(
    alice: User, version: Version, hold: Hold, begins: str
) -> None:
    """Whoever has the link reads it: of a picture that is held they get an address, which opens for its owner alone."""
    row = await sync_to_async(started)(alice, version)
    output = await sync_to_async(make_output)(row, 0)
    await Output.objects.filter(pk=output.pk).aupdate(hold=hold)
    data = {"index": 0, "output": output.pk}
    await JournalEvent.objects.acreate(prediction=row, seq=1, kind="output", data=data)
    async with reading(row, agent="replicate-python/1.0.7") as pieces:
        told = (await some(pieces, 1))[0].data
    assert told.startswith(begins)
    if hold == Hold.SHARED:
        assert (await AsyncClient().get(told.removeprefix("http://testserver"))).status_code == 404


async def test_its_address_is_in_the_object(row: Prediction) -> None:
    """Absolute, and without a token it can be opened; a day later there is none."""
    reader = Reader("http://testserver", "http://testserver")
    shown = await sync_to_async(lambda: prediction_object(prediction_shown(row.pk), reader))()
    assert shown["urls"]["stream"] == f"http://testserver{stream_path(row)}"
    made_at = timezone.now() - timedelta(days=1, minutes=1)
    await Prediction.objects.filter(pk=row.pk).aupdate(created_at=made_at)
    shown = await sync_to_async(lambda: prediction_object(prediction_shown(row.pk), reader))()
    assert "stream" not in shown["urls"]
    assert (await AsyncClient().get(stream_path(row))).status_code == 404


async def test_nobody_reads_without_the_link(row: Prediction, alice: User) -> None:
    """Not its owner, not with another's signature; what is refused says no more than that."""
    other = await sync_to_async(started)(alice, await Version.objects.afirst())
    forged = stream_path(other)[-22:]
    for token in (
        row.pk,
        row.pk + forged,
        row.pk + "A" * 22,
        "0" * 48,
        "x",
        other.pk + stream_path(row)[-22:],
    ):
        answer = await AsyncClient().get(f"/v1/streams/{token}")
        assert answer.status_code == 404
        assert answer["Content-Type"] == "application/problem+json"


async def test_a_person_who_is_switched_off_is_read_no_more(row: Prediction, alice: User) -> None:
    await User.objects.filter(pk=alice.pk).aupdate(is_active=False)
    assert (await AsyncClient().get(stream_path(row))).status_code == 404


async def test_a_deleted_one_ends(row: Prediction, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its readers are let go."""
    monkeypatch.setattr(listening, "LOOK_S", 0.2)
    async with reading(row) as pieces, asyncio.timeout(5):
        await anext(pieces)
        await Prediction.objects.filter(pk=row.pk).adelete()
        assert [piece async for piece in pieces] == [streams.GONE]


async def test_too_many_at_once_are_refused(row: Prediction, settings: Any) -> None:
    """Of one person's predictions; with when to come again. Whoever leaves makes room."""
    settings.LIMITS = {**settings.LIMITS, "streams": 1}
    async with reading(row) as pieces:
        await anext(pieces)
        answer = await AsyncClient().get(stream_path(row))
        assert (answer.status_code, answer["Retry-After"]) == (429, "10")
    async with reading(row) as pieces:
        await anext(pieces)
