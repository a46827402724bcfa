"""What a person types to find pictures, read: words, phrases and filters, and a sentence for what was not understood.

    cat "red hat" model:picto seed:42 before:2026-01-01 tag:"summer trip" rating:4+ is:favourite -dog

Nothing is refused: what is no filter is searched as words, what makes no sense is left out and said. Plain Python:
whose tags and models they are is asked in queries.
"""

import re
import string
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta

WORDS_MAX = 20
TEXT_MAX = 500
SEED_MAX = 2**63 - 1

TERM = re.compile(r"""(-?)(?:([^\W\d_]+):)?(?:"([^"]*)"?|(\S+))""")
RATING = re.compile(r"([><]?=?)([0-5])(\+?)")
FRAME = re.compile(r"(\d{1,5})[x×*](\d{1,5})", re.IGNORECASE)
DATE = re.compile(r"(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?")

SHAPES = ("wide", "tall", "square")
FLAGS = {
    "favourite": "favourites",
    "rated": "rated",
    "shared": "shared",
    "tagged": "tagged",
    "placed": "in an album",
}
SYNONYMS = {
    "favorite": "favourite",
    "favourites": "favourite",
    "favorites": "favourite",
    "since": "after",
    "until": "before",
    "date": "on",
    "tags": "tag",
    "in": "album",
    "stars": "rating",
    "landscape": "wide",
    "portrait": "tall",
    "has": "is",
}


@dataclass(frozen=True, slots=True)
class Term:
    """One thing asked for. `kind`: word, phrase, or the name of a filter; `said` is it as a person would say it."""

    kind: str
    value: str
    said: str
    is_not: bool = False
    low: int | None = None  # of rating: the bounds; of size: width and height
    high: int | None = None
    since: date | None = None  # of dates: from the start of `since` to before the start of `until`
    until: date | None = None

    def __str__(self) -> str:
        """As it is typed."""
        minus = "-" if self.is_not else ""
        plain = f'"{self.value}"' if self.kind == "phrase" or re.search(r'[\s"]', self.value) else self.value
        return minus + (plain if self.kind in ("word", "phrase") else f"{self.kind}:{plain}")


@dataclass(frozen=True, slots=True)
class Search:
    """`sentences`: what was not understood, for the person who typed it."""

    terms: tuple[Term, ...] = ()
    sentences: tuple[str, ...] = field(default=())

    def __str__(self) -> str:
        return " ".join(map(str, self.terms))

    def without(self, term: Term) -> "Search":
        return Search(tuple(each for each in self.terms if each != term))

    def with_(self, text: str) -> "Search":
        """One more term, as typed; nothing when it is there already."""
        more = tuple(term for term in parse(text).terms if term not in self.terms)
        return Search(self.terms + more)

    @property
    def words(self) -> tuple[Term, ...]:
        return tuple(term for term in self.terms if term.kind in ("word", "phrase"))

    @property
    def filters(self) -> tuple[Term, ...]:
        return tuple(term for term in self.terms if term.kind not in ("word", "phrase"))


class NotUnderstood(ValueError):
    """Its text is the sentence for the person."""


def parse(text: str, *, today: date | None = None) -> Search:
    """Never fails. `today`: what "today" and "yesterday" mean."""
    text = " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())
    sentences = [f"That is long: only the first {TEXT_MAX} characters were read."] * (len(text) > TEXT_MAX)
    terms: list[Term] = []
    for minus, key, phrase, word in TERM.findall(text[:TEXT_MAX]):
        try:
            term, sentence = _read(bool(minus), key.lower(), phrase, word, today or date.today())
        except NotUnderstood as error:
            term, sentence = None, str(error)
        if term is not None and len(terms) == WORDS_MAX:
            sentences.append(f"Only the first {WORDS_MAX} words were searched.")
            break
        terms += [term] if term is not None and term not in terms else []
        sentences += [sentence] if sentence else []
    return Search(tuple(terms), tuple(dict.fromkeys(sentences)))


def _read(is_not: bool, key: str, phrase: str, word: str, today: date) -> tuple[Term | None, str]:
    """One piece of the text: what it asks for, if anything, and a sentence when that may not be what was meant."""
    if not key and '"' in word:  # a stray quote: what stands around it is one piece, and no filter
        phrase, word = word, ""
    name, value = SYNONYMS.get(key, key), (phrase or word).replace('"', "").strip()
    if not key and word.endswith(":") and SYNONYMS.get(word[:-1].lower(), word[:-1].lower()) in READERS:
        raise NotUnderstood(f"Nothing stands after “{_short(word)}”, so it was left out.")
    if not value.strip(string.punctuation):
        return None, ""
    if name in READERS:
        return READERS[name](name, value, is_not, today), ""
    if not key:
        return _text("phrase" if phrase else "word", value, is_not), ""
    whole = f"{key}:{value}"
    said = f"“{_short(key)}:” is no filter here, so “{_short(whole)}” was searched as words."
    return _text("phrase" if phrase else "word", whole, is_not), said


def _text(kind: str, value: str, is_not: bool) -> Term:
    shown = f"“{value}”" if kind == "phrase" else value
    return Term(kind, value, f"not {shown}" if is_not else shown, is_not)


def _named(key: str, value: str, is_not: bool, today: date) -> Term:
    said = {"tag": f"tagged {value}", "album": f"in {value}", "model": f"made by {value}"}[key]
    return Term(key, value, f"not {said}" if is_not else said, is_not)


def _seed(key: str, value: str, is_not: bool, today: date) -> Term:
    if not (value.isascii() and value.isdecimal()) or int(value[:20]) > SEED_MAX:
        raise NotUnderstood(f"A seed is a whole number, so “seed:{_short(value)}” was left out.")
    return Term(key, str(int(value)), f"{'not ' if is_not else ''}seed {int(value)}", is_not)


def _rating(key: str, value: str, is_not: bool, today: date) -> Term:
    found = RATING.fullmatch(value)
    if not found or (found[1] and found[3]):
        raise NotUnderstood(
            f"A rating goes from 0 to 5, as in rating:4 or rating:3+, so “rating:{_short(value)}” was left out."
        )
    sign, stars = found[1], int(found[2])
    low = {"": stars, "=": stars, ">": stars + 1, ">=": stars}.get(sign, 0)
    high = {"": stars, "=": stars, "<": stars - 1, "<=": stars}.get(sign, 5)
    high = 5 if found[3] else high
    if low > high:
        raise NotUnderstood(f"No rating is {sign}{stars}, so “rating:{value}” was left out.")
    said = (
        f"rated {low}" if low == high else f"rated {low} or more" if high == 5 else f"rated {low} to {high}"
    )
    return Term(key, value, f"not {said}" if is_not else said, is_not, low=low, high=high)


def _size(key: str, value: str, is_not: bool, today: date) -> Term:
    shape = SYNONYMS.get(value.lower(), value.lower())
    if shape in SHAPES:
        return Term(key, shape, f"{'not ' if is_not else ''}{shape}", is_not)
    found = FRAME.fullmatch(value)
    if not found:
        raise NotUnderstood(
            f"A size is 512x768, wide, tall or square, so “size:{_short(value)}” was left out."
        )
    width, height = int(found[1]), int(found[2])
    said = f"{'not ' if is_not else ''}{width} × {height}"
    return Term(key, f"{width}x{height}", said, is_not, low=width, high=height)


def _flag(key: str, value: str, is_not: bool, today: date) -> Term:
    flag = SYNONYMS.get(value.lower(), value.lower())
    if flag not in FLAGS:
        known = ", ".join(f"is:{each}" for each in FLAGS)
        raise NotUnderstood(f"“is:{_short(value)}” is not known, so it was left out. Known are {known}.")
    return Term(key, flag, f"not {FLAGS[flag]}" if is_not else FLAGS[flag], is_not)


def _date(key: str, value: str, is_not: bool, today: date) -> Term:
    since, until = _span(value, today)
    spoken = value if value[:1].isdecimal() else value.lower()
    said = {"before": f"before {spoken}", "after": f"from {spoken} on", "on": f"on {spoken}"}[key]
    return Term(
        key,
        value,
        f"not {said}" if is_not else said,
        is_not,
        since=None if key == "before" else since,
        until={"before": since, "after": None, "on": until}[key],
    )


def _span(value: str, today: date) -> tuple[date, date]:
    """The first day of a day, month or year, and the first day after it."""
    spoken = {"today": today, "yesterday": today - timedelta(days=1)}.get(value.lower())
    if spoken is not None:
        return spoken, spoken + timedelta(days=1)
    found = DATE.fullmatch(value)
    try:
        if found is None:
            raise ValueError
        year, month, day = int(found[1]), int(found[2] or 1), int(found[3] or 1)
        first = date(year, month, day)
        if found[3]:
            return first, first + timedelta(days=1)
        return first, date(year + (month == 12), month % 12 + 1, 1) if found[2] else date(year + 1, 1, 1)
    except (ValueError, OverflowError):
        raise NotUnderstood(
            f"A date looks like 2026-01-31, 2026-01 or today, so “{_short(value)}” was left out."
        ) from None


def _short(value: str) -> str:
    return value if len(value) <= 40 else f"{value[:39]}…"


READERS: dict[str, Callable[[str, str, bool, date], Term]] = {
    "tag": _named,
    "album": _named,
    "model": _named,
    "seed": _seed,
    "rating": _rating,
    "size": _size,
    "is": _flag,
    "before": _date,
    "after": _date,
    "on": _date,
}
