"""The wire: what one side encodes the other reads, however the bytes are cut."""

from __future__ import annotations

import pytest

from inference import protocol
from inference.protocol import StreamParser, decode, encode, output_seed

EVENTS = [
    protocol.Started(id="p1"),
    protocol.Logged(data="two\nlines and ünïcode ☂"),
    protocol.Metric(name="seed", value={"index": 0, "seed": 4294967295}, mode="append"),
    protocol.Progressed(step=3, steps=12, eta=0.25, batch=4),
    protocol.Previewed(index=0, step=3, mime="image/jpeg", b64="/9j/4A=="),
    protocol.Produced(chunk="/outputs/p1/0.png", index=0),
    protocol.Completed(
        id="p1", status="succeeded", output=["/outputs/p1/0.png"], metrics={"predict_time": 0.5}
    ),
]
WIRE = b": keep-alive\n\n".join(encode(event, id=n) for n, event in enumerate(EVENTS, start=1))


def read(chunks: list[bytes]) -> list[tuple]:
    parser = StreamParser()
    return [(id, decode(name, data)) for chunk in chunks for id, name, data in parser.feed(chunk)]


def test_every_event_survives():
    """Each kind of event reads as it was written, with its id."""
    assert read([WIRE]) == list(enumerate(EVENTS, start=1))


def test_cut_anywhere():
    """A chunk may end at any byte, inside a character too."""
    whole = list(enumerate(EVENTS, start=1))
    assert [cut for cut in range(len(WIRE)) if read([WIRE[:cut], WIRE[cut:]]) != whole] == []


def test_one_byte_at_a_time():
    """The slowest of links makes no difference."""
    assert len(read([bytes([byte]) for byte in WIRE])) == len(EVENTS)


def test_carriage_returns():
    """Lines may end as they do in the standard's other form."""
    assert read([WIRE.replace(b"\n", b"\r\n")]) == list(enumerate(EVENTS, start=1))


def test_half_an_event_is_no_event():
    """An event without its blank line has not arrived."""
    assert read([encode(EVENTS[0], id=1)[:-1]]) == []


def test_unknown_event():
    """A newer peer may say what we do not know."""
    assert decode("weather", '{"rain": true}') is None


def test_unknown_key():
    """A newer peer may say more about what we know."""
    assert decode("start", '{"id": "p1", "mood": "good"}') == protocol.Started(id="p1")


@pytest.mark.parametrize("data", ["[]", "3", "{}", "{", '"start"'])
def test_misfit(data):
    """Data that does not fit its event is an error, not a guess."""
    with pytest.raises(ValueError):
        decode("start", data)


def test_endless_line():
    """A line without end is refused before it fills the memory."""
    parser = StreamParser(max_line=100)
    with pytest.raises(ValueError):
        list(parser.feed(b"x" * 101))


def test_first_output_has_the_seed_itself():
    """Output 0 is what a prediction of one output with that seed draws."""
    assert output_seed(42, 0) == 42


def test_output_seeds_differ():
    """Neighbouring seeds and outputs do not meet, and all fit into a seed's range."""
    seeds = {output_seed(seed, index) for seed in range(200) for index in range(1, 8)}
    assert len(seeds) == 200 * 7
    assert max(seeds) <= protocol.SEED_MAX
