"""A draft of a rule tried on texts before it acts: which of them would be treated otherwise than now?

Lines that begin with + should be matched, and those with - should not: of them it is counted how many are right.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from generations import queries
from generations.models import PolicyState, PolicyVersion
from generations.wording import Matcher, Rulebook, Span

PASS = "pass"  # noqa: S105 - what becomes of a text that no rule minds
LINES_MAX, LINE_MAX = 2000, 4000
FLIPS_SHOWN = 200


@dataclass(frozen=True, slots=True)
class Flip:
    """A text that is treated otherwise. `before`, `after`: a Severity, or "pass"."""

    text: str
    before: str
    after: str
    spans: tuple[Span, ...]

    @property
    def pieces(self) -> list[tuple[str, bool]]:
        """The text in pieces, and whether a piece is what the new version finds."""
        found, at = [], 0
        for start, end in self.spans:
            found += [(self.text[at:start], False), (self.text[max(at, start) : end], True)]
            at = max(at, end)
        return [piece for piece in [*found, (self.text[at:], False)] if piece[0]]


@dataclass(frozen=True, slots=True)
class Trial:
    """`wrong`: lines that are treated otherwise than they say they should be."""

    total: int
    matched: int
    flips: list[Flip]
    labelled: int
    right_matches: int  # of the labelled ones
    matches: int
    wanted: int
    wrong: list[str]

    @property
    def precision(self) -> float | None:
        return self.right_matches / self.matches if self.matches else None

    @property
    def recall(self) -> float | None:
        return self.right_matches / self.wanted if self.wanted else None


def run(version: PolicyVersion, *, lines: str = "", with_shared: bool = True) -> Trial:
    """On lines that were pasted, and on the newest prompts of what is shared or reported. Raises InvalidInput."""
    typed = [line.strip()[:LINE_MAX] for line in lines.splitlines() if line.strip()][:LINES_MAX]
    shared = queries.prompts_shared(limit=LINES_MAX) if with_shared else []
    texts = [(line.lstrip("+-").strip(), line[0] if line[0] in "+-" else "") for line in typed]
    texts += [(text, "") for text in shared]
    return _tried(version, texts)


def _tried(version: PolicyVersion, texts: Iterable[tuple[str, str]]) -> Trial:
    active = PolicyVersion.objects.filter(rule=version.rule, state=PolicyState.ACTIVE).first()
    now = _matcher(active) if active is not None and active.pk != version.pk else None
    then = _matcher(version)
    flips: list[Flip] = []
    wrong: list[str] = []
    total = matched = labelled = right = matches = wanted = 0
    for text, label in texts:
        found = then.find(text)
        before = str(active.severity) if now is not None and active is not None and now.find(text) else PASS
        after = str(version.severity) if found else PASS
        total, matched = total + 1, matched + bool(found)
        if before != after:
            flips.append(Flip(text, before, after, found[0].spans if found else ()))
        if label:
            labelled, wanted = labelled + 1, wanted + (label == "+")
            matches, right = matches + bool(found), right + (bool(found) and label == "+")
            wrong += [] if bool(found) == (label == "+") else [f"{label} {text}"]
    return Trial(total, matched, flips[:FLIPS_SHOWN], labelled, right, matches, wanted, wrong[:FLIPS_SHOWN])


def _matcher(version: PolicyVersion) -> Matcher:
    return Matcher([Rulebook(version.pk, version.clauses, version.allowed)])
