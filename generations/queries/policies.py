"""Prompt rules as their pages show them, with how often each acted; and the prompts that a draft is tried on."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import timedelta

from django.db.models import Count, Q
from django.utils import timezone

from generations.models import (
    BlockedPicture,
    Detector,
    PolicyHit,
    PolicyState,
    PolicyVersion,
    Prediction,
    Report,
    Share,
)

LATELY = timedelta(days=30)
BLOCKED_SHOWN = 200
HITS_SHOWN = 50


@dataclass(frozen=True, slots=True)
class RuleLine:
    """One rule: the version in force, if any, and the one that may follow it. `hits`: of LATELY, by outcome."""

    rule: str
    active: PolicyVersion | None
    candidate: PolicyVersion | None
    newest: PolicyVersion
    hits: dict[str, int] = field(default_factory=dict)


def rule_lines() -> list[RuleLine]:
    """Every rule, by its name."""
    rows = list(PolicyVersion.objects.defer("clauses", "allowed").order_by("rule", "number"))
    hits = hits_of(rows, since=LATELY)
    found: dict[str, list[PolicyVersion]] = {}
    for row in rows:
        found.setdefault(row.rule, []).append(row)
    return [
        RuleLine(
            rule,
            active=next((each for each in versions if each.state == PolicyState.ACTIVE), None),
            candidate=next((each for each in versions if each.is_editable), None),
            newest=versions[-1],
            hits=_summed(hits[each.pk] for each in versions),
        )
        for rule, versions in found.items()
    ]


def rule_versions(rule: str) -> list[tuple[PolicyVersion, dict[str, int]]]:
    """Every version of a rule, newest first, with all that it did, by outcome."""
    rows = list(
        PolicyVersion.objects.filter(rule=rule)
        .select_related("edited_by", "activated_by")
        .order_by("-number")
    )
    hits = hits_of(rows)
    return [(row, hits[row.pk]) for row in rows]


def hits_of(
    versions: Iterable[PolicyVersion], *, since: timedelta | None = None
) -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = {version.pk: {} for version in versions}
    rows = PolicyHit.objects.filter(version__in=list(found))
    rows = rows.filter(created_at__gte=timezone.now() - since) if since else rows
    for version_id, outcome, count in rows.values_list("version", "outcome").annotate(n=Count("pk")):
        found[version_id][outcome] = count
    return found


def words_hit(version: PolicyVersion) -> list[tuple[str, int]]:
    """Which words matched most lately; never a prompt."""
    counted: dict[str, int] = {}
    rows = PolicyHit.objects.filter(version=version).order_by("-created_at")
    for words in rows.values_list("words", flat=True)[:2000]:
        for word in {str(each).casefold() for each in words}:
            counted[word] = counted.get(word, 0) + 1
    return sorted(counted.items(), key=lambda pair: -pair[1])[:HITS_SHOWN]


def prompts_shared(*, limit: int) -> list[str]:
    """The newest prompts of what is behind a link or was reported, each once. What is private is not among them."""
    live = Share.objects.filter(revoked_at__isnull=True)
    reported = Report.objects.values("subject")
    shared = Prediction.objects.filter(
        Q(pk__in=live.exclude(prediction=None).values("prediction"))
        | Q(outputs__in=live.exclude(output=None).values("output"))
        | Q(pk__in=reported)
        | Q(outputs__in=reported)
    )
    rows = shared.exclude(prompt="").order_by("-pk").values_list("prompt", flat=True)[: 2 * limit]
    return list(dict.fromkeys(rows))[:limit]


def blocked_pictures() -> list[BlockedPicture]:
    """The block-list, newest first."""
    rows = BlockedPicture.objects.select_related("asked_by", "agreed_by").annotate(size=Count("hashes"))
    return list(rows.order_by("-pk")[:BLOCKED_SHOWN])


def detector() -> Detector | None:
    """How it goes with the classifier, None where nobody has said so yet."""
    return Detector.objects.first()


def _summed(counts: Iterable[dict[str, int]]) -> dict[str, int]:
    found: dict[str, int] = {}
    for each in counts:
        for outcome, count in each.items():
            found[outcome] = found.get(outcome, 0) + count
    return found
