"""Sealed evidence: taken of every diverted case, opened by two named persons together, gone when its time is over.

What the file holds is for whom the law names: the pictures, the words that made them, and whose they are.
"""

import hashlib
import io
import json
import zipfile
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone

from accounts import audit, roles
from accounts.models import User
from generations import sealing
from generations.errors import Conflict, FieldError, InvalidInput, NotAllowed
from generations.ids import new_id
from generations.models import Case, CaseState, Output, Report, SealedEvidence, SubjectKind, Upload
from generations.services import files, four_eyes

FOLDER = "sealed"
OPEN_FOR = timedelta(hours=1)  # after the second person has agreed
ASK_FOR = timedelta(days=7)  # until somebody agrees
PICTURES_MOST = 100
BATCH = 10


def seal_waiting() -> int:
    """Seal what diverted cases are about; how many. A case that was sealed is not sealed again."""
    waiting = Case.objects.filter(state=CaseState.DIVERTED, evidence__isnull=True)
    return sum(_seal(case) for case in waiting.select_related("person")[:BATCH])


def purge_over() -> int:
    """Delete the files whose time is over; the line that they were there stays."""
    now = timezone.now()
    count = 0
    for row in SealedEvidence.objects.filter(purged_at=None, keep_until__lte=now):
        default_storage.delete(row.key)
        with transaction.atomic():
            changed = SealedEvidence.objects.filter(pk=row.pk, purged_at=None).update(purged_at=now)
            if changed:
                audit.record(audit.SITE, "sealed.purge", kind="sealed", id=row.pk)
            count += changed
    return count


def ask(row: SealedEvidence, by: User, *, reason: str) -> None:
    """Ask the other named person to agree that it is opened. Raises InvalidInput, Conflict."""
    if not reason.strip():
        raise InvalidInput([FieldError("reason", "Say why it has to be opened.")])
    now = timezone.now()
    free = Q(asked_at=None) | Q(asked_at__lt=now - ASK_FOR) | Q(agreed_at__lt=now - OPEN_FOR)
    with transaction.atomic():
        changed = SealedEvidence.objects.filter(free, pk=row.pk, purged_at=None).update(
            asked_by=by.pk,
            asked_at=now,
            reason=reason.strip()[:300],
            agreed_by=None,
            agreed_at=None,
            is_single_operator=False,
        )
        if not changed:
            raise Conflict("Somebody has asked already, or it is open, or its time is over.")
        audit.record(by, "sealed.ask", kind="sealed", id=row.pk, reason=reason)


def agree(row: SealedEvidence, by: User) -> None:
    """The second word: from now on it is open for an hour. Raises NotAllowed, Conflict."""
    if row.asked_by is None or row.asked_at is None or row.agreed_at is not None:
        raise Conflict("Nobody is asking to open this.")
    others = roles.named_persons().exclude(pk=row.asked_by).count()
    is_single = four_eyes.check(first=row.asked_by, at=row.asked_at, second=by, others=others)
    now = timezone.now()
    asked = SealedEvidence.objects.filter(
        pk=row.pk, asked_by=row.asked_by, asked_at=row.asked_at, agreed_at=None, purged_at=None
    )
    with transaction.atomic():
        if not asked.update(agreed_by=by.pk, agreed_at=now, is_single_operator=is_single):
            raise Conflict("This has moved on since you opened it. Read it again.")
        audit.record(by, "sealed.agree", kind="sealed", id=row.pk)


def read(row: SealedEvidence, by: User) -> bytes:
    """The file, for the two who agreed, while it is open. Raises NotAllowed, Conflict. Slow: not in a transaction."""
    if by.pk not in (row.asked_by, row.agreed_by) or not is_open(row):
        raise NotAllowed("Two named persons open this together, for an hour. Ask first.")
    audit.record(by, "sealed.read", kind="sealed", id=row.pk, reason=row.reason)
    with default_storage.open(row.key) as file:
        sealed = file.read()
    try:
        return sealing.unseal(sealed, key=settings.EVIDENCE_KEY, name=row.pk)
    except sealing.BrokenSeal as error:
        raise Conflict("This file is not what was sealed: it was changed, or the key is another.") from error


def is_open(row: SealedEvidence) -> bool:
    return row.purged_at is None and row.agreed_at is not None and row.agreed_at > timezone.now() - OPEN_FOR


def is_asked(row: SealedEvidence) -> bool:
    """Does one of them wait for the other's word?"""
    asked_at = row.asked_at
    return row.agreed_at is None and asked_at is not None and asked_at > timezone.now() - ASK_FOR


def _seal(case: Case) -> int:
    """The file first, then the row: a crash between the two leaves a file that says nothing to anybody."""
    row = SealedEvidence(pk=new_id(), case=case)
    row.keep_until = timezone.now() + timedelta(days=settings.EVIDENCE_DAYS)
    sealed = sealing.seal(_bundle(case), key=settings.EVIDENCE_KEY, name=row.pk)
    row.key, row.size = f"{FOLDER}/{row.pk}.bin", len(sealed)
    row.sha256 = hashlib.sha256(sealed).hexdigest()
    default_storage.save(row.key, ContentFile(sealed))
    try:
        with transaction.atomic():
            row.save(force_insert=True)
            audit.record(audit.SITE, "sealed.seal", kind="sealed", id=row.pk, after=row.sha256)
    except IntegrityError:  # another process was first
        default_storage.delete(row.key)
        return 0
    return 1


def _bundle(case: Case) -> bytes:
    named = _files(case)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr(
            "case.json", json.dumps(_told(case, named), indent=2, default=str, ensure_ascii=False)
        )
        for name, key in named:
            if default_storage.exists(key):
                with default_storage.open(key) as file:
                    archive.writestr(name, file.read())
    return buffer.getvalue()


def _files(case: Case) -> list[tuple[str, str]]:
    if case.subject_kind == SubjectKind.UPLOAD:
        rows = Upload.objects.filter(pk=case.subject_id)
        return [(f"{row.pk}-{name}", f"{row.key}/{name}") for row in rows for name in files.names_of(row)]
    return [(f"{row.pk}.png", f"{row.key}/master.png") for row in _outputs(case)]


def _outputs(case: Case) -> list[Output]:
    by = {
        SubjectKind.OUTPUT: Q(pk=case.subject_id),
        SubjectKind.PREDICTION: Q(prediction=case.subject_id),
        SubjectKind.SHARE: Q(shares=case.subject_id)
        | Q(prediction__shares=case.subject_id)
        | Q(placements__album__shares=case.subject_id)
        | Q(prediction__cells__grid__shares=case.subject_id),
    }.get(SubjectKind(case.subject_kind))
    if by is None:
        return []
    return list(Output.objects.filter(by).select_related("prediction").distinct()[:PICTURES_MOST])


def _told(case: Case, named: list[tuple[str, str]]) -> dict[str, Any]:
    person = case.person
    return {
        "case": case.pk,
        "subject": f"{case.subject_kind} {case.subject_id}",
        "category": case.category,
        "opened_at": case.created_at,
        "sealed_at": timezone.now(),
        "person": person
        and {
            "id": person.pk,
            "email": person.email,
            "handle": person.handle,
            "name": person.name,
            "joined_at": person.date_joined,
            "seen_at": person.seen_at,
        },
        "files": [name for name, _ in named],
        "pictures": [
            {"id": row.pk, "created_at": row.created_at, "seed": row.seed, "input": row.prediction.input}
            for row in _outputs(case)
        ],
        "reports": list(
            Report.objects.filter(signal__case=case).values(
                "id", "rule", "words", "email", "created_at", "user_id"
            )
        ),
        "decisions": list(case.decisions.values("id", "outcome", "decided_at", "moderator_id", "facts")),
    }
