"""A stretch of a long list."""

from dataclasses import dataclass
from typing import Generic, TypeVar

Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class Page(Generic[Row]):
    """A stretch of a long list; `next` is given back as `after`."""

    items: list[Row]
    next: str | None
