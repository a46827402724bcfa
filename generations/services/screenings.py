"""What the classifier is asked and what becomes of its answers. It sees what is shared or reported, and nothing else.

Its word is a score. What a score means depends on where the picture is shown (settings.CLASSIFIER): from one score on
it is marked as sensitive, from another a moderator looks before it becomes public, and so for what is behind a link.
"""

import logging
from collections.abc import Iterable
from dataclasses import dataclass

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from generations.models import (
    Detector,
    DetectorState,
    Hold,
    Output,
    Rule,
    Screening,
    ScreeningState,
    Share,
    Signal,
    SignalKind,
)
from generations.services import files

logger = logging.getLogger(__name__)

NAME = "opennsfw"
TRIES = 3
ASKED_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Task:
    """A picture that waits for its score. `key`: where its files lie."""

    output: str
    key: str


def is_on() -> bool:
    """Does what becomes public wait for the classifier? Also while it is down."""
    return Detector.objects.filter(pk=NAME).exclude(state=DetectorState.OFF).exists()


def say(state: str, *, version: str = "", said: str = "") -> None:
    """How it goes with the classifier, by whoever runs it."""
    known = Detector.objects.filter(pk=NAME).first()
    if known is not None and (known.state, known.version, known.said) == (state, version, said[:300]):
        return
    Detector.objects.update_or_create(
        pk=NAME,
        defaults={"state": state, "version": version, "said": said[:300], "changed_at": timezone.now()},
    )
    if state == DetectorState.OFF:
        forget()


def forget() -> None:
    """Nobody will answer: what waits is let go."""
    waiting = Screening.objects.filter(state=ScreeningState.WAITING)
    Output.objects.filter(hold=Hold.PUBLIC, screening__in=waiting).update(hold=Hold.NONE)
    waiting.delete()
    Share.objects.filter(is_screened=True).update(is_screened=False)


def ask(outputs: Iterable[Output]) -> None:
    """A score for each that has none yet."""
    rows = [Screening(output=output) for output in outputs]
    Screening.objects.bulk_create(rows, ignore_conflicts=True)


def ask_of_links() -> int:
    """What was put behind a link since: into an album, as a cell of a grid, as it developed; how many."""
    live = Share.objects.filter(revoked_at__isnull=True).filter(
        Q(expires_at__isnull=True) | Q(expires_at__gt=timezone.now())
    )
    behind = (
        Q(pk__in=live.exclude(output=None).values("output"))
        | Q(prediction__in=live.exclude(prediction=None).values("prediction"))
        | Q(placements__album__in=live.exclude(album=None).values("album"))
        | Q(prediction__cells__grid__in=live.exclude(grid=None).values("grid"))
    )
    rows = Output.objects.filter(behind, is_published=True, screening__isnull=True).distinct()
    found = list(rows[:ASKED_AT_ONCE])
    ask(found)
    return len(found)


def waiting(limit: int = 8) -> list[Task]:
    """The oldest that wait."""
    rows = Screening.objects.filter(state=ScreeningState.WAITING).order_by("id")
    return [Task(*row) for row in rows.values_list("output_id", "output__key")[:limit]]


def picture(task: Task) -> bytes:
    """Its file. Raises OSError. Never in an event loop."""
    return files.read(task.key, "master.png")


def fail(task: Task, *, said: str) -> None:
    """No score could be had; after TRIES a person has to look."""
    rows = Screening.objects.filter(output=task.output, state=ScreeningState.WAITING)
    row = rows.first()
    if row is None:
        return
    row.tries += 1
    row.state = ScreeningState.FAILED if row.tries >= TRIES else row.state
    row.save(update_fields=["tries", "state"])
    if row.state == ScreeningState.FAILED:
        logger.warning("The classifier could not read output %s: %s", task.output, said)
        with transaction.atomic():
            Output.objects.filter(pk=task.output, hold=Hold.NONE).update(hold=Hold.PUBLIC)
            _signal(row, confidence=0.3, note="The classifier could not read the picture.")


def settle(task: Task, *, score: float, detector: str) -> None:
    """Its answer. A second one for the same picture changes nothing."""
    score = min(1.0, max(0.0, score))
    with transaction.atomic():
        rows = Screening.objects.filter(output=task.output, state=ScreeningState.WAITING)
        now = timezone.now()
        if not rows.update(state=ScreeningState.DONE, score=score, detector=detector[:40], checked_at=now):
            return
        if score >= _from("label"):
            # On its publisher's behalf, who may take the mark away: what is worse is for a moderator.
            Output.objects.filter(pk=task.output).update(says_sensitive=True, is_sensitive=True)
        if score < _from("public"):
            Output.objects.filter(pk=task.output, hold=Hold.PUBLIC).update(hold=Hold.NONE)
        judge(Screening.objects.select_related("output").get(output=task.output))


def judge(row: Screening, *, is_public: bool = False) -> None:
    """What its score means where the picture is shown now; `is_public`: where it is about to be.

    Inside a transaction; said again it changes nothing.
    """
    if row.score is None or row.cleared_at is not None:
        return
    shown_publicly, is_linked = _surfaces(row.output)
    if (is_public or shown_publicly) and row.score >= _from("public"):
        Output.objects.filter(pk=row.output_id, hold=Hold.NONE).update(hold=Hold.PUBLIC)
        _signal(row, confidence=row.score, note=_note(row, "public"))
    elif is_linked and row.score >= _from("unlisted"):
        _signal(row, confidence=row.score, note=_note(row, "unlisted"))


def _surfaces(output: Output) -> tuple[bool, bool]:
    """Is it public, or asked to be? Is it behind any link?"""
    links = Share.objects.filter(
        Q(output=output)
        | Q(prediction=output.prediction_id)
        | Q(album__placements__output=output)
        | Q(grid__cells__prediction=output.prediction_id),
        revoked_at__isnull=True,
    )
    wanted = Q(is_public=True) | Q(publish_asked_at__isnull=False)
    return links.filter(wanted).exists(), links.exists()


def _signal(row: Screening, *, confidence: float, note: str) -> None:
    from generations.services import cases  # brings NumPy along, which what only lists links has no use for

    source = f"classifier:{row.detector or NAME}"
    known = Signal.objects.filter(
        case__subject_kind="output", case__subject_id=row.output_id, source=source, verdict=""
    )
    if not known.exists():
        cases.file_signal(
            row.output,
            kind=SignalKind.CLASSIFIER,
            category=Rule.UNMARKED,
            confidence=confidence,
            source=source,
            note=note,
            is_soft=True,
        )


def _from(surface: str) -> float:
    """The score from which something happens there."""
    return float(settings.CLASSIFIER[surface])


def _note(row: Screening, surface: str) -> str:
    most = _from(surface)
    return f"Score {row.score:.2f}; from {most:.2f} on it is looked at before it is {surface}."
