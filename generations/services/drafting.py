"""Prompt rules from draft to shadow to force and out again; every step is a line in the audit.

Only a draft can be changed. What acts, in shadow or in force, stays as it is: to change it is to draft the next one.
"""

from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils import timezone

from accounts import audit
from accounts.models import Right, User
from generations import queries, wording
from generations.errors import Conflict, FieldError, InvalidInput, NotAllowed
from generations.models import PolicyState, PolicyVersion, Rule, Severity
from generations.services import decisions, four_eyes, holding, policies
from generations.text import clean_text

SHADOW_LEAST = timedelta(hours=24)
TITLE_MAX, TEXT_MAX = 120, 100_000


@dataclass(frozen=True, slots=True)
class Draft:
    """What a version says. `severity`: one of Severity, `category`: one of Rule."""

    title: str
    severity: str
    category: str
    clauses: str
    allowed: str = ""


def begin(rule: str, draft: Draft, *, by: User) -> PolicyVersion:
    """The first or the next version of a rule, as a draft. Raises InvalidInput, Conflict."""
    told = _checked(draft)
    with transaction.atomic():
        last = PolicyVersion.objects.filter(rule=rule).aggregate(last=Max("number"))["last"] or 0
        row = PolicyVersion(rule=rule, number=last + 1, edited_by=by, **told)
        try:
            with transaction.atomic():
                row.save(force_insert=True)
        except IntegrityError:
            raise Conflict(
                "This rule has a draft, or a version in shadow, already. Go on with that one."
            ) from None
        _write(by, "rules.draft", row)
    return row


def copy(version: PolicyVersion, *, by: User) -> PolicyVersion:
    """A draft of the next version that says the same. Raises Conflict."""
    return begin(version.rule, Draft(**{name: getattr(version, name) for name in Draft.__slots__}), by=by)


def edit(version: PolicyVersion, draft: Draft, *, by: User) -> PolicyVersion:
    """Raises InvalidInput, Conflict."""
    told = _checked(draft)
    with transaction.atomic():
        before = _state(version)
        rows = PolicyVersion.objects.filter(pk=version.pk, state=PolicyState.DRAFT)
        if not rows.update(**told, edited_by=by, edited_at=timezone.now()):
            raise Conflict("Only a draft can be changed. Make a draft of the next version.")
        version.refresh_from_db()
        _write(by, "rules.edit", version, before=before)
    return version


def discard(version: PolicyVersion, *, by: User) -> None:
    """A draft goes; a version in shadow is retired, and what it noted stays. Raises Conflict."""
    with transaction.atomic():
        before = _state(version)
        if version.state == PolicyState.DRAFT:
            if not PolicyVersion.objects.filter(pk=version.pk, state=PolicyState.DRAFT).delete()[0]:
                raise Conflict(MOVED_ON)
        else:
            _move(version, PolicyState.SHADOW, state=PolicyState.RETIRED, retired_at=timezone.now())
        audit.record(by, "rules.discard", kind="policy", id=version.pk, before=before, reason=version.ref)


def shadow(version: PolicyVersion, *, by: User) -> PolicyVersion:
    """From now on it notes what it would do, and does nothing. Raises Conflict."""
    with transaction.atomic():
        before = _state(version)
        _move(version, PolicyState.DRAFT, state=PolicyState.SHADOW, shadow_at=timezone.now())
        _write(by, "rules.shadow", version, before=before)
    return version


def activate(version: PolicyVersion, *, by: User, urgent: str = "") -> PolicyVersion:
    """A second person puts it in force, in place of the one before. `urgent`: why not after a day in shadow.

    Raises NotAllowed, Conflict.
    """
    if version.state != PolicyState.SHADOW or version.shadow_at is None:
        raise Conflict("A rule runs in shadow before it comes into force.")
    others = queries.others_with(Right.ACTIVATE_RULES, besides=version.edited_by_id)
    is_single = four_eyes.check(first=version.edited_by_id, at=version.edited_at, second=by, others=others)
    if not urgent.strip() and timezone.now() - version.shadow_at < SHADOW_LEAST:
        raise NotAllowed("It has not been in shadow for a day. Wait, or say why it cannot.")
    with transaction.atomic():
        before, now = _state(version), timezone.now()
        active = PolicyVersion.objects.filter(rule=version.rule, state=PolicyState.ACTIVE)
        active.update(state=PolicyState.RETIRED, retired_at=now)
        _move(
            version,
            PolicyState.SHADOW,
            state=PolicyState.ACTIVE,
            activated_by=by,
            activated_at=now,
            is_single_operator=is_single,
        )
        how = " (one person alone, after a day)" if is_single else ""
        _write(by, "rules.activate", version, before=before, reason=f"{version.ref}{how} {urgent}".strip())
    return version


def retire(version: PolicyVersion, *, by: User, reason: str) -> PolicyVersion:
    """Out of force; what it did stays. Raises InvalidInput, Conflict."""
    _check_reason(reason)
    with transaction.atomic():
        before = _state(version)
        _move(version, PolicyState.ACTIVE, state=PolicyState.RETIRED, retired_at=timezone.now())
        _write(by, "rules.retire", version, before=before, reason=reason)
    return version


@dataclass(frozen=True, slots=True)
class Reverted:
    """How much was taken back."""

    decisions: int
    predictions: int


def revert(version: PolicyVersion, *, by: User, reason: str) -> Reverted:
    """Everything that this version did is taken back, and it goes out of force. Said again, what came since.

    Raises InvalidInput.
    """
    _check_reason(reason)
    with transaction.atomic():
        before = _state(version)
        now = timezone.now()
        PolicyVersion.objects.filter(
            pk=version.pk, state__in=(PolicyState.ACTIVE, PolicyState.SHADOW)
        ).update(state=PolicyState.RETIRED, retired_at=now)
        PolicyVersion.objects.filter(pk=version.pk).update(reverted_at=now)
        version.refresh_from_db()
        done = Reverted(
            decisions=decisions.revert_source(version.source, by=by),
            predictions=holding.release_version(version.pk),
        )
        _write(by, "rules.revert", version, before=before, reason=reason)
    return done


MOVED_ON = "This version has moved on since you opened the page. Read it again."


def _move(version: PolicyVersion, source: str, **changes: Any) -> None:
    if not PolicyVersion.objects.filter(pk=version.pk, state=source).update(**changes):
        raise Conflict(MOVED_ON)
    version.refresh_from_db()


def _checked(draft: Draft) -> dict[str, Any]:
    """What is stored of it. Raises InvalidInput with each wrong field."""
    title = " ".join(clean_text(draft.title, field="title", label="The rule").split())
    wrong = []
    if not title or len(title) > TITLE_MAX:
        wrong.append(
            FieldError("title", f"Say the rule in 1 to {TITLE_MAX} characters, as people will read it.")
        )
    if draft.severity not in Severity.values:
        wrong.append(FieldError("severity", "Choose what it does."))
    if draft.category not in Rule.values:
        wrong.append(FieldError("category", "Choose what it is about."))
    texts = {"clauses": draft.clauses, "allowed": draft.allowed}
    wrong += [
        FieldError(name, f"At most {TEXT_MAX:,} characters fit.")
        for name, text in texts.items()
        if len(text) > TEXT_MAX
    ]
    if wrong:
        raise InvalidInput(wrong)
    told = {name: clean_text(text, field=name, label="This") for name, text in texts.items()}
    wording.check(told["clauses"], told["allowed"])
    found = asdict(draft) | told | {"title": title}
    found["sha256"] = policies.digest(*(str(found[name]) for name in Draft.__slots__))
    return found


def _check_reason(reason: str) -> None:
    if not reason.strip():
        raise InvalidInput([FieldError("reason", "Say why. The audit keeps it.")])


def _state(version: PolicyVersion) -> dict[str, str]:
    return {"state": str(version.state), "sha256": version.sha256}


def _write(by: User, verb: str, row: PolicyVersion, *, before: Any = None, reason: str = "") -> None:
    audit.record(
        by, verb, kind="policy", id=row.pk, before=before, after=_state(row), reason=reason or row.ref
    )
