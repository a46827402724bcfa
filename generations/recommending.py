"""What the desk recommends: a place to start from, never a decision. Pure."""

BY_CATEGORY = {
    "child": "divert",
    "intimate": "remove",
    "violence": "remove",
    "hate": "remove",
    "deceit": "label",
    "rights": "hide",
    "unmarked": "blur",
    "sexual": "blur",
    "spam": "unlist",
}
RUNGS = ((8.0, "terminate"), (6.0, "suspend"), (4.0, "mute"), (2.0, "limit"))

# One key for each of the five that are used most
KEYS_OF_THINGS = ("keep", "blur", "age_gate", "unlist", "remove")
KEYS_OF_PEOPLE = ("keep", "warn", "limit", "mute", "suspend")
MORE_OF_THINGS = ("label", "hold", "revoke_links", "hide", "warn")
SEVERE_OF_THINGS, SEVERE_OF_PEOPLE = ("block_hash", "divert"), ("terminate",)


def outcome_for(category: str, *, is_person: bool, points: float) -> str:
    """By the rule that is said to be broken; for a person by what counts against them."""
    if is_person:
        return next((outcome for least, outcome in RUNGS if points >= least), "warn")
    return BY_CATEGORY.get(category, "hide")


def offered(*, is_person: bool, is_senior: bool) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The outcomes with a key, and the others."""
    if is_person:
        return KEYS_OF_PEOPLE, SEVERE_OF_PEOPLE if is_senior else ()
    return KEYS_OF_THINGS, MORE_OF_THINGS + (SEVERE_OF_THINGS if is_senior else ())
