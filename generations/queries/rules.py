"""The rules as everybody may read them: what reports name, and the prompt rules that are active now."""

from dataclasses import dataclass

from generations.models import PolicyState, PolicyVersion, Rule, Severity


@dataclass(frozen=True, slots=True)
class PromptRule:
    """Its words for people; never what it looks for."""

    title: str
    ref: str
    does: str


@dataclass(frozen=True, slots=True)
class PublicRule:
    category: str
    label: str
    prompts: list[PromptRule]


DOES = {
    Severity.REFUSE: "a prompt like that is refused, and you can change it",
    Severity.HOLD: "the picture is made, and shared only after a person has looked at it",
    Severity.WARN: "you are warned, and may go on",
}


def public_rules() -> list[PublicRule]:
    active = PolicyVersion.objects.filter(state=PolicyState.ACTIVE).order_by("rule")
    found: dict[str, list[PromptRule]] = {}
    for row in active.only("title", "rule", "number", "severity", "category"):
        found.setdefault(row.category, []).append(
            PromptRule(row.title, row.ref, DOES[Severity(row.severity)])
        )
    return [PublicRule(value, label, found.get(value, [])) for value, label in Rule.choices]
