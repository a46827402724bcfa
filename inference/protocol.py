"""What the web side and an engine say to each other: Cog's HTTP API in its streaming form, and our additions.

A prediction is `PUT /predictions/{id}` with `Accept: text/event-stream`; the answer is a stream of server-sent
events. `start`, `log`, `metric`, `output` and `completed` are Cog's; `progress` and `preview`, and an `id:` on every
event, are ours. This is the only module of `inference` that web code may import, so it imports nothing of either.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

KEEP_ALIVE_S = 10.0  # a comment line this often, while the batcher's loop advances or is idle
SILENCE_S = 30.0  # no byte for this long: the peer is dead
FINISHED_KEPT_S = 600.0  # a finished prediction answers GET and a repeated PUT this long
EVENTS_PER_S = 4.0  # progress and previews of one prediction; the last step always
PREVIEW_MAX_BYTES = 4096
EVENTS_KEPT = 1024  # replay buffer of one prediction

HEADER_VERSION = "X-Version"  # which version to run: a hint, so it never stands in `input`
HEADER_CLAIM = "X-Claim"  # fencing: the claim under which the site runs this
HEADER_SOLO = "X-Solo"  # "1": share no step with another prediction (suspect of a crash)

SEED_MAX = 2**32 - 1

# How Cog's schemas say that the items of an output are yielded one by one, and belong together as one text.
CONCATENATED = {"x-cog-array-type": "iterator", "x-cog-array-display": "concatenate"}


@dataclass(frozen=True, slots=True)
class Started:
    id: str
    status: str = "processing"


@dataclass(frozen=True, slots=True)
class Logged:
    data: str
    source: str = "stdout"


@dataclass(frozen=True, slots=True)
class Metric:
    """`mode`: replace, increment or append. `read_as` and `seed` are appended once an output, with its `index`."""

    name: str
    value: Any
    mode: str = "replace"


@dataclass(frozen=True, slots=True)
class Progressed:
    """`step` of `steps` (the mean over the outputs, rounded down); `eta` in seconds; `batch` slots shared the step."""

    step: int
    steps: int
    eta: float | None = None
    batch: int = 1


@dataclass(frozen=True, slots=True)
class Previewed:
    """A small picture of output `index` after `step`: base64, at most PREVIEW_MAX_BYTES before encoding."""

    index: int
    step: int
    mime: str
    b64: str

    @property
    def data(self) -> bytes:
        return base64.b64decode(self.b64)


@dataclass(frozen=True, slots=True)
class Produced:
    """One output is ready: `chunk` is a URL (relative to the engine, or a data URL), `index` its place.

    Of a version that makes text (its output's mime says so) `chunk` is the text itself: one yield, the `index`-th.
    """

    chunk: str
    index: int = 0


@dataclass(frozen=True, slots=True)
class Completed:
    """The last event. `status`: succeeded, failed or canceled; `error`: a sentence for people."""

    id: str
    status: str
    output: Any = None
    error: str | None = None
    metrics: dict[str, Any] = field(default_factory=dict)


Event = Started | Logged | Metric | Progressed | Previewed | Produced | Completed

NAMES: dict[str, type[Event]] = {
    "start": Started,
    "log": Logged,
    "metric": Metric,
    "progress": Progressed,
    "preview": Previewed,
    "output": Produced,
    "completed": Completed,
}
_NAME_OF = {kind: name for name, kind in NAMES.items()}


def name_of(event: Event) -> str:
    return _NAME_OF[type(event)]


def encode(event: Event, *, id: int) -> bytes:
    """One server-sent event: id, name, one data line of JSON, a blank line."""
    data = {name: getattr(event, name) for name in event.__dataclass_fields__}
    text = json.dumps(data, separators=(",", ":"), allow_nan=False)
    return f"id: {id}\nevent: {name_of(event)}\ndata: {text}\n\n".encode()


def decode(name: str, data: str) -> Event | None:
    """An event from its name and data line; None for a name we do not know (a newer peer may say more).

    Unknown keys are dropped for the same reason. Raises ValueError when the data is not an object that fits.
    """
    kind = NAMES.get(name)
    if kind is None:
        return None
    value = json.loads(data)
    if not isinstance(value, dict):
        raise ValueError(f"the data of {name!r} is not an object")
    known = {key: value[key] for key in kind.__dataclass_fields__ if key in value}
    try:
        return kind(**known)
    except TypeError as error:
        raise ValueError(f"the data of {name!r} does not fit: {error}") from error


@dataclass(slots=True)
class StreamParser:
    """Bytes of an event stream in, (id, name, data) out. Comments (keep-alives) and half lines are held back.

    Grammar: HTML Living Standard §9.2.6, without `retry` and without a lone CR as a line end.
    """

    max_line: int = 16 * 1024 * 1024
    _rest: bytearray = field(default_factory=bytearray)
    _id: int | None = None
    _name: str = "message"
    _data: list[str] = field(default_factory=list)

    def feed(self, chunk: bytes) -> Iterator[tuple[int | None, str, str]]:
        self._rest += chunk
        if len(self._rest) > self.max_line:
            raise ValueError("a line of the event stream is too long")
        *lines, rest = self._rest.split(b"\n")
        self._rest = bytearray(rest)
        for raw in lines:
            found = self._line(raw.decode("utf-8", "replace").removesuffix("\r"))
            if found:
                yield found

    def _line(self, line: str) -> tuple[int | None, str, str] | None:
        if line == "":
            return self._dispatch()
        if line.startswith(":"):
            return None
        name, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if name == "data":
            self._data.append(value)
        elif name == "event":
            self._name = value
        elif name == "id" and value.isdecimal():
            self._id = int(value)
        return None

    def _dispatch(self) -> tuple[int | None, str, str] | None:
        name, data = self._name, self._data
        self._name, self._data = "message", []
        return (self._id, name, "\n".join(data)) if data else None


def output_seed(seed: int, index: int) -> int:
    """The seed of output `index` of a prediction: `seed` itself for the first, a mix of both for the others.

    So output k alone can be made again: a prediction of one output with this seed. The mix is SplitMix64
    (Steele, Lea, Flood 2014), cut to 32 bits.
    """
    if index == 0:
        return seed
    mask = 2**64 - 1
    z = (seed + index * 0x9E3779B97F4A7C15) & mask
    z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & mask
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & mask
    return (z ^ (z >> 31)) & SEED_MAX
