"""Which words mean which thing: by hand (lexicon.txt), from WordNet, and from the keywords of the emoji.

Writes text/words.json, see `Words`. A word that means one thing is a name of it; a word that fits several ("fruit")
is shared, and any of them is a right answer; a noun that is far from all of them teaches the reader to say that it
does not know.
"""

from __future__ import annotations

import json
import random
import re
from collections import defaultdict
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from inference.runners.picto.colours import NAMED
from inference.training import kept_back, wordnet
from inference.training.progress import say
from inference.training.wordnet import Nouns, Synset

LEXICON = Path(__file__).with_name("lexicon.txt")
SHARED_MAX = 16  # things: a word that fits more says too little
KINDS_MAX = 24  # of a thing: WordNet has 190 sorts of dog
UNKNOWN_MAX = 900  # a field of WordNet: beyond it there is only more of the same
FIELDS = {  # where WordNet keeps what a group of the emoji shows, the likeliest first
    "Animals & Nature": ("animal", "plant"),
    "Food & Drink": ("food", "plant", "artifact"),
    "Travel & Places": ("artifact", "object", "phenomenon", "location"),
    "Activities": ("artifact", "event", "act"),
    "Objects": ("artifact", "communication", "object", "possession"),
    "People & Body": ("person", "body"),
    "Smileys & Emotion": ("person", "body"),
}
UNKNOWN_FIELDS = {
    "artifact", "person", "location", "cognition", "act", "state", "event", "feeling", "attribute",
    "communication", "group", "process", "relation", "substance", "time", "animal", "plant", "food",
}  # fmt: skip
TWINS = {"houses", "musical notes", "bubbles", "books"}  # whose singular is another thing
PICTORIAL = {"skull", "ogre", "goblin", "ghost", "alien", "robot"}  # the smileys that WordNet knows too
EMPTY = {  # keywords that fit too much
    "small", "big", "large", "left", "right", "top", "dark", "light", "one", "two", "three", "four", "zero",
    "hundred", "nice", "good", "bad",
}  # fmt: skip


@dataclass(slots=True)
class ThingWords:
    """`names` mean the thing for sure, its own name first. `kinds`: narrower words ("beagle"). `sentences` describe it,
    `kind_sentences` its kinds. `keywords`: what it makes one think of."""

    name: str
    group: str
    names: list[str] = field(default_factory=list)
    kinds: list[str] = field(default_factory=list)
    sentences: list[str] = field(default_factory=list)
    kind_sentences: list[str] = field(default_factory=list)
    keywords: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Words:
    """`things` in the order of their numbers; `shared`: word → the things that it fits; `unknown`: far nouns."""

    things: list[ThingWords]
    shared: dict[str, list[int]]
    unknown: list[str]


def run(*, folder: Path, minutes: float = 0) -> None:
    """Write text/words.json from drawings/things.json. Raises wordnet.MissingError."""
    target = folder / "text" / "words.json"
    if target.is_file():
        return
    things = json.loads((folder / "drawings" / "things.json").read_text(encoding="utf-8"))
    words = gather(things, nouns=wordnet.read())
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(json.dumps(asdict(words), ensure_ascii=False, indent=0), encoding="utf-8")
    counted = sum(len(each.names) + len(each.kinds) for each in words.things)
    say("words", f"{counted:,} names", f"{len(words.shared):,} shared", f"{len(words.unknown):,} unknown")


def load(folder: Path) -> Words:
    """What `run` wrote."""
    held = json.loads((folder / "text" / "words.json").read_text(encoding="utf-8"))
    return Words(
        things=[ThingWords(**each) for each in held["things"]],
        shared=held["shared"],
        unknown=held["unknown"],
    )


def gather(things: list[dict[str, Any]], *, nouns: Nouns) -> Words:
    """`things`: as in things.json."""
    by_hand = lexicon(LEXICON.read_text(encoding="utf-8"))
    found = [ThingWords(name=each["name"], group=each["group"], names=[each["name"]]) for each in things]
    taken = {each.name for each in found}
    for each in found:
        also, sentences = by_hand.get(each.name, ([], []))
        each.names += _claim([*also, *_shorter(each)], taken=taken)
        each.sentences += sentences
    meanings = _meanings(found, nouns=nouns)
    for number, meaning in meanings.items():
        _teach(found[number], meaning, nouns=nouns, others=set(map(_number, meanings.values())), taken=taken)
    shared = _keywords(found, [each["keywords"] for each in things], taken=taken)
    back = kept_back.read()
    for each in found:
        each.sentences = [text for text in each.sentences if not back.is_near(text)]
        each.kind_sentences = [text for text in each.kind_sentences if not back.is_near(text)]
    unknown = _far(nouns, near={meaning.number for meaning in meanings.values()}, taken=taken | set(shared))
    return Words(things=found, shared=shared, unknown=[w for w in unknown if w not in back.unknown_words])


def lexicon(text: str) -> dict[str, tuple[list[str], list[str]]]:
    """Name → its other names and its descriptions, as lexicon.txt has them."""
    entries = {}
    for line in text.splitlines():
        if line.startswith("#"):
            continue
        name, _, rest = line.partition(":")
        first, *others = (part.strip() for part in rest.split(";"))
        said = [part.strip() for part in first.split(",")]
        # what is longer than a name is a description, wherever it stands
        sentences = others + [part for part in said if len(part.split()) > 4]
        entries[name] = ([part for part in said if len(part.split()) <= 4], sentences)
    return entries


def _number(meaning: Synset) -> str:
    return meaning.number


def _claim(words: list[str], *, taken: set[str]) -> list[str]:
    """Those that no other thing has yet; from now on they are taken."""
    fresh = [word for word in dict.fromkeys(words) if word and word not in taken]
    taken.update(fresh)
    return fresh


def _shorter(thing: ThingWords) -> list[str]:
    """A smiley may be called one, and do without "face"."""
    if thing.group != "Smileys & Emotion":
        return []
    bare = re.sub(r" face$", "", re.sub(r"^face with ", "", thing.name))
    if bare == thing.name:
        return []
    return [
        f"{bare} smiley",
        f"{bare} emoji",
        f"smiley with {bare}" if "with" in thing.name else f"{bare} emoticon",
    ]


def _meanings(things: list[ThingWords], *, nouns: Nouns) -> dict[int, Synset]:
    """Thing → its synset, where WordNet has one that no earlier thing took."""
    found: dict[int, Synset] = {}
    numbers: set[str] = set()
    for number, thing in enumerate(things):
        if thing.group == "Smileys & Emotion" and thing.name not in PICTORIAL:
            continue
        meaning = _meaning(thing, nouns=nouns)
        if meaning and meaning.number not in numbers:
            found[number] = meaning
            numbers.add(meaning.number)
    return found


def _meaning(thing: ThingWords, *, nouns: Nouns) -> Synset | None:
    """The most usual one of the likeliest field, by its name or, failing that, by its first other name."""
    for name in thing.names[:2]:
        plain = re.sub(r"^(?:red|open) ", "", name)
        for spelt in (plain, plain.removesuffix("s")) if thing.name not in TWINS else (plain,):
            for area in FIELDS[thing.group]:
                if meaning := nouns.find(spelt, fields={area}):
                    return meaning
    return None


def _teach(thing: ThingWords, meaning: Synset, *, nouns: Nouns, others: set[str], taken: set[str]) -> None:
    """WordNet's own words for a thing, its kinds and its gloss."""
    thing.names += _claim([word for word in meaning.words if _is_plain(word)], taken=taken)
    thing.sentences += _glosses([meaning])
    below = nouns.under(meaning.number, but=others - {meaning.number})
    kinds = [kind for kind in below if not kind.is_instance]
    words = [
        word
        for kind in kinds
        for word in kind.words
        if nouns.senses.get(word.lower(), ("",))[0] == kind.number
    ]
    thing.kinds += _claim([word for word in words if _is_plain(word)][:KINDS_MAX], taken=taken)
    thing.kind_sentences += _glosses(kinds[:KINDS_MAX])
    thing.keywords += [word for above in nouns.above(meaning.number, levels=2) for word in above.words[:1]]


def _is_plain(word: str) -> bool:
    """No Latin and no proper name: those are written with a capital."""
    return word == word.lower() and len(word.split()) <= 3 and len(word) > 2


def _glosses(synsets: list[Synset]) -> list[str]:
    return [each.gloss for each in synsets if 3 <= len(each.gloss.split()) <= 32]


def _keywords(things: list[ThingWords], tags: list[list[str]], *, taken: set[str]) -> dict[str, list[int]]:
    """Each thing's keywords; returns those that no thing has for a name, with the things that they fit."""
    owners: dict[str, list[int]] = defaultdict(list)
    for number, (thing, mine) in enumerate(zip(things, tags, strict=True)):
        plain = {
            tag.lower()
            for tag in mine
            if len(tag) > 2 and tag.lower() not in EMPTY and tag.lower() not in NAMED
        }
        thing.keywords = sorted(plain | set(thing.keywords))
        for word in plain - taken:
            owners[word].append(number)
    return {word: numbers for word, numbers in sorted(owners.items()) if len(numbers) <= SHARED_MAX}


def _far(nouns: Nouns, *, near: set[str], taken: set[str]) -> list[str]:
    """Nouns that stand below no thing, a few hundred of each field of WordNet, names of people and towns among them."""
    near = set(near)
    for number in list(near):
        near.update(each.number for each in nouns.under(number, but=set()))
    known = {part for word in taken for part in word.split()}
    by_field: dict[tuple[str, bool], list[str]] = defaultdict(list)
    for synset in nouns.synsets.values():
        word = synset.words[0]
        if synset.number in near or synset.field not in UNKNOWN_FIELDS or len(word.split()) > 3:
            continue
        if nouns.senses.get(word.lower(), ("",))[0] != synset.number or set(word.lower().split()) & known:
            continue
        by_field[synset.field, synset.is_instance].append(word)
    dice = random.Random(1)  # noqa: S311
    picked = [
        sorted(dice.sample(words, min(UNKNOWN_MAX, len(words)))) for _, words in sorted(by_field.items())
    ]
    return [word for words in picked for word in words]
