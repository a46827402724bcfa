"""Template filters and tags of predictions: waits, places in the queue, times and what was read, in words."""

from collections.abc import Iterable
from typing import Any

from django import template

from generations.models import Output, Prediction, Status
from generations.queries import QUEUE_SHOWN, Snapshot, Tray, Wait
from generations.text import printed

register = template.Library()

ORDINALS = {1: "st", 2: "nd", 3: "rd"}
COLUMNS_MAX = 4
READINGS_MAX = 3
WORDS_MAX = 8  # named as unknown, or as unused


@register.filter
def place(wait: Wait) -> str:
    """ "Next in line", "2nd in line", "11th in line"; further back no more than that many."""
    if wait.position > QUEUE_SHOWN:
        return f"After {QUEUE_SHOWN:,} others"
    if wait.position < 2:
        return "Next in line" if wait.position else ""
    teen = wait.position % 100 in (11, 12, 13)
    return f"{wait.position:,}{'th' if teen else ORDINALS.get(wait.position % 10, 'th')} in line"


@register.filter
def interval(wait: Wait | None) -> str:
    """ "8–12 s", "under a minute"-style words for long ones: "2–4 min"; "" while nothing is known."""
    if wait is None or wait.low_s is None or wait.high_s is None:
        return ""
    unit, name = (1, "s") if wait.high_s < 90 else (60, "min") if wait.high_s < 5400 else (3600, "h")
    low, high = max(1, round(wait.low_s / unit)), max(1, round(wait.high_s / unit))
    return f"{low} {name}" if low == high else f"{low}–{high} {name}"


@register.filter
def time_left(wait: Wait | None) -> str:
    """The interval while it runs; "" for the last moment, where a number would only flicker."""
    return interval(wait) if wait is not None and (wait.high_s or 0) >= 2 else ""


@register.filter
def legible(text: str) -> str:
    """What a model wrote or printed, as a page may show it."""
    return printed(text)


@register.filter
def seconds(prediction: Prediction) -> str:
    """How long it took from its start: "1.9 s", "2 min 10 s"."""
    if prediction.started_at is None or prediction.completed_at is None:
        return ""
    took = (prediction.completed_at - prediction.started_at).total_seconds()
    if took < 60:
        return f"{took:.1f} s"
    return f"{int(took) // 60} min {int(took) % 60} s"


@register.filter
def trays(snapshot: Snapshot) -> list[Tray]:
    """All of them; of what was canceled before anything was finished one is enough."""
    is_bare = snapshot.prediction.shown_status == Status.CANCELED and not any(
        tray.output for tray in snapshot.trays
    )
    return snapshot.trays[:1] if is_bare else snapshot.trays


@register.filter
def columns(snapshot: Snapshot) -> int:
    """How many trays stand side by side on a wide page."""
    return max(1, min(COLUMNS_MAX, len(trays(snapshot))))


@register.filter
def seed_of(snapshot: Snapshot) -> int | None:
    """The seed that makes its first picture again."""
    first: Output | None = snapshot.trays[0].output if snapshot.trays else None
    return first.seed if first is not None and first.seed is not None else snapshot.prediction.seed


@register.filter
def reading(snapshot: Snapshot) -> dict[str, Any]:
    """How the model understood the prompt, alike outputs as one; {} for a model that says nothing.

    {"words": ["owl · night · 3d, flat"], "unsure": whether it was so once, "near": [two things that it does know],
    "unknown": [words for things that it does not know], "unused": [words that changed nothing]}
    """
    styles: dict[str, dict[str, None]] = {}
    for told in snapshot.read_as:
        styles.setdefault(_words(told), {})[str(told.get("style") or "")] = None
    words = [" · ".join(filter(None, [seen, ", ".join(filter(None, how))])) for seen, how in styles.items()]
    unknown = _distinct(told for read in snapshot.read_as for told in _listed(read, "unknown"))
    if not any(words) and not unknown:
        return {}
    unsure = [told for told in snapshot.read_as if told.get("unsure")]
    near = [str(each) for told in unsure[:1] for each in told.get("near") or []]
    return {
        "words": [each for each in words if each][:READINGS_MAX],
        "unsure": bool(unsure),
        "near": near[:2],
        "unknown": unknown[:WORDS_MAX],
        "unused": _distinct(told for read in snapshot.read_as for told in _listed(read, "unused"))[
            :WORDS_MAX
        ],
    }


def _distinct(words: Iterable[Any]) -> list[str]:
    return list(dict.fromkeys(map(str, words)))


def _words(told: dict[str, Any]) -> str:
    parts = [*_listed(told, "things"), *_listed(told, "traits"), told.get("place")]
    return " · ".join(str(part) for part in parts if part)


def _listed(told: dict[str, Any], name: str) -> list[Any]:
    found = told.get(name)
    return found if isinstance(found, list) else []
