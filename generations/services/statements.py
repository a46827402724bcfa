"""A decision in words: what it says to the person, as its notice and its page word it."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings

from generations.models import Decision, Ground, Rule, Ruling, SubjectKind

THINGS = {
    SubjectKind.OUTPUT: "your picture",
    SubjectKind.PREDICTION: "your prompt and its pictures",
    SubjectKind.SHARE: "your link",
    SubjectKind.UPLOAD: "the picture that you brought",
    SubjectKind.USER: "your account",
}
SENTENCES: dict[str, str] = {
    Ruling.WARN: "We remind you of the rules. Nothing else follows this time.",
    Ruling.LABEL: "It carries a label that says that it is made by AI and shows nothing that happened.",
    Ruling.BLUR: "It is marked as sensitive: people see it when they ask for it.",
    Ruling.AGE_GATE: "It is shown only to people who say that they are adults.",
    Ruling.UNLIST: "It is no longer in Explore, feeds and profiles. Its links still work.",
    Ruling.HOLD: "Nobody but you can see it until it is reviewed.",
    Ruling.REVOKE_LINKS: "Its links are closed. You still see it in your gallery.",
    Ruling.HIDE: "Nobody can see it.",
    Ruling.REMOVE: "It was removed: nobody can see it, and its links are closed.",
    Ruling.BLOCK_HASH: "It was removed, and copies of it are refused.",
    Ruling.DIVERT: "It was removed.",
    Ruling.LIMIT: "You can make fewer pictures for a while.",
    Ruling.MUTE: "You cannot publish or share for a while. You can still make pictures.",
    Ruling.SUSPEND: "Your account is suspended: you can read, export and appeal, and nothing else.",
    Ruling.TERMINATE: "Your account is closed: you can export what is yours and appeal, and nothing else.",
}
LADDER_SENTENCES = {
    "limit": "With earlier decisions it counts so much that you can make fewer pictures",
    "mute": "With earlier decisions it counts so much that you cannot publish or share",
    "suspend": "With earlier decisions it counts so much that your account is suspended",
}
RULES = dict(Rule.choices)


@dataclass(frozen=True, slots=True)
class Consequence:
    sentence: str
    until: Any


def told_of(decision: Decision) -> dict[str, Any]:
    """Everything that a template needs to say it; nobody who decided is in it."""
    return {
        "decision": decision,
        "site": settings.SITE_NAME,
        "thing": THINGS[SubjectKind(decision.case.subject_kind)],
        "what": SENTENCES.get(decision.outcome, ""),
        "rule": decision.rule_text or rule_of(decision.category),
        "is_legal": decision.ground == Ground.LEGAL,
        "consequences": consequences_of(decision),
    }


def rule_of(category: str) -> str:
    """The rule in words; a word of a detector's own stands as it is."""
    return str(RULES.get(category, category.replace("_", " ").capitalize()))


def consequences_of(decision: Decision) -> list[Consequence]:
    """What the strikes of the person bring, beside what was decided on the thing itself."""
    if decision.case.subject_kind == SubjectKind.USER:
        return []
    rows = decision.actions.filter(subject_kind=SubjectKind.USER, reversed_at__isnull=True)
    return [
        Consequence(LADDER_SENTENCES[row.kind], row.ends_at) for row in rows if row.kind in LADDER_SENTENCES
    ]
