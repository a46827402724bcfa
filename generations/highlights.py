"""Text with marked words, cut into pieces for a page. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Marked:
    """`term`: why it is marked, "" where it is not."""

    text: str
    term: str = ""


def pieces(text: str, spans: Iterable[dict[str, Any]]) -> list[Marked]:
    """`spans`: {"start", "end", "term"}; those that overlap or lie outside are cut to what makes sense."""
    found: list[Marked] = []
    at = 0
    for start, end, term in sorted(filter(None, (_read(span, len(text)) for span in spans))):
        start = max(start, at)
        if end <= start:
            continue
        if start > at:
            found.append(Marked(text[at:start]))
        found.append(Marked(text[start:end], term or "marked"))
        at = end
    return [*found, Marked(text[at:])] if at < len(text) else found


def _read(span: dict[str, Any], length: int) -> tuple[int, int, str] | None:
    start, end = span.get("start"), span.get("end")
    if not (isinstance(start, int) and isinstance(end, int)) or not 0 <= start < end:
        return None
    return start, min(end, length), str(span.get("term", ""))
