"""How grave a kind of breach is: for the order of the queue, the time to decide, and the strikes that it counts."""

GRAVE = {"child": 4, "intimate": 4, "violence": 2, "hate": 2, "deceit": 2}
QUEUES = {4: "urgent", 2: "serious", 1: "ordinary"}
DUE_HOURS = {4: 24, 2: 72, 1: 168}
DIVERTED = frozenset({"child"})  # for senior moderators alone, whoever or whatever says so


def severity_of(category: str) -> int:
    """1, 2 or 4; what is not known is ordinary."""
    return GRAVE.get(category, 1)
