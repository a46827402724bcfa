"""Prompt rules at work: what an input breaks, and what becomes of it. Their editing is in services/drafting.py.

Each process keeps the rules that are live ready for matching, and makes them ready again when others are.
"""

import hashlib
import threading
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.utils import timezone

from accounts.models import User
from generations import fields, references, shipped_rules
from generations.errors import FieldError, InvalidInput, NeedsPassing
from generations.fields import Rules
from generations.models import (
    MATCHED,
    Chunk,
    ChunkKind,
    Outcome,
    PolicyHit,
    PolicyState,
    PolicyVersion,
    Prediction,
    Severity,
)
from generations.text import shown
from generations.wording import Matcher, Rulebook, Span

KEPT = timedelta(days=90)  # what matched, unless it holds something
WORDS_SHOWN = 3
WARNINGS_SHOWN = 5
SHIPPED_NUMBER = 1


@dataclass(frozen=True, slots=True)
class Finding:
    """That a field breaks a version of a rule. `words`: those that do, as they were typed."""

    version: PolicyVersion
    field: str
    label: str
    spans: tuple[Span, ...]
    words: tuple[str, ...]

    @property
    def is_live(self) -> bool:
        """Not in shadow."""
        return self.version.state == PolicyState.ACTIVE

    def told(self) -> FieldError:
        """What to say of it at its field."""
        words = list(dict.fromkeys(self.words))[:WORDS_SHOWN]
        said = ", ".join(f"“{shown(word)}”" for word in words)
        meets = "meets" if len(words) == 1 else "meet"
        way_out = {
            Severity.REFUSE: "Change it and send it again: nothing was made, and nothing counts.",
            Severity.WARN: "You may change it, or send it as it is.",
            Severity.HOLD: "It can be made, and shared once a moderator has looked at it.",
        }[Severity(self.version.severity)]
        sentence = (
            f"{self.label}: {said} {meets} the rule “{self.version.title}” ({self.version.ref}). {way_out}"
        )
        return FieldError(self.field, sentence, rule=self.version.ref, spans=self.spans)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the live rules say of an input that may be made; `findings` in shadow change nothing."""

    findings: tuple[Finding, ...] = ()

    @property
    def is_held(self) -> bool:
        return any(each.is_live and each.version.severity == Severity.HOLD for each in self.findings)

    @property
    def warnings(self) -> list[FieldError]:
        return [each.told() for each in _live(self.findings, Severity.WARN)]


@dataclass(frozen=True, slots=True)
class Ready:
    """The rules that are live, as of one set of rows."""

    key: tuple[tuple[str, str], ...]
    versions: Mapping[str, PolicyVersion]
    matcher: Matcher


_ready: Ready | None = None
_making = threading.Lock()


def check(
    user: User | None, schema: Rules, values: Mapping[str, Any], *, passed: Collection[str] | None = None
) -> Verdict:
    """May this input be made? `passed`: the warnings that were read, by token; None where nobody can be asked.

    Raises InvalidInput naming each field with its words, and NeedsPassing.
    """
    found = examine(schema, values)
    refused = _live(found, Severity.REFUSE)
    if refused:
        _write(found, Outcome.REFUSED, user=user, only=refused)
        raise InvalidInput([each.told() for each in refused])
    warned = _live(found, Severity.WARN)
    if warned and passed is not None and token_of(warned) not in passed:
        raise NeedsPassing([each.told() for each in warned], token=token_of(warned))
    return Verdict(tuple(found))


def note(prediction: Prediction, verdict: Verdict, *, was_asked: bool) -> None:
    """Keep what the rules said of a prediction that is made; called in the transaction that inserts it.

    `was_asked`: a person has read the warnings; else they stand in its log.
    """
    found = list(verdict.findings)
    _write(found, Outcome.HELD, prediction=prediction, only=_live(found, Severity.HOLD))
    warned = _live(found, Severity.WARN)
    outcome = Outcome.PASSED if was_asked else Outcome.WARNED
    _write([], outcome, prediction=prediction, only=warned)
    if warned and not was_asked:
        lines = "".join(f"Warning: {each.told().sentence}\n" for each in warned)
        Chunk.objects.create(prediction=prediction, seq=0, kind=ChunkKind.LOG, data=lines)


def check_many(user: User | None, schema: Rules, inputs: Iterable[Mapping[str, Any]]) -> list[FieldError]:
    """May all of these be made? What is to be warned of. Raises InvalidInput for the first that may not."""
    ready = live()
    warnings: dict[str, FieldError] = {}
    for values in inputs:
        found = examine(schema, values, ready=ready)
        refused = _live(found, Severity.REFUSE)
        if refused:
            _write(found, Outcome.REFUSED, user=user, only=refused)
            raise InvalidInput([each.told() for each in refused])
        warnings |= {each.told().sentence: each.told() for each in _live(found, Severity.WARN)}
    return list(warnings.values())[:WARNINGS_SHOWN]


def examine(schema: Rules, values: Mapping[str, Any], *, ready: Ready | None = None) -> list[Finding]:
    """Everything that live and shadowed rules find in the texts of an input."""
    ready = ready or live()
    found = []
    for field, text in texts(schema, values):
        for match in ready.matcher.find(text):
            words = tuple(text[start:end] for start, end in match.spans)
            found.append(Finding(ready.versions[match.key], field.name, field.label, match.spans, words))
    return found


def texts(schema: Rules, values: Mapping[str, Any]) -> Iterator[tuple[fields.Field, str]]:
    """Every text that a person wrote into an input, those in lists and objects included."""
    for name, field in fields.read(schema).items():
        if field.choices or references.takes_picture(field):
            continue
        for text in _texts_in(values.get(name)):
            yield field, text


def live() -> Ready:
    """The rules in force and in shadow; those that ship with the site are entered when they are not there yet."""
    global _ready  # noqa: PLW0603 - the rules of this process
    key = _key()
    known = _ready
    if known is not None and key and known.key == key:
        return known
    with _making:
        enter_shipped()
        rows = list(PolicyVersion.objects.filter(state__in=MATCHED).order_by("rule", "number"))
        _ready = Ready(
            tuple((row.pk, row.state) for row in rows),
            {row.pk: row for row in rows},
            Matcher(Rulebook(row.pk, row.clauses, row.allowed) for row in rows),
        )
        return _ready


def enter_shipped() -> None:
    """The rules that ship with the site become rows, once; what staff made of them since stays."""
    known = set(PolicyVersion.objects.values_list("rule", flat=True).distinct())
    missing = [each for each in shipped_rules.RULES if each.rule not in known]
    now = timezone.now()
    rows = [
        PolicyVersion(
            rule=each.rule,
            number=SHIPPED_NUMBER,
            state=PolicyState.ACTIVE,
            severity=each.severity,
            category=each.category,
            title=each.title,
            clauses=each.clauses,
            allowed=each.allowed,
            sha256=digest(each.severity, each.category, each.title, each.clauses, each.allowed),
            edited_at=now,
            activated_at=now,
        )
        for each in missing
    ]
    if rows:
        PolicyVersion.objects.bulk_create(rows, ignore_conflicts=True)  # another process does the same


def forget_old() -> int:
    """Matches of words are not kept for ever; how many went."""
    before = timezone.now() - KEPT
    return (
        PolicyHit.objects.filter(created_at__lt=before)
        .exclude(outcome=Outcome.HELD, released_at=None)
        .delete()[0]
    )


def digest(*parts: str) -> str:
    """Of what a version says."""
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def token_of(findings: list[Finding]) -> str:
    """Names the versions that warn: another version is another warning."""
    return "+".join(sorted({each.version.pk for each in findings}))


def _key() -> tuple[tuple[str, str], ...]:
    rows = PolicyVersion.objects.filter(state__in=MATCHED).order_by("rule", "number")
    return tuple(rows.values_list("pk", "state"))


def _live(found: Collection[Finding], severity: str) -> list[Finding]:
    return [each for each in found if each.is_live and each.version.severity == severity]


def _texts_in(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for each in value.values():
            yield from _texts_in(each)
    elif isinstance(value, list | tuple):
        for each in value:
            yield from _texts_in(each)


def _write(
    found: list[Finding],
    outcome: str,
    *,
    only: list[Finding],
    prediction: Prediction | None = None,
    user: User | None = None,
) -> None:
    """A row for each of `only`, and for what shadowed rules among `found` would have done."""
    by = prediction.user_id if prediction is not None else (user.pk if user is not None else None)
    shadowed = [each for each in found if not each.is_live]
    rows = [
        PolicyHit(
            version=each.version,
            outcome=outcome if each.is_live else Outcome.SHADOWED,
            field=each.field,
            words=list(each.words),
            spans=[list(span) for span in each.spans],
            user_id=by,
            prediction=prediction,
        )
        for each in (*only, *shadowed)
    ]
    PolicyHit.objects.bulk_create(rows)
