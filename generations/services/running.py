"""What the engine says of a claimed prediction becomes its row: one conditional UPDATE by (claim, event id) each.

So a late, doubled or replayed event touches nothing. Every function gives the row's new seq, to be nudged, or None.
"""

from collections.abc import Mapping, Sequence
from itertools import count, takewhile
from typing import Any

from django.db import transaction
from django.db.models import DateTimeField, F, Q, Value
from django.db.models.functions import Coalesce, Greatest
from django.utils import timezone

from generations import standing
from generations.models import (
    WITHHELD,
    Chunk,
    ChunkKind,
    Hold,
    JournalEvent,
    Output,
    Prediction,
    Preview,
    Share,
    Status,
    WebhookEvent,
)
from generations.models.prediction import sources
from generations.services import deliveries, files, standings
from generations.services.claims import give_back, held
from inference.protocol import Previewed, Progressed

FAILURES_MAX = 3
WITHHELD_SENTENCE = (
    "What was made matches a picture that is not allowed here, so it was not kept. It counts for no limit."
)


def start(row: Prediction, *, engine_seq: int) -> int | None:
    """The engine has begun. None also when the person has asked to cancel meanwhile."""
    with transaction.atomic():
        ours = held(row).filter(status=Status.STARTING, cancel_asked_at=None, engine_seq__lt=engine_seq)
        changed = ours.update(
            status=Status.PROCESSING,
            started_at=not_before("created_at"),
            engine_seq=engine_seq,
            seq=F("seq") + 1,
        )
        if not changed:
            return None
        seq = _note(row, kind="started")
        deliveries.plan(row, WebhookEvent.START)
        return seq


def advance(
    row: Prediction,
    *,
    engine_seq: int,
    progress: Progressed | None = None,
    previews: Sequence[Previewed] = (),
    log: str = "",
    yields: Mapping[int, str] | None = None,
    metrics: dict[str, Any] | None = None,
) -> int | None:
    """A step was done: the newest numbers, of each output the newest preview, what the model measured so far.

    `log`: what it printed meanwhile; `yields`: the pieces of its text, by their place in it.
    """
    changes: dict[str, Any] = {"engine_seq": engine_seq, "seq": F("seq") + 1}
    if progress is not None:
        changes |= {"step": progress.step, "steps": progress.steps, "eta_s": progress.eta}
    if metrics is not None:
        changes["metrics"] = metrics
    with transaction.atomic():
        ours = held(row).filter(status=Status.PROCESSING, engine_seq__lt=engine_seq)
        if not ours.update(**changes):
            return None
        _keep_previews(row, previews)
        seq = _seq(row)
        _keep_chunks(row, seq, yields=yields or {}, log=log)
        if log:
            deliveries.plan(row, WebhookEvent.LOGS)
        if yields:
            deliveries.plan(row, WebhookEvent.OUTPUT)
        return seq


def publish(row: Prediction, output: Output, *, engine_seq: int) -> int | None:
    """One output is stored. None when it was there already, or the claim is no longer ours: its files are to go."""
    with transaction.atomic():
        ours = held(row).filter(status=Status.PROCESSING)
        if Output.objects.filter(prediction=row, index=output.index).exists():
            ours.filter(engine_seq__lt=engine_seq).update(engine_seq=engine_seq)
            return None
        if not ours.update(engine_seq=engine_seq, seq=F("seq") + 1):
            return None
        note = _note(row, kind="output", data={"index": output.index, "output": output.pk})
        output.user_id = row.user_id
        output.standing = standings.of_new_output(output)
        output.hold = _hold_of(row)
        output.is_sensitive = bool(output.standing & standing.VEILED)
        output.save(force_insert=True)
        deliveries.plan(row, WebhookEvent.OUTPUT)
        return note


def _hold_of(row: Prediction) -> int:
    """What an output waits with at its birth: for a moderator, or for the classifier where all may see it already."""
    if Prediction.objects.filter(pk=row.pk, is_held=True).exists():
        return Hold.SHARED
    public = Share.objects.filter(is_public=True, is_screened=True, revoked_at__isnull=True)
    is_seen = public.filter(Q(prediction=row.pk) | Q(grid__cells__prediction=row.pk)).exists()
    return Hold.PUBLIC if is_seen else Hold.NONE


def withhold(row: Prediction, index: int, *, blocked: str, engine_seq: int) -> int | None:
    """One output is on the block-list: it is not kept, and the others are as they were."""
    with transaction.atomic():
        ours = held(row).filter(status=Status.PROCESSING, engine_seq__lt=engine_seq)
        known = list(Prediction.objects.values_list("withheld", flat=True).get(pk=row.pk))
        if index in known:
            ours.update(engine_seq=engine_seq)
            return None
        if not ours.update(engine_seq=engine_seq, withheld=sorted([*known, index]), seq=F("seq") + 1):
            return None
        return _note(row, kind="withheld", data={"index": index, "blocked": blocked})


def finish(
    row: Prediction,
    status: str,
    *,
    error: str = "",
    code: str = "",
    metrics: dict[str, Any] | None = None,
    output: Any = None,
) -> int | None:
    """The end. Success needs every output that was asked for; any other end drops those that were stored.

    What was withheld counts as made; where nothing else was, the prediction has failed.
    `output`: of a version that makes text, what its engine says it is; what was written until then is kept anyway.
    """
    with transaction.atomic():
        stored = Output.objects.filter(prediction=row)
        if status == Status.SUCCEEDED:
            count = stored.count()
            withheld = len(Prediction.objects.values_list("withheld", flat=True).get(pk=row.pk))
            if count + withheld != row.outputs_asked:
                return None
            if withheld and not count:
                status, error, code = Status.FAILED, WITHHELD_SENTENCE, WITHHELD
        changes = {
            "status": status,
            "owner": "",
            "completed_at": not_before("started_at", "created_at"),
            "eta_s": None,
            "seq": F("seq") + 1,
        }
        changes |= {"error": error, "error_code": code} | ({} if metrics is None else {"metrics": metrics})
        if not held(row).filter(status__in=sources(status)).update(**changes):
            return None
        if status == Status.SUCCEEDED:
            stored.filter(standing__lt=standing.HIDE).update(is_published=True)
        else:
            drop_outputs(row.pk)
        row.previews.all().delete()
        if row.makes_text:
            _keep_text(row, output)
        seq = _note(row, kind=status, data={"error": code} if code else {})
        deliveries.plan(row, WebhookEvent.COMPLETED)
        return seq


def lose(row: Prediction, *, fault: bool = False, suspect: bool = False) -> int | None:
    """The engine or the dispatcher that ran it is gone: back to the queue, or the end.

    It ends when the person has asked to cancel, and after FAILURES_MAX faults; `suspect`: it runs alone next time.
    """
    with transaction.atomic():
        if is_cancel_asked(row):
            return finish(row, Status.CANCELED)
        if not fault or row.failures + 1 < FAILURES_MAX:
            return give_back(row, fault=fault, suspect=suspect)
        held(row).update(failures=F("failures") + 1)
        sentence = (
            f"The engine stopped {FAILURES_MAX} times while it made this picture, so it was given up. "
            "Try again, or change the prompt."
        )
        return finish(row, Status.FAILED, error=sentence, code="engine_lost")


def drop_outputs(id: str) -> None:
    """What a prediction has stored without coming to success; an earlier claim may have left it."""
    stored = Output.objects.filter(prediction=id)
    files.remove_on_commit(stored)
    stored.delete()


def is_cancel_asked(row: Prediction) -> bool:
    """Does the person want this claim to end?"""
    return held(row).filter(cancel_asked_at__isnull=False).exists()


def not_before(*fields: str) -> Greatest:
    """Now, but never before the first of these moments that is set: a clock put back makes no negative times."""
    earlier = Coalesce(*map(F, fields)) if len(fields) > 1 else F(fields[0])
    return Greatest(earlier, Value(timezone.now(), output_field=DateTimeField()))


def _keep_previews(row: Prediction, previews: Sequence[Previewed]) -> None:
    rows = [
        Preview(prediction=row, index=each.index, step=each.step, mime=each.mime, b64=each.b64)
        for each in previews
    ]
    if rows:
        Preview.objects.bulk_create(
            rows,
            update_conflicts=True,
            unique_fields=["prediction", "index"],
            update_fields=["step", "mime", "b64"],
        )


def _keep_chunks(row: Prediction, seq: int, *, yields: Mapping[int, str], log: str) -> None:
    """What was yielded once stays: a run that began anew says it again, and only what comes next is added.

    A text with a gap is never kept: what follows one waits for the end, which brings the whole text.
    """
    known = row.chunks.filter(kind=ChunkKind.OUTPUT).count() if yields else 0
    fresh = takewhile(lambda index: index in yields, count(known))
    rows = [Chunk(prediction=row, seq=seq, kind=ChunkKind.OUTPUT, data=yields[index]) for index in fresh]
    if log:
        rows.append(Chunk(prediction=row, seq=seq, kind=ChunkKind.LOG, data=log))
    for each in rows:
        each.data = each.data.replace("\0", "\N{REPLACEMENT CHARACTER}")  # PostgreSQL keeps no NUL
    Chunk.objects.bulk_create(rows)


def _keep_text(row: Prediction, output: Any) -> None:
    """The whole text, in the row: what readers of its pieces have seen, and what was missing of it."""
    told = list(row.chunks.filter(kind=ChunkKind.OUTPUT).order_by("pk").values_list("data", flat=True))
    if isinstance(output, list) and all(isinstance(each, str) for each in output):
        _keep_chunks(row, _seq(row), yields=dict(enumerate(output)), log="")
    if output is None:
        output = told or None
    Prediction.objects.filter(pk=row.pk).update(output_json=output)


def _note(row: Prediction, *, kind: str, data: dict[str, Any] | None = None) -> int:
    seq = _seq(row)
    JournalEvent.objects.create(prediction=row, seq=seq, kind=kind, data=data or {})
    return seq


def _seq(row: Prediction) -> int:
    """The row's seq now; and whose it is now, for a guest may have become somebody while it runs."""
    seq, row.user_id = Prediction.objects.values_list("seq", "user_id").get(pk=row.pk)
    return seq
