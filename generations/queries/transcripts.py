"""What predictions have said: the text that a model yields, what it prints, and both in order for who follows it."""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter
from typing import Any

from generations import standing
from generations.models import Chunk, ChunkKind, JournalEvent, Output, Prediction

START = (-1, -1)  # before all that is said


@dataclass(frozen=True, slots=True)
class Said:
    """One thing that was said: `text`, or a file. `place`: (the prediction's seq then, the how manieth at that seq)."""

    place: tuple[int, int]
    kind: str  # a ChunkKind
    text: str = ""
    output: Output | None = None


def pieces_of(rows: Iterable[Prediction]) -> dict[str, list[str]]:
    """Of those that are still writing, or were stopped: the pieces of the text so far, by prediction. One query."""
    writing = [row.pk for row in rows if row.makes_text and row.output_json is None]
    return _joined(writing, ChunkKind.OUTPUT)


def texts_of(rows: Iterable[Prediction]) -> dict[str, str]:
    """The text of each that writes, as people read it."""
    rows = list(rows)
    pieces = pieces_of(rows)
    return {
        row.pk: _readable(pieces.get(row.pk, "") if row.output_json is None else row.output_json)
        for row in rows
        if row.makes_text
    }


def logs_of(rows: Iterable[Prediction]) -> dict[str, str]:
    """What each of them has printed; one query for all."""
    return {id: "".join(parts) for id, parts in _joined([row.pk for row in rows], ChunkKind.LOG).items()}


def said_since(prediction: Prediction, after: tuple[int, int]) -> list[Said]:
    """What was printed, yielded and drawn after that place, in order."""
    chunks = Chunk.objects.filter(prediction=prediction, seq__gte=after[0]).order_by("pk")
    found = [*_chunks(chunks), *_outputs(prediction, after[0])]
    return sorted((each for each in found if each.place > after), key=attrgetter("place"))


def _joined(ids: list[str], kind: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    if ids:
        rows = Chunk.objects.filter(prediction__in=ids, kind=kind).order_by("prediction", "pk")
        for id, data in rows.values_list("prediction", "data"):
            found[id].append(data)
    return found


def _chunks(rows: Iterable[Chunk]) -> Iterator[Said]:
    for seq, together in groupby(rows, key=attrgetter("seq")):
        for number, chunk in enumerate(together):
            yield Said((seq, number), chunk.kind, text=chunk.data)


def _outputs(prediction: Prediction, seq: int) -> list[Said]:
    """Files, at the seq with which each was stored; those that are gone, or taken down, are passed over."""
    if prediction.makes_text:
        return []
    notes = JournalEvent.objects.filter(prediction=prediction, kind="output", seq__gte=seq)
    places = {note.data.get("output"): (note.seq, 0) for note in notes}
    rows = Output.objects.filter(prediction=prediction, pk__in=places, standing__lt=standing.HIDE)
    return [Said(places[row.pk], ChunkKind.OUTPUT, output=row) for row in rows]


def _readable(output: Any) -> str:
    if isinstance(output, str):
        return output
    if isinstance(output, list) and all(isinstance(each, str) for each in output):
        return "".join(output)
    return json.dumps(output, ensure_ascii=False, indent=2)
