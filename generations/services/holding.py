"""What waits for a person's eyes before others may see it: predictions that a rule holds, pictures that look so.

Asking to share what is held is what brings it before a moderator; until then it is its owner's alone. What a decision
lets go is in holds.py.
"""

from typing import Any

from django.db import transaction
from django.utils import timezone

from generations.errors import NotAllowed
from generations.models import (
    Album,
    Grid,
    Hold,
    Outcome,
    Output,
    PolicyHit,
    Prediction,
    Signal,
    SignalKind,
)

RULE_CONFIDENCE = 0.5  # a rule knows words, and no meanings
HELD = (
    "A rule holds this until a moderator has looked at it ({refs}). They have been asked: "
    "you can share it when they agree. Nobody else sees it until then."
)


def check_shareable(subject: Output | Prediction | Album | Grid) -> None:
    """Raises NotAllowed for what is held, and asks a moderator to look. Of several the held ones are left out."""
    held = _held(subject)
    if held is not None:
        _ask(subject, held)


def is_held(subject: Output | Prediction | Album | Grid) -> bool:
    """Does a rule keep it from being shared? Of several things only the held ones are."""
    return _held(subject) is not None


def release_version(version_id: str) -> int:
    """Everything that one version of a rule holds, unless another rule holds it too; how many predictions."""
    hits = PolicyHit.objects.filter(version=version_id, outcome=Outcome.HELD, released_at=None)
    with transaction.atomic():
        ids = set(hits.exclude(prediction=None).values_list("prediction", flat=True))
        hits.update(released_at=timezone.now())
        still = set(_open().filter(prediction__in=ids).values_list("prediction", flat=True))
        Prediction.objects.filter(pk__in=ids - still).update(is_held=False)
        Output.objects.filter(prediction__in=ids - still, hold=Hold.SHARED).update(hold=Hold.NONE)
    return len(ids - still)


def _open() -> Any:
    return PolicyHit.objects.filter(outcome=Outcome.HELD, released_at=None)


def _ask(subject: Output | Prediction | Album | Grid, held: Prediction) -> None:
    from generations.services import cases  # brings NumPy along, which what only lists links has no use for

    hits = list(_open().filter(prediction=held).select_related("version"))
    told = _sources_told(cases.kind_of(subject), subject.pk)  # type: ignore[arg-type]
    with transaction.atomic():
        for hit in (each for each in hits if each.version.source not in told):
            cases.file_signal(
                subject,  # type: ignore[arg-type]
                kind=SignalKind.RULE,
                category=hit.version.category,
                confidence=RULE_CONFIDENCE,
                spans=_spans(hit),
                source=hit.version.source,
                is_soft=True,
            )
    refs = ", ".join(dict.fromkeys(hit.version.ref for hit in hits)) or "a rule"
    raise NotAllowed(HELD.format(refs=refs))


def _held(subject: Output | Prediction | Album | Grid) -> Prediction | None:
    if isinstance(subject, Output):
        return subject.prediction if subject.hold >= Hold.SHARED else None
    return subject if isinstance(subject, Prediction) and subject.is_held else None


def _sources_told(kind: str, id: str) -> set[str]:
    """Rules that wait for an answer about it already: to ask again is no new reason."""
    waiting = Signal.objects.filter(case__subject_kind=kind, case__subject_id=id, verdict="")
    return set(waiting.values_list("source", flat=True))


def _spans(hit: PolicyHit) -> list[dict[str, Any]]:
    return [
        {"field": hit.field, "start": start, "end": end, "term": word}
        for (start, end), word in zip(hit.spans, hit.words, strict=False)
    ]
