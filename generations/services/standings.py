"""What holds of a thing or a person, computed anew from the actions that are active; never put back from a copy.

Whoever is about to change the actions of a subject locks it first (`lock`), so that two who do it at once cannot each
overlook the other.
"""

from collections.abc import Callable, Iterable
from datetime import datetime
from functools import partial

from django.db import transaction
from django.db.models import BooleanField, Case, F, Q, Value, When
from django.utils import timezone

from accounts.models import User
from generations import events, standing
from generations.models import (
    LIVE,
    Action,
    Appeal,
    Notice,
    Output,
    Prediction,
    Share,
    Status,
    Strike,
    SubjectKind,
    Upload,
)
from generations.models import Case as Judged
from generations.services import cards

MODELS = {
    SubjectKind.OUTPUT: Output,
    SubjectKind.PREDICTION: Prediction,
    SubjectKind.SHARE: Share,
    SubjectKind.UPLOAD: Upload,
    SubjectKind.USER: User,
}


def lock(kind: str, id: str) -> None:
    """Hold the subject's row until the transaction ends."""
    MODELS[SubjectKind(kind)]._default_manager.select_for_update().filter(pk=id).first()


def active(at: datetime | None = None) -> Q:
    """Actions that hold at this moment."""
    now = at or timezone.now()
    ends = Q(ends_at__isnull=True) | Q(ends_at__gt=now)
    return ends & Q(starts_at__lte=now, reversed_at__isnull=True)


def bits(kind: str, id: str) -> int:
    """What the actions on this very subject come to."""
    kinds = Action.objects.filter(active(), subject_kind=kind, subject_id=id).values_list("kind", flat=True)
    found = 0
    for each in kinds:
        found |= standing.bit_of(each)
    return found


def recompute(kind: str, id: str) -> None:
    """Bring the columns that readers ask up to date, and void what was drawn of it. Inside a transaction."""
    REFRESH[SubjectKind(kind)](id)


def of_new_output(output: Output) -> int:
    """What holds of an output at its birth: what holds of its prediction, and of itself where it was judged already."""
    return bits(SubjectKind.PREDICTION, output.prediction_id) | bits(SubjectKind.OUTPUT, output.pk)


def _of_output(id: str) -> None:
    of_copies(id)  # also where it was deleted: they stay
    output = Output.objects.filter(pk=id).first()
    if output is None:
        return
    now = of_new_output(output)
    veiled = Value(True) if now & standing.VEILED else F("says_sensitive")
    is_done = Q(prediction_id__in=Prediction.objects.filter(status=Status.SUCCEEDED).values("pk"))
    shown = Case(When(is_done, then=Value(now < standing.HIDE)), default=Value(False))
    Output.objects.filter(pk=id).update(standing=now, is_sensitive=veiled)
    Output.objects.filter(pk=id).update(is_published=_boolean(shown))
    _of_shares(Share.objects.filter(output=id))
    _void(Share.objects.filter(_holding(output)).distinct())
    _tell(output.prediction_id)


def _boolean(found: Case) -> Case:
    found.output_field = BooleanField()
    return found


def _of_prediction(id: str) -> None:
    for output_id in Output.objects.filter(prediction=id).values_list("pk", flat=True):
        _of_output(output_id)
    _of_shares(Share.objects.filter(prediction=id))
    _tell(id)


def _of_share(id: str) -> None:
    _of_shares(Share.objects.filter(pk=id))


def _of_shares(rows: Iterable[Share]) -> None:
    """A link closes with what it leads to, unless that is several things."""
    shares = list(rows)
    for share in shares:
        now = bits(SubjectKind.SHARE, share.pk)
        if share.output_id:
            now |= Output.objects.values_list("standing", flat=True).get(pk=share.output_id)
        elif share.prediction_id:
            now |= bits(SubjectKind.PREDICTION, share.prediction_id)
        Share.objects.filter(pk=share.pk).update(standing=now)
        if share.prediction_id:
            _tell(share.prediction_id)
    _void(shares)


def _of_upload(id: str) -> None:
    _of_uploads(Upload.objects.filter(Q(pk=id) | Q(copy_of=id)))


def of_copies(original: str) -> None:
    """What other people's programs took from its address shares its lot. Inside a transaction."""
    _of_uploads(Upload.objects.filter(copy_of=original))


def _of_uploads(rows: Iterable[Upload]) -> None:
    for upload in list(rows):
        now = bits(SubjectKind.UPLOAD, upload.pk) | _of_original(upload.copy_of)
        Upload.objects.filter(pk=upload.pk).update(standing=now)


def _of_original(id: str) -> int:
    """An output or an upload; what was decided about it outlives it."""
    if not id:
        return 0
    output = Output.objects.filter(pk=id).first()
    if output is not None:
        return of_new_output(output)
    return bits(SubjectKind.OUTPUT, id) | bits(SubjectKind.UPLOAD, id)


def _of_person(id: str) -> None:
    User.objects.filter(pk=id).update(standing=bits(SubjectKind.USER, id))


def _holding(output: Output) -> Q:
    """The links whose pages or cards may show it."""
    return (
        Q(output=output)
        | Q(prediction=output.prediction_id)
        | Q(album__placements__output=output)
        | Q(grid__cells__prediction=output.prediction_id)
    )


def _void(shares: Iterable[Share]) -> None:
    """Cards that were drawn go; they are drawn again from what may be shown."""
    for share in shares:
        transaction.on_commit(partial(cards.remove, share.pk))


def _tell(prediction_id: str) -> None:
    """Open pages read the row again."""
    Prediction.objects.filter(pk=prediction_id).update(seq=F("seq") + 1)
    row = Prediction.objects.filter(pk=prediction_id).only("pk", "user_id", "seq").first()
    if row is not None:
        events.nudge_on_commit(row.pk, row.user_id, seq=row.seq)


REFRESH: dict[SubjectKind, Callable[[str], None]] = {
    SubjectKind.OUTPUT: _of_output,
    SubjectKind.PREDICTION: _of_prediction,
    SubjectKind.SHARE: _of_share,
    SubjectKind.UPLOAD: _of_upload,
    SubjectKind.USER: _of_person,
}


def hand_over(guest: User, *, into: User) -> None:
    """A guest turned out to be somebody: what was decided about the one holds for the other. Inside a transaction."""
    for noun in (Strike, Notice, Appeal):
        noun.objects.filter(user=guest).update(user=into)
    Judged.objects.filter(person=guest).update(person=into)
    about = Judged.objects.filter(subject_kind=SubjectKind.USER, subject_id=str(guest.pk))
    if not Judged.objects.filter(
        subject_kind=SubjectKind.USER, subject_id=str(into.pk), state__in=LIVE
    ).exists():
        about.update(subject_id=str(into.pk))
    acts = Action.objects.filter(subject_kind=SubjectKind.USER, subject_id=str(guest.pk))
    acts.update(subject_id=str(into.pk))
    _of_person(str(into.pk))
