"""The pieces of which pages of shares, their cards, feeds, frames and frames of sockets are made."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from generations.models import Status
from generations.queries import Wait

SOMEONE = "someone"
NAMES = {
    "output": "A picture",
    "picture": "A picture",
    "prediction": "A picture",
    "album": "An album",
    "grid": "A grid of pictures",
}


@dataclass(frozen=True, slots=True)
class Picture:
    """One finished picture: the addresses of its files work only as long as its share does."""

    id: str
    width: int
    height: int
    placeholder: str
    is_sensitive: bool
    is_labelled: bool
    title: str  # its prompt, "" where that is hidden
    alt: str
    master: str
    small: str
    avif: str  # a srcset
    webp: str
    recipe: dict[str, Any]  # as far as it is shown

    @property
    def seed(self) -> int | None:
        return self.recipe.get("seed")


@dataclass(frozen=True, slots=True)
class Beginning:
    """A picture that another was made from, and how: "Started from"."""

    words: str
    url: str
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Place:
    """Where one picture of a prediction goes: empty, with its newest preview (a data URI), or with the picture.

    `is_withheld`: there is one, and it is not for whoever opens the link.
    """

    index: int
    picture: Picture | None = None
    preview: str = ""
    is_withheld: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """One row of a table: its heading ("" where it has none or hides it), and the places of each of its cells."""

    heading: str
    cells: list[list[Place]]


@dataclass(frozen=True, slots=True)
class Exhibit:
    """`title`: the prompt or the name of an album, "" where it is hidden. `by`: a name, or "someone".

    `handle`: of a public profile, or "". `model`: "" where there are several.
    """

    id: str
    token: str
    kind: str  # output, prediction, album, grid; "picture": one of several, shown alone
    title: str
    by: str
    handle: str
    model: str
    made_at: datetime
    is_public: bool
    strips_metadata: bool
    pictures: list[Picture]
    settings: list[tuple[str, str]]
    recipe: dict[str, Any]
    beginnings: list[Beginning] = field(default_factory=list)
    # While it develops
    status: str = Status.SUCCEEDED
    seq: int = 0
    step: int = 0
    steps: int = 0
    width: int = 0
    height: int = 0
    wait: Wait | None = None
    places: list[Place] = field(default_factory=list)
    # Of a grid
    headings: list[str] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    # Of an album
    next: str = ""  # given back as `after` for the pictures below

    @property
    def path(self) -> str:
        return f"/s/{self.token}/"

    @property
    def is_developing(self) -> bool:
        return self.status in (Status.STARTING, Status.PROCESSING)

    @property
    def is_sensitive(self) -> bool:
        return any(picture.is_sensitive for picture in self.pictures)

    @property
    def first(self) -> Picture | None:
        return self.pictures[0] if self.pictures else None

    @property
    def cover(self) -> Picture | None:
        """What may stand for it outside of its page: nothing that is sensitive."""
        return None if self.is_sensitive else self.first

    @property
    def seed(self) -> int | None:
        return self.recipe.get("seed")

    @property
    def name(self) -> str:
        """What to call it, also where the prompt is hidden."""
        return self.title or (f"{NAMES[self.kind]} by {self.by}" if self.by != SOMEONE else NAMES[self.kind])

    @property
    def is_wall(self) -> bool:
        """Pictures of one prompt, or a single one: shown as large as there is room."""
        return self.kind not in ("album", "grid")
