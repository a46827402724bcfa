"""The language of prompt rules, and the matcher: which rules does a text break, and with which words?

One clause a line. Words match whole words however they are disguised (folding.py, tokens.py):

    beheading | severed head*        one of these; * stands for any ending, <1-17> for a number
    naked & school                   both, anywhere in the text
    @minor ~6 @nude                  both, with at most six words between them, in either order
    @minor = child | kid | toddler*  a name for several, to be used above or below
    # a remark

There are no regular expressions in it, so no clause can take long: the work grows with the text and the rules.
Pure; services/policies.py gives it the rules that are live.
"""

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from generations import tokens
from generations.errors import FieldError, InvalidInput
from generations.tokens import Reading, Vocabulary

LINES_MAX, LINE_MAX = 2000, 4000
WORDS_MAX = 8  # of one phrase
GROUPS_MAX = 4  # of one clause
NEAR_MAX = 30
BEGINNING_LEAST = 3  # letters before a *
PHRASES_MAX = 20_000
NESTED_MAX = 5  # names within names
SPANS_MAX = 20
SHOWN = 30
_NAME = re.compile(r"@[a-z][a-z0-9_-]{0,39}")
_LINK = re.compile(r"\s+(&|~[0-9]{1,3})\s+")
_RANGE = re.compile(r"<([0-9]{1,3})-([0-9]{1,3})>")

Span = tuple[int, int]
Word = tuple[str, str | int, int]  # ("=", word, 0), ("*", beginning, 0) or ("#", least, most)
Phrase = tuple[Word, ...]


@dataclass(frozen=True, slots=True)
class Clause:
    """Groups of phrases, one of each of which must be there. `links[n]`: words at most between n and n + 1, or None."""

    groups: tuple[tuple[int, ...], ...]
    links: tuple[int | None, ...]
    line: int


@dataclass(frozen=True, slots=True)
class Rulebook:
    """One rule as written: its clauses, and phrases that are never held against anybody."""

    key: str
    clauses: str
    allowed: str = ""


@dataclass(frozen=True, slots=True)
class Match:
    """`spans`: places in the text of the words that break rule `key`. `line`: of its clause, the first is 1."""

    key: str
    spans: tuple[Span, ...]
    line: int


@dataclass(frozen=True, slots=True)
class _Rule:
    key: str
    clauses: tuple[Clause, ...]
    allowed: tuple[int, ...]


@dataclass(slots=True)
class _Phrases:
    """Every phrase of every rule once, by number."""

    numbers: dict[Phrase, int] = field(default_factory=dict)

    def number(self, phrase: Phrase) -> int:
        if len(self.numbers) >= PHRASES_MAX and phrase not in self.numbers:
            raise _wrong(0, f"The rules hold more than {PHRASES_MAX:,} phrases. Take some out.")
        return self.numbers.setdefault(phrase, len(self.numbers))


class Matcher:
    """Rules made ready. Raises InvalidInput naming `clauses` or `allowed` and the line that cannot be read."""

    def __init__(self, books: Iterable[Rulebook]) -> None:
        phrases = _Phrases()
        self._rules = [_read_book(book, phrases) for book in books]
        self._by_word: dict[str, list[int]] = defaultdict(list)
        self._by_beginning: dict[str, list[int]] = defaultdict(list)
        self._by_number: list[int] = []
        self._phrases = list(phrases.numbers)
        words = [word for phrase in self._phrases for word in phrase]
        for number, phrase in enumerate(self._phrases):
            self._enter(number, phrase[0])
        self._lengths = sorted({len(beginning) for beginning in self._by_beginning})
        self._vocabulary = Vocabulary.of(
            {str(text) for kind, text, _ in words if kind == "="},
            {str(text) for kind, text, _ in words if kind == "*"},
            has_numbers=any(kind == "#" for kind, _, _ in words),
        )

    def find(self, text: str) -> list[Match]:
        """At most one match a rule: of the first of its clauses that the text fulfils."""
        reading = tokens.read(text, self._vocabulary)
        there = self._there(reading)
        found = (_matched(rule, there, reading) for rule in self._rules) if there else ()
        return [each for each in found if each is not None]

    def _enter(self, number: int, first: Word) -> None:
        kind, text, _ = first
        if kind == "=":
            self._by_word[str(text)].append(number)
        elif kind == "*":
            self._by_beginning[str(text)].append(number)
        else:
            self._by_number.append(number)

    def _there(self, reading: Reading) -> dict[int, list[Span]]:
        """Every phrase that stands in the text, with the tokens that it goes over."""
        found: dict[int, list[Span]] = {}
        for place, readings in enumerate(reading.at):
            if not readings:
                continue
            for number in dict.fromkeys(each for word, _ in readings for each in self._begun(word)):
                for after in _ends(self._phrases[number], reading, place):
                    found.setdefault(number, []).append((place, after))
        return found

    def _begun(self, word: str) -> Iterator[int]:
        yield from self._by_word.get(word, ())
        for length in self._lengths:
            if length > len(word):
                break
            yield from self._by_beginning.get(word[:length], ())
        if word.isdecimal():
            yield from self._by_number


def check(clauses: str, allowed: str) -> None:
    """Raises InvalidInput where a rule cannot be read, or says nothing."""
    Matcher([Rulebook("", clauses, allowed)])
    if not any(_is_clause(line) for line in clauses.splitlines()):
        raise InvalidInput(
            [FieldError("clauses", "The rule has no clause yet. Write what it matches, one a line.")]
        )


# Matching


def _ends(phrase: Phrase, reading: Reading, place: int) -> list[int]:
    """Where the phrase may end, when it begins at `place`."""
    ends = {place}
    for word in phrase:
        ends = {
            at + width
            for at in ends
            if at < len(reading.at)
            for text, width in reading.at[at]
            if _fits(word, text)
        }
    return sorted(ends)


def _fits(word: Word, text: str) -> bool:
    kind, asked, most = word
    if kind == "=":
        return text == asked
    if kind == "*":
        return text.startswith(str(asked))
    return text.isdecimal() and int(asked) <= int(text) <= most


def _matched(rule: _Rule, there: dict[int, list[Span]], reading: Reading) -> Match | None:
    spared = [span for number in rule.allowed for span in there.get(number, ())]
    for clause in rule.clauses:
        spans = _fulfilled(clause, there, spared)
        if spans:
            told = dict.fromkeys(reading.span(*span) for span in spans[:SPANS_MAX])
            return Match(rule.key, tuple(sorted(told)), clause.line)
    return None


def _fulfilled(clause: Clause, there: dict[int, list[Span]], spared: Sequence[Span]) -> list[Span]:
    groups = []
    for group in clause.groups:
        spans = [span for number in group for span in there.get(number, ())]
        spans = [span for span in spans if not _within(span, spared)] if spared else spans
        if not spans:
            return []
        groups.append(sorted(set(spans)))
    if len(groups) == 1:
        return groups[0]
    return _joined(groups, clause.links)


def _within(span: Span, others: Sequence[Span]) -> bool:
    return any(first <= span[0] and span[1] <= after for first, after in others)


def _joined(groups: list[list[Span]], links: Sequence[int | None]) -> list[Span]:
    """A span of each group, as near to each other as the links ask; of chains the first that holds."""
    chains: list[tuple[Span, ...]] = [(span,) for span in groups[0]]
    for group, link in zip(groups[1:], links, strict=True):
        chains = _lengthened(chains, group, link)
        if not chains:
            return []
    return list(chains[0])


def _lengthened(
    chains: list[tuple[Span, ...]], group: list[Span], link: int | None
) -> list[tuple[Span, ...]]:
    """For each of `group` one chain that it may follow: the nearest on either side."""
    if link is None:
        return [(*chains[0], span) for span in group]
    chains = sorted(chains, key=lambda chain: chain[-1])
    starts = [chain[-1][0] for chain in chains]
    found = []
    for span in group:
        place = bisect_left(starts, span[0])
        near = chains[max(0, place - WORDS_MAX) : place + 1]
        fit = next((chain for chain in near if _gap(chain[-1], span) <= link), None)
        if fit is not None:
            found.append((*fit, span))
    return found


def _gap(one: Span, other: Span) -> int:
    """Words between them; 0 where they touch or overlap."""
    return max(0, other[0] - one[1], one[0] - other[1])


# Reading rules


def _read_book(book: Rulebook, phrases: _Phrases) -> _Rule:
    names = _names(book.clauses)
    clauses = [
        _clause(line, number, names, phrases)
        for number, line in _lines(book.clauses, "clauses")
        if _is_clause(line)
    ]
    nothing: dict[str, str] = {}
    allowed = [
        phrase
        for number, line in _lines(book.allowed, "allowed")
        for phrase in _group(line, number, nothing, phrases, at="allowed")
    ]
    return _Rule(book.key, tuple(clauses), tuple(allowed))


def _lines(text: str, at: str) -> list[tuple[int, str]]:
    lines = [(number, line.strip()) for number, line in enumerate(text.splitlines(), start=1)]
    kept = [(number, line) for number, line in lines if line and not line.startswith("#")]
    if len(kept) > LINES_MAX:
        raise _wrong(0, f"A rule holds at most {LINES_MAX:,} lines; this has {len(kept):,}.", at=at)
    long = next((number for number, line in kept if len(line) > LINE_MAX), None)
    if long is not None:
        raise _wrong(long, f"is longer than {LINE_MAX:,} characters. Divide it.", at=at)
    return kept


def _is_clause(line: str) -> bool:
    line = line.strip()
    return bool(line) and not line.startswith("#") and _definition(line) is None


def _definition(line: str) -> tuple[str, str] | None:
    name, equals, meaning = line.partition("=")
    return (name.strip().lower(), meaning) if equals and _NAME.fullmatch(name.strip().lower()) else None


def _names(text: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for number, line in _lines(text, "clauses"):
        defined = _definition(line)
        if defined is None:
            continue
        if defined[0] in found:
            raise _wrong(number, f"gives {defined[0]} a second meaning. Put both into one line.")
        found[defined[0]] = defined[1]
    return found


def _clause(line: str, number: int, names: dict[str, str], phrases: _Phrases) -> Clause:
    parts = _LINK.split(line)
    groups, signs = parts[::2], parts[1::2]
    if len(groups) > GROUPS_MAX:
        raise _wrong(number, f"joins {len(groups)} groups, and {GROUPS_MAX} is the most.")
    links = tuple(None if sign == "&" else int(sign[1:]) for sign in signs)
    if any(link is not None and link > NEAR_MAX for link in links):
        raise _wrong(number, f"looks further than {NEAR_MAX} words. Use & for anywhere.")
    found = [tuple(dict.fromkeys(_group(group, number, names, phrases))) for group in groups]
    return Clause(tuple(found), links, number)


def _group(
    text: str, number: int, names: dict[str, str], phrases: _Phrases, *, at: str = "clauses", depth: int = 0
) -> Iterator[int]:
    if depth > NESTED_MAX:
        raise _wrong(number, "uses names that go round in a circle, or too deep.", at=at)
    for each in map(str.strip, text.split("|")):
        if each.startswith("@"):
            meaning = names.get(each.lower())
            if meaning is None:
                raise _wrong(number, f"uses {each[:SHOWN]}, which no line gives a meaning.", at=at)
            yield from _group(meaning, number, names, phrases, at=at, depth=depth + 1)
        else:
            yield phrases.number(_phrase(each, number, at))


def _phrase(text: str, number: int, at: str) -> Phrase:
    words = tuple(word for part in text.split() for word in _words(part, number, at))
    if not words:
        raise _wrong(
            number, f"has nothing to match in '{text[:SHOWN]}'. Write words, with | between them.", at=at
        )
    if len(words) > WORDS_MAX:
        raise _wrong(number, f"has a phrase of {len(words)} words, and {WORDS_MAX} is the most.", at=at)
    return words


def _words(part: str, number: int, at: str) -> Iterator[Word]:
    range = _RANGE.fullmatch(part)
    if range:
        yield "#", int(range[1]), int(range[2])
        return
    has_ending = part.endswith("*")
    if set("*<>&~=@") & set(part.removesuffix("*")):
        raise _wrong(number, f"has a sign in '{part[:SHOWN]}' that stands in the wrong place.", at=at)
    plain = tokens.plain(part.removesuffix("*"))
    if has_ending and (not plain or len(plain[-1]) < BEGINNING_LEAST):
        raise _wrong(
            number, f"has fewer than {BEGINNING_LEAST} letters before the * in '{part[:SHOWN]}'.", at=at
        )
    for word in plain[:-1] if has_ending else plain:
        yield "=", word, 0
    if has_ending:
        yield "*", plain[-1], 0


def _wrong(number: int, sentence: str, *, at: str = "clauses") -> InvalidInput:
    return InvalidInput([FieldError(at, f"Line {number} {sentence}" if number else sentence)])
