"""What holds of a thing or a person: one number, a bit for each effect, the graver the higher.

So `standing < HIDE` in a query means that nothing from there upwards holds, and the highest bit is the strongest.
"""

LABEL, BLUR, UNLIST, AGE_GATE, HOLD, REVOKE_LINKS, HIDE, REMOVE = (1 << bit for bit in range(8))
LIMIT, MUTE, SUSPEND, TERMINATE = (1 << bit for bit in range(4))  # of a person

OF_THINGS = {
    "label": LABEL,
    "blur": BLUR,
    "unlist": UNLIST,
    "age_gate": AGE_GATE,
    "hold": HOLD,
    "revoke_links": REVOKE_LINKS,
    "hide": HIDE,
    "remove": REMOVE,
}
OF_PEOPLE = {"limit": LIMIT, "mute": MUTE, "suspend": SUSPEND, "terminate": TERMINATE}
VEILED = BLUR | AGE_GATE  # shown to those who ask for it


def bit_of(kind: str) -> int:
    """The effect of a kind of action; 0 for one that has none on its subject."""
    return OF_THINGS.get(kind) or OF_PEOPLE.get(kind, 0)


def strongest(standing: int, names: dict[str, int]) -> str:
    """The gravest of what holds, "" when nothing does."""
    return max((bit, name) for name, bit in {"": 0, **names}.items() if not bit or standing & bit)[1]
