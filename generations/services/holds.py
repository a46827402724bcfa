"""What waits for a person to look at it (a prompt rule or the classifier holds it) is let go by a decision.

The action that does it keeps what it let go, so that a decision that is undone at once holds it again.
"""

from typing import Any

from django.utils import timezone

from generations.models import (
    Action,
    ActionKind,
    Case,
    Decision,
    Hold,
    Output,
    PolicyHit,
    Prediction,
    Screening,
    SubjectKind,
)


def release(case: Case, decision: Decision) -> None:
    """A person has looked at it, and others may see it. Inside a transaction."""
    prediction, outputs = _held(case)
    data: dict[str, Any] = {
        "prediction": prediction.pk if prediction is not None and prediction.is_held else "",
        "outputs": {row.pk: row.hold for row in outputs if row.hold},
    }
    if not data["prediction"] and not data["outputs"]:
        return
    hits = PolicyHit.objects.filter(prediction=prediction, released_at=None)
    data["hits"] = list(hits.values_list("pk", flat=True)) if data["prediction"] else []
    PolicyHit.objects.filter(pk__in=data["hits"]).update(released_at=timezone.now())
    Prediction.objects.filter(pk=data["prediction"]).update(is_held=False)
    Output.objects.filter(pk__in=data["outputs"]).update(hold=Hold.NONE)
    Screening.objects.filter(output__in=data["outputs"], cleared_at=None).update(cleared_at=timezone.now())
    Action.objects.create(
        decision=decision,
        kind=ActionKind.RELEASE,
        subject_kind=case.subject_kind,
        subject_id=case.subject_id,
        starts_at=timezone.now(),
        data=data,
    )


def hold_again(decision: Decision) -> None:
    """The decision was undone at once. Inside a transaction."""
    for action in Action.objects.filter(decision=decision, kind=ActionKind.RELEASE):
        Prediction.objects.filter(pk=action.data["prediction"]).update(is_held=True)
        PolicyHit.objects.filter(pk__in=action.data["hits"]).update(released_at=None)
        for id, hold in action.data["outputs"].items():
            Output.objects.filter(pk=id).update(hold=hold)
            Screening.objects.filter(output=id).update(cleared_at=None)


def _held(case: Case) -> tuple[Prediction | None, list[Output]]:
    if case.subject_kind == SubjectKind.OUTPUT:
        output = Output.objects.select_related("prediction").filter(pk=case.subject_id).first()
        return (None, []) if output is None else (output.prediction, [output])
    if case.subject_kind == SubjectKind.PREDICTION:
        row = Prediction.objects.filter(pk=case.subject_id).first()
        return row, list(Output.objects.filter(prediction=row)) if row is not None else []
    return None, []
