"""What the engine remembers: replay, slow readers, ten minutes, a bound on memory."""

from __future__ import annotations

import asyncio

import pytest

from inference import protocol, records
from inference.batcher import Drawn, Prediction
from inference.records import Record, Records, read
from tests.inference.numbers_runner import Numbers


def record(id: str = "p") -> Record:
    prediction = Prediction(id=id, runner=Numbers(), input={}, seed=0, tell=print)
    return Record(prediction=prediction, claim=1)


def course(id: str = "p", *, steps: int = 3, picture: bytes = b"png") -> list:
    """All that a batcher tells of one prediction."""
    seen = [
        told
        for step in range(1, steps + 1)
        for told in (
            protocol.Progressed(step=step, steps=steps),
            protocol.Previewed(index=0, step=step, mime="image/jpeg", b64=""),
        )
    ]
    return [
        protocol.Started(id=id),
        *seen,
        Drawn(index=0, data=picture),
        protocol.Completed(id=id, status="succeeded"),
    ]


async def collect(one: Record, *, after: int = 0) -> list[tuple]:
    parser = protocol.StreamParser()
    stream = read(one, after=after, keep_alive_s=0.01, alive=lambda: False)
    return [(id, name) async for chunk in stream for id, name, _ in parser.feed(chunk)]


def follow(one: Record, told: list) -> None:
    for what in told:
        one.take(what)


@pytest.mark.parametrize("after", range(9))
async def test_resume_anywhere(after):
    """After any event id the rest follows, in order, without a gap or a double."""
    one = record()
    follow(one, course()[:-1])
    rest = asyncio.create_task(collect(one, after=after))
    await asyncio.sleep(0)  # the replay is read; the end comes live
    one.take(course()[-1])
    names = ["start", *["progress", "preview"] * 3, "output", "completed"]
    assert await rest == list(enumerate(names, start=1))[after:]


async def test_slow_reader_loses_only_what_is_old():
    """A reader that was away gets the newest progress and preview, and every start, output and end."""
    one = record()
    one.take(protocol.Started(id="p"))
    stream = read(one, after=0, keep_alive_s=5, alive=lambda: False)
    await anext(stream)
    follow(one, course(steps=500)[1:-1])
    parser = protocol.StreamParser()
    names = [name for _, name, _ in parser.feed(await anext(stream))]
    assert names == ["progress", "preview", "output"]


async def test_events_are_bounded():
    """However long it runs, a prediction holds no more events than the replay buffer's size."""
    one = record()
    follow(one, course(steps=5000)[:-1])
    assert len(one.events) <= protocol.EVENTS_KEPT
    assert (await _first(one))[0] == (1, "start")


async def _first(one: Record) -> list[tuple]:
    parser = protocol.StreamParser()
    chunk = await anext(read(one, after=0, keep_alive_s=5, alive=lambda: False))
    return [(id, name) for id, name, _ in parser.feed(chunk)]


async def test_two_readers():
    """Two readers of one prediction get the same events."""
    one = record()
    both = asyncio.gather(collect(one), collect(one))
    await asyncio.sleep(0)
    follow(one, course())
    first, second = await both
    assert first == second


async def test_keep_alive_only_while_alive():
    """Silence is broken by a comment while the loop is alive, and stays silence when it is stuck."""
    one, pulses = record(), iter([False, False, True])
    chunk = await anext(read(one, after=0, keep_alive_s=0.001, alive=lambda: next(pulses)))
    assert chunk == b": keep-alive\n\n"
    assert next(pulses, None) is None


def test_output_addresses_in_order():
    """The final object lists the pictures by index, whichever was drawn first."""
    one = record()
    follow(
        one,
        [Drawn(index=1, data=b""), Drawn(index=0, data=b""), protocol.Completed(id="p", status="succeeded")],
    )
    assert one.as_object()["output"] == ["/outputs/p/0.png", "/outputs/p/1.png"]


@pytest.mark.parametrize("status", ["failed", "canceled"])
def test_no_half_output(status):
    """What failed or was cancelled keeps no picture."""
    one = record()
    follow(one, [Drawn(index=0, data=b"x"), protocol.Completed(id="p", status=status)])
    assert (one.as_object()["output"], one.pictures) == (None, {})


def test_forgotten_after_ten_minutes():
    """A finished prediction is known for ten minutes; a running one as long as it runs."""
    known, ended, running = Records(), record("ended"), record("running")
    known.add(ended)
    known.add(running)
    follow(ended, course("ended"))
    ended.ended -= protocol.FINISHED_KEPT_S - 5
    assert known.get("ended") is ended
    ended.ended -= 10
    assert known.get("ended") is None
    assert known.get("running") is running


def test_memory_is_bounded(monkeypatch):
    """When finished pictures take too much room, the oldest go first."""
    monkeypatch.setattr(records, "PICTURE_BYTES_KEPT", 5000)
    known = Records()
    for n in range(8):
        known.add(record(str(n)))
        known.take([(str(n), told) for told in course(str(n), picture=bytes(1000))])
    known.forget_old()
    kept = [one.id for one in known]
    assert 0 < len(kept) < 5
    assert kept == [str(n) for n in range(8)][-len(kept) :]
