"""Which pictures a page of the gallery shows, and how the address says so: it is carried from page to page."""

from dataclasses import dataclass, field
from urllib.parse import urlencode

from django.http import HttpRequest, QueryDict
from django.urls import reverse
from django.utils import timezone

from generations.ids import is_id
from generations.queries import SORTS, Wanted
from generations.search import TEXT_MAX, Search, parse


@dataclass(frozen=True, slots=True)
class Chip:
    """One thing that is asked for; `href` leads to the same without it."""

    said: str
    href: str


@dataclass(frozen=True, slots=True)
class Shown:
    """A search, an order and, for the pictures of an album, the album."""

    search: Search = field(default_factory=Search)
    sort: str = "newest"
    album: str = ""

    @classmethod
    def of(cls, request: HttpRequest) -> "Shown":
        return cls.of_words(request.GET)

    @classmethod
    def of_words(cls, data: QueryDict) -> "Shown":
        """`favourites=1` is how addresses of old said it."""
        search = parse(data.get("q", "")[: TEXT_MAX + 1], today=timezone.localdate())
        search = search.with_("is:favourite") if data.get("favourites") == "1" else search
        sort, album = data.get("sort", ""), data.get("album", "")
        return cls(search, sort if sort in SORTS else "newest", album if is_id(album) else "")

    @property
    def wanted(self) -> Wanted:
        return Wanted(search=self.search, sort=self.sort, album=self.album)

    @property
    def words(self) -> dict[str, str]:
        found = {
            "q": str(self.search),
            "sort": self.sort if self.sort != "newest" else "",
            "album": self.album,
        }
        return {name: value for name, value in found.items() if value}

    @property
    def query(self) -> str:
        return f"?{urlencode(self.words)}" if self.words else ""

    @property
    def home(self) -> str:
        """The page that these pictures are on."""
        return reverse("album", args=[self.album]) if self.album else reverse("gallery") + self.query

    @property
    def is_all(self) -> bool:
        return not self.search.terms

    @property
    def has_favourites_only(self) -> bool:
        return any(str(term) == "is:favourite" for term in self.search.terms)

    @property
    def chips(self) -> list[Chip]:
        """Of the filters; the words stand in the search field."""
        return [Chip(term.said, self._at(self.search.without(term))) for term in self.search.filters]

    @property
    def with_favourites(self) -> str:
        return self._at(self.search.with_("is:favourite"))

    @property
    def sorts(self) -> list[tuple[str, bool]]:
        """The orders on offer, and which of them is the one."""
        return [(sort, sort == self.sort) for sort in SORTS]

    def _at(self, search: Search) -> str:
        return reverse("gallery") + Shown(search, self.sort).query
