"""Reads folded text as words, and each word in the ways that it may be written to hide it.

Pure; called by wording.py. The work grows with the length of the text and no faster: there is no backtracking.
"""

import re
from collections.abc import Iterator, Set
from dataclasses import dataclass

from generations.folding import DIVIDER, fold

Readings = list[tuple[str, int]]  # a word that may begin at a token, and over how many tokens it goes
JOINED_LEAST = 6  # letters of a word that is found in two halves
SPELT_LEAST, SPELT_MOST = 3, 24  # letters of one that is spelt out
NUMBER_DIGITS = 3
TOKENS_IN_A_WORD = 40  # between two blanks; the rest of a longer chain is read piece by piece
_CHUNK = re.compile(r"\S+")
_CJK = "\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff"
_TOKEN = re.compile(rf"[{_CJK}]|(?<![^\W_])[0-9]{{1,3}}(?=[^\W\d_])|[^\W_{_CJK}]+")
_NOT_LETTERS = re.compile(r"[\W_]+")
_REPEATED = re.compile(r"(.)\1{2,}")
_ENDS = ".,;:?()[]{}<>\"'*!-" + DIVIDER
_DIGITS = frozenset("01345789@$!|+")
_LEET = str.maketrans("01345789@$!|+", "oieastbgasiit")
_LEET_L = str.maketrans("01345789@$!|+", "oleastbgasllt")  # 1, ! and | pass for an l as well


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The words of all rules. `beginnings`: of words that may end in any way. `has_numbers`: some rule asks for one.

    `starts`: the first letters of all of them, by which most of a text is passed over.
    """

    words: frozenset[str]
    beginnings: tuple[str, ...]
    has_numbers: bool
    starts: frozenset[str]

    @classmethod
    def of(cls, words: Set[str], beginnings: Set[str], *, has_numbers: bool) -> "Vocabulary":
        starts = frozenset(each[:SPELT_LEAST] for each in (*words, *beginnings))
        return cls(frozenset(words), tuple(beginnings), has_numbers, starts)

    def has(self, word: str) -> bool:
        return (
            word in self.words
            or word.startswith(self.beginnings)
            or (self.has_numbers and len(word) <= NUMBER_DIGITS and word.isdecimal())
        )


@dataclass(frozen=True, slots=True)
class Token:
    """A word as it stands in the folded text."""

    text: str
    start: int
    end: int


@dataclass(slots=True)
class Reading:
    """A text as tokens. `at[n]`: the known words that may begin at token n."""

    tokens: list[Token]
    at: list[Readings]
    places: list[int] | None

    def span(self, first: int, after: int) -> tuple[int, int]:
        """From the first token to the one before `after`, as places in the text that was typed."""
        start, end = self.tokens[first].start, self.tokens[after - 1].end
        if self.places is None:
            return start, end
        return self.places[start], self.places[end - 1] + 1


def plain(text: str) -> list[str]:
    """The words of a term, as a text with it would have them."""
    return [token.text for token in _tokens(fold(text)[0])]


def read(text: str, vocabulary: Vocabulary) -> Reading:
    """Words that no rule asks for are passed over."""
    folded, places = fold(text)
    tokens: list[Token] = []
    at: list[Readings] = []
    known: dict[str, Readings] = {}
    for chunk in _CHUNK.finditer(folded):
        first = len(tokens)
        found = _of_chunk(chunk[0], chunk.start())
        tokens += found
        for token in found:
            if token.text not in known:
                known[token.text] = _own(token.text, vocabulary)
            at.append([*known[token.text]])
        if found and chunk[0] != found[0].text:
            _of_whole(chunk[0], found, at, first, vocabulary)
    _join_spelt(tokens, at, vocabulary)
    _join_halves(tokens, at, vocabulary)
    return Reading(tokens, at, places)


def _tokens(folded: str) -> list[Token]:
    return [Token(each[0], each.start(), each.end()) for each in _TOKEN.finditer(folded)]


def _of_chunk(chunk: str, start: int) -> list[Token]:
    if chunk.isalpha() and chunk.isascii():
        return [Token(chunk, start, start + len(chunk))]
    return [Token(each[0], start + each.start(), start + each.end()) for each in _TOKEN.finditer(chunk)]


def _own(word: str, vocabulary: Vocabulary) -> Readings:
    return [(each, 1) for each in dict.fromkeys(_spellings(word)) if vocabulary.has(each)]


def _of_whole(chunk: str, found: list[Token], at: list[Readings], first: int, vocabulary: Vocabulary) -> None:
    """What stands between two blanks, read as one word: ch-ild, n@ked, 1oli."""
    core = chunk.strip(_ENDS)
    if len(found) > TOKENS_IN_A_WORD or core == found[0].text:
        return
    for word in dict.fromkeys(_NOT_LETTERS.sub("", each) for each in (core, *_unleeted(core))):
        at[first] += [(each, len(found)) for each in _spellings(word) if vocabulary.has(each)]


def _spellings(word: str) -> Iterator[str]:
    """As it stands, without digits for letters, without letters that are drawn out."""
    yield word
    if word.isalpha() and not _REPEATED.search(word):
        return
    for each in (word, *_unleeted(word)):
        yield each
        if _REPEATED.search(each):
            yield _REPEATED.sub(r"\1", each)
            yield _REPEATED.sub(r"\1\1", each)


def _unleeted(word: str) -> tuple[str, ...]:
    if word.isalpha() or _DIGITS.isdisjoint(word) or not any(map(str.isalpha, word)):
        return ()
    return word.translate(_LEET), word.translate(_LEET_L)


def _join_spelt(tokens: list[Token], at: list[Readings], vocabulary: Vocabulary) -> None:
    """n a k e d, n.a.k.e.d"""
    place = 0
    while place < len(tokens):
        after = place
        while after < len(tokens) and len(tokens[after].text) == 1:
            after += 1
        if after - place >= SPELT_LEAST:
            letters = "".join(token.text for token in tokens[place:after])
            for way in dict.fromkeys((letters, *_unleeted(letters))):
                _spell(way, at, place, vocabulary)
        place = after + 1


def _spell(letters: str, at: list[Readings], offset: int, vocabulary: Vocabulary) -> None:
    for start in range(len(letters) - SPELT_LEAST + 1):
        if letters[start : start + SPELT_LEAST] not in vocabulary.starts:
            continue
        for end in range(start + SPELT_LEAST, min(len(letters), start + SPELT_MOST) + 1):
            if vocabulary.has(letters[start:end]):
                at[offset + start].append((letters[start:end], end - start))


def _join_halves(tokens: list[Token], at: list[Readings], vocabulary: Vocabulary) -> None:
    """na ked: only for longer words, of which no two others are the halves by chance."""
    for place in range(len(tokens) - 1):
        one, other = tokens[place].text, tokens[place + 1].text
        if len(one) + len(other) < JOINED_LEAST:
            continue
        word = one + other
        if word in vocabulary.words:
            at[place].append((word, 2))
