"""What may not be deleted for good yet, because somebody is looking at it or may still appeal."""

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from generations.models import LIVE, Action, Appeal, AppealState, Case, Output, SubjectKind
from generations.services.appeals import TERM

WITHHOLDING = ("hide", "remove")


def outputs_kept() -> Q:
    """Outputs with a live case, with an appeal that waits, or withheld by a decision that can still be appealed."""
    live = Case.objects.filter(subject_kind=SubjectKind.OUTPUT, subject_id=OuterRef("pk"), state__in=LIVE)
    of_prediction = Case.objects.filter(
        subject_kind=SubjectKind.PREDICTION, subject_id=OuterRef("prediction_id"), state__in=LIVE
    )
    appealed = Appeal.objects.filter(
        decision__case__subject_kind=SubjectKind.OUTPUT,
        decision__case__subject_id=OuterRef("pk"),
        state=AppealState.OPEN,
    )
    return Q(Exists(live)) | Q(Exists(of_prediction)) | Q(Exists(appealed)) | Q(Exists(_withheld()))


def _withheld() -> QuerySet[Action]:
    return Action.objects.filter(
        kind__in=WITHHOLDING,
        subject_kind=SubjectKind.OUTPUT,
        subject_id=OuterRef("pk"),
        reversed_at__isnull=True,
        decision__decided_at__gt=timezone.now() - TERM,
    )


def is_kept(output: Output) -> bool:
    return Output.objects.filter(outputs_kept(), pk=output.pk).exists()
