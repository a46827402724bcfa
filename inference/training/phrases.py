"""One thing as people name it: by a name, by a narrower word, by a description, by what it makes them think of.

With how many, of which size, of which colour. The answer is a `Named`.
"""

from __future__ import annotations

import random
import re
from dataclasses import dataclass, field

from inference.runners.picto.colours import NAMED, PLAIN
from inference.runners.picto.scene import RGB
from inference.training import wordings
from inference.training.said import IGNORED, THING, UNUSED, USED, Said, framed, plural, with_article
from inference.training.words import Words

SENTENCE_MAX = 16  # words
HUES = [name for name in PLAIN if name not in {"beige"}]
COLOUR_WORDS = re.compile(rf"\b({'|'.join(sorted(NAMED, key=len, reverse=True))}|blueberries|orange)\b")
SYLLABLES = [
    "bla", "gru", "zon", "fli", "tra", "mek", "plo", "dri", "vux", "ska", "ren", "opo", "tiv", "qua", "zel",
    "mup", "wob", "yar", "nix", "jor", "thra", "squi", "glo", "fer",
]  # fmt: skip


@dataclass(slots=True)
class Named:
    """A thing of a caption. `numbers`: the right answers, all alike; none: it is in no list. `said`: its words."""

    numbers: list[int]
    count: int = 1
    size: int = 0
    colour: RGB | None = None
    said: list[str] = field(default_factory=list)


def phrase(dice: random.Random, lexicon: Words, *, number: int, manner: str, slot: int) -> tuple[Said, Named]:
    """`manner`: a key of captions.SHARES; where the thing has no such words, its name."""
    role = THING + slot
    thing = lexicon.things[number]
    if manner == "unknown":
        return _noun(dice, _unknown(dice, lexicon), Named([]), role=role, lexicon=lexicon)
    if manner == "shared":
        word = dice.choice(list(lexicon.shared))
        return _noun(dice, word, Named(lexicon.shared[word]), role=role, lexicon=lexicon)
    if manner == "sentence" and thing.sentences:
        return [(_described(dice, dice.choice(thing.sentences)), role)], Named([number])
    if manner == "kind_sentence" and thing.kind_sentences:
        return [(_described(dice, dice.choice(thing.kind_sentences)), role)], Named([number])
    if manner == "bag" and len(thing.keywords) > 2:
        return [(_bag(dice, thing.keywords), role)], Named([number])
    if manner == "kind" and thing.kinds:
        return _noun(dice, dice.choice(thing.kinds), Named([number]), role=role, lexicon=lexicon)
    name = thing.names[0] if dice.random() < 0.45 else dice.choice(thing.names)
    return _noun(dice, name, Named([number]), role=role, lexicon=lexicon)


def _noun(dice: random.Random, noun: str, named: Named, *, role: int, lexicon: Words) -> tuple[Said, Named]:
    """The noun with how many, which size, which colour and words that say nothing."""
    before: Said = []
    named.said = [noun]
    if dice.random() < 0.2 and not noun.endswith("s"):
        named.count = dice.choices([1, 2, 3, 4, 5], [6, 30, 26, 20, 18])[0]
        count = dice.choice(wordings.COUNTS[named.count - 1])
        noun = plural(noun) if named.count > 1 else noun
    if dice.random() < 0.13:
        named.size = dice.choice([1, 2])
        before.append((dice.choice(wordings.SIZES[named.size]), USED))
    if dice.random() < 0.16:
        before.insert(dice.randrange(len(before) + 1), (dice.choice(wordings.ADJECTIVES), UNUSED))
    if dice.random() < 0.2 and (colour := _colour(dice, named.said[0], lexicon)):
        named.colour = NAMED[colour]
        before.append((colour, USED))
    said = [*before, (noun, role)]
    if "count" in locals():
        said = [(count, USED), *said]
    elif dice.random() < 0.62:
        said = _article(said)
    if named.size == 0 and dice.random() < 0.03:
        named.size = dice.choice([1, 2])
        said = framed(dice.choice(wordings.SIZE_FRAMES[named.size]), USED, thing=said)
    return said, named


def _colour(dice: random.Random, noun: str, lexicon: Words) -> str | None:
    """A colour for it; none where the name holds one already, or the two together are another thing ("green book")."""
    if COLOUR_WORDS.search(noun):
        return None
    colour = dice.choice(HUES) if dice.random() < 0.6 else dice.choice(list(NAMED))
    return None if f"{colour} {noun}" in _all_names(lexicon) else colour


def _all_names(lexicon: Words) -> set[str]:
    if not _NAMES:
        _NAMES.update(name for thing in lexicon.things for name in thing.names)
    return _NAMES


_NAMES: set[str] = set()


def _article(said: Said) -> Said:
    first, role = said[0]
    whole = " ".join(text for text, _ in said)
    article = with_article(whole)
    return (
        [(article[: len(article) - len(whole)].strip(), IGNORED), (first, role), *said[1:]]
        if article != whole
        else said
    )


def _unknown(dice: random.Random, lexicon: Words) -> str:
    """A noun of no thing, and now and then no word at all."""
    if dice.random() < 0.1:
        return "".join(dice.choices(SYLLABLES, k=dice.choice([2, 3, 3])))
    if dice.random() < 0.04:
        return "".join(dice.choices("abcdefghijklmnopqrstuvwxyz", k=dice.randrange(4, 9)))
    return dice.choice(lexicon.unknown)


def _described(dice: random.Random, sentence: str) -> str:
    """A description as somebody else might give it: a part of it, shortened, a word or two lost."""
    parts = [part.strip() for part in sentence.split(";") if len(part.split()) > 2] or [sentence]
    text = parts[0] if dice.random() < 0.7 else dice.choice(parts)
    tokens = text.split()
    if len(tokens) > 6 and dice.random() < 0.35:
        tokens = tokens[: dice.randrange(5, len(tokens))]
    if len(tokens) > SENTENCE_MAX:
        tokens = tokens[:SENTENCE_MAX]
    if len(tokens) > 4 and dice.random() < 0.3:
        del tokens[dice.randrange(1, len(tokens))]
    text = " ".join(tokens)
    text = with_article(text) if dice.random() < 0.6 else re.sub(r"^(an?|the) ", "", text)
    return dice.choice(wordings.LEADS).replace("{thing}", text)


def _bag(dice: random.Random, keywords: list[str]) -> str:
    """A few of the words that it makes one think of."""
    picked = dice.sample(keywords, min(len(keywords), dice.choice([2, 3, 3, 4])))
    return dice.choice([" ", ", ", " "]).join(picked)
