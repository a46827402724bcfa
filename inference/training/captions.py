"""Sentences with their meaning: what the reader learns from.

A grammar makes them: words for one to three things (words.py), how many, of which size and colour, how they stand to
each other, style, place or plain background, light, weather (wordings.py), and words that change nothing. It knows
what it says, so each sentence comes with the answer. Sentences that judge the reader (kept_back.py) and held-out
combinations (held_out.py) are never made.
"""

from __future__ import annotations

import json
import random
import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from inference.runners.picto.colours import NAMED, PLAIN
from inference.runners.picto.scene import RGB
from inference.training import kept_back, phrases, wordings, words
from inference.training.held_out import held_out
from inference.training.phrases import Named
from inference.training.progress import counted, say
from inference.training.said import IGNORED, UNUSED, USED, Said, framed, misspelt, text_of
from inference.training.words import Words

SHARES = {  # how the first thing is named, in per cent of the captions
    "name": 47, "kind": 6, "sentence": 19, "kind_sentence": 5, "bag": 6, "shared": 6, "unknown": 11,
}  # fmt: skip
ELSEWHERE = {"name": 84, "kind": 7, "shared": 2, "unknown": 7}  # the second and third thing
UNSTATED = -1
Answer = dict[str, Any]  # fields of Caption


@dataclass(slots=True)
class Caption:
    """`text`, what each piece of it is for (`spans`: start, end, role as in said.py), and the answer.

    `things`: one to three, or none for a bare place. `style`, `place`, `light`, `weather`: numbers of the lists in
    scene.py, UNSTATED where the sentence leaves it open. `ground`: top and bottom colour of a plain background.
    """

    text: str
    spans: list[tuple[int, int, int]]
    things: list[Named]
    relation: int = 0
    position: int = 0
    style: int = UNSTATED
    place: int = UNSTATED
    ground: list[RGB] = field(default_factory=list)
    light: int = UNSTATED
    weather: int = UNSTATED


def run(*, folder: Path, count: int, minutes: float = 0) -> None:
    """Write text/captions.jsonl, `count` sentences."""
    target = folder / "text" / "captions.jsonl"
    if target.is_file():
        return
    slugs = [
        each["slug"] for each in json.loads((folder / "drawings" / "things.json").read_text(encoding="utf-8"))
    ]
    made = generate(words.load(folder), slugs=slugs, count=count, seed=0)
    part = target.with_suffix(".part")
    with part.open("w", encoding="utf-8") as file:
        for caption in counted("captions", made, total=count):
            file.write(json.dumps(asdict(caption), ensure_ascii=False) + "\n")
    part.rename(target)
    say("captions", f"{count:,} sentences")


def generate(
    lexicon: Words, *, slugs: list[str], count: int, seed: int, held: bool = False
) -> Iterator[Caption]:
    """`count` captions; `held`: only of the combinations that are held out."""
    dice = random.Random(seed)  # noqa: S311
    forbidden = kept_back.read().texts
    number = 0
    for plain in [] if held or count < 50_000 else _plain_names(lexicon):
        if kept_back.normal(plain.text) not in forbidden:
            number += 1
            yield plain
    while number < count:
        caption = _caption(dice, lexicon, number=number % len(lexicon.things), must_be_styled=held)
        if kept_back.normal(caption.text) in forbidden or _is_held(caption, slugs) != held:
            number += not held  # the next thing, or this one in another way
            continue
        number += 1
        yield caption


def _is_held(caption: Caption, slugs: list[str]) -> bool:
    """Is the combination of first thing, style and place kept for evaluation?"""
    if caption.style == UNSTATED or not caption.things or len(caption.things[0].numbers) != 1:
        return False
    place = None if caption.place == UNSTATED else caption.place
    return held_out(slugs[caption.things[0].numbers[0]], style=caption.style, place=place)


def _plain_names(lexicon: Words) -> Iterator[Caption]:
    """Every name and every shared word once, alone: what is asked for most must be certain."""
    for number, thing in enumerate(lexicon.things):
        for name in thing.names:
            yield _finished([(name, phrases.THING)], [Named([number])])
        for kind in thing.kinds:
            yield _finished([(kind, phrases.THING)], [Named([number])])
    for word, numbers in lexicon.shared.items():
        yield _finished([(word, phrases.THING)], [Named(numbers)])


def _finished(said: Said, things: list[Named], **answer: Any) -> Caption:
    text, spans = text_of(said)
    return Caption(text=text, spans=spans, things=things, **answer)


def _caption(dice: random.Random, lexicon: Words, *, number: int, must_be_styled: bool) -> Caption:
    """One sentence, about thing `number` if it is about a single known thing."""
    if dice.random() < 0.025 and not must_be_styled:
        said, things, answer = _bare_place(dice)
    else:
        said, things, answer = _subject(dice, lexicon, number=number)
    is_described = "sentence" in answer
    answer.pop("sentence", None)
    calm = 0.45 if is_described else 1.0  # a description is long enough
    said = _surroundings(dice, said, answer, calm=calm)
    if must_be_styled or dice.random() < 0.5 * calm:
        said, answer["style"] = _style(dice, said)
    said = _noise(dice, said, calm=calm)
    ground = answer.pop("ground", [])
    caption = _finished(_spelling(dice, said), things, **answer)
    caption.ground = ground
    return caption


def _bare_place(dice: random.Random) -> tuple[Said, list[Named], Answer]:
    place = dice.randrange(len(wordings.BARE_PLACES))
    return [(dice.choice(wordings.BARE_PLACES[place]), USED)], [], {"place": place}


def _subject(dice: random.Random, lexicon: Words, *, number: int) -> tuple[Said, list[Named], Answer]:
    """One to three things and how they stand."""
    manner = dice.choices(list(SHARES), list(SHARES.values()))[0]
    first, named = phrases.phrase(dice, lexicon, number=number, manner=manner, slot=0)
    answer: Answer = {}
    if "sentence" in manner:
        answer["sentence"] = 1
    more = dice.random()
    if more > (0.06 if "sentence" in manner else 0.34):
        if named.count == 1 and dice.random() < 0.14:
            answer["position"] = dice.randrange(len(wordings.POSITIONS))
            first = [*first, (dice.choice(wordings.POSITIONS[answer["position"]]), USED)]
        return first, [named], answer
    return _several(dice, lexicon, first, named, answer, is_three=more < 0.06)


def _several(
    dice: random.Random, lexicon: Words, first: Said, named: Named, answer: Answer, *, is_three: bool
) -> tuple[Said, list[Named], Answer]:
    things = [named]
    said = first
    for slot in range(1, 3 if is_three else 2):
        manner = dice.choices(list(ELSEWHERE), list(ELSEWHERE.values()))[0]
        number = dice.randrange(len(lexicon.things))
        if set(lexicon.things[number].names) & {name for each in things for name in each.said}:
            return said, things, answer
        other, its = phrases.phrase(dice, lexicon, number=number, manner=manner, slot=slot)
        relation, link = _link(dice, lexicon, its, slot=slot, is_three=is_three)
        if slot == 1:
            answer["relation"] = relation
        said = [*said, (link, USED), *other]
        things.append(its)
    return said, things, answer


def _link(dice: random.Random, lexicon: Words, its: Named, *, slot: int, is_three: bool) -> tuple[int, str]:
    """The number of a relation and how it is said; a third thing stands beside, as does the second of three."""
    if is_three and (slot == 2 or dice.random() < 0.7):
        return 1, dice.choice([",", ", and", "and", "and"] if slot == 2 else [",", ",", "and", "with"])
    if len(its.numbers) == 1 and lexicon.things[its.numbers[0]].name in wordings.HATS and dice.random() < 0.4:
        return 5, dice.choice(wordings.WEARING)  # whoever wears a hat is below it
    relation = dice.choices(range(1, 8), [44, 8, 8, 18, 8, 8, 6])[0]
    return relation, dice.choice(wordings.RELATIONS[relation])


def _surroundings(dice: random.Random, said: Said, answer: Answer, *, calm: float) -> Said:
    """A place or a plain background, light, weather; each is asked for in some captions only."""
    which = dice.random() / calm
    has_place = "place" in answer
    if which < 0.36 and not has_place:
        answer["place"] = dice.randrange(len(wordings.PLACES))
        said = _placed(dice, said, dice.choice(wordings.PLACES[answer["place"]]))
    elif which < 0.58 and not has_place:
        said, answer["ground"] = _ground(dice, said)
    if dice.random() < (0.22 if "ground" not in answer else 0.02) * calm:
        answer["light"] = dice.randrange(len(wordings.LIGHTS))
        said = _placed(dice, said, dice.choice(wordings.LIGHTS[answer["light"]]))
    if dice.random() < (0.13 if "ground" not in answer else 0.02) * calm:
        answer["weather"] = dice.randrange(len(wordings.WEATHERS))
        said = _placed(dice, said, dice.choice(wordings.WEATHERS[answer["weather"]]))
    return said


def _placed(dice: random.Random, said: Said, where: str) -> Said:
    return framed(dice.choice(wordings.PLACE_FRAMES), IGNORED, thing=said, said=[(where, USED)])


def _ground(dice: random.Random, said: Said) -> tuple[Said, list[RGB]]:
    colours = list(PLAIN) if dice.random() < 0.5 else list(NAMED)
    top, bottom = dice.choice(colours), dice.choice(colours)
    if dice.random() < 0.16:
        where = dice.choice(wordings.TWO_GROUNDS).format(c=top, d=bottom)
        return _placed(dice, said, where), [NAMED[top], NAMED[bottom]]
    where = dice.choice(wordings.GROUNDS).format(c=top)
    frame = "{thing}, {said}" if not where.startswith(("on", "with", "in ", "against")) else "{thing} {said}"
    frame = dice.choice([frame, frame, frame, "{said}, {thing}", "{thing}, {said}"])
    return framed(frame, IGNORED, thing=said, said=[(where, USED)]), [NAMED[top], NAMED[top]]


def _style(dice: random.Random, said: Said) -> tuple[Said, int]:
    style = dice.randrange(len(wordings.STYLES))
    phrase = dice.choice(wordings.STYLES[style])
    frame = dice.choice(wordings.STYLE_FRAMES)
    if phrase.startswith(("in ", "as ", "drawn ", "with ")):
        frame = "{thing}, {said}"
    frame = frame.replace("{said} style", "{said}") if "style" in phrase else frame
    return framed(frame, USED, thing=said, said=[(phrase, USED)]), style


def _noise(dice: random.Random, said: Said, *, calm: float) -> Said:
    """Requests before, quality words after: what people write and what changes nothing."""
    if dice.random() < 0.17:
        said = framed(dice.choice(wordings.REQUESTS), UNUSED, thing=said)
    if dice.random() < 0.24 * calm:
        for extra in dice.sample(wordings.QUALITY, dice.choice([1, 1, 1, 2, 2, 3, 5, 9])):
            said = (
                [*said, (",", IGNORED), (extra, UNUSED)] if dice.random() < 0.85 else [*said, (extra, UNUSED)]
            )
    return said


def _spelling(dice: random.Random, said: Said) -> Said:
    """Capitals, typing errors, lost articles, a full stop: a sentence as people leave it."""
    if dice.random() < 0.1:
        said = [(re.sub(r"^(an?|the) ", "", text), role) for text, role in said]
    if dice.random() < 0.06:
        at = dice.randrange(len(said))
        spelt = " ".join(
            misspelt(word, dice) if dice.random() < 0.6 else word for word in said[at][0].split()
        )
        said = [*said[:at], (spelt, said[at][1]), *said[at + 1 :]]
    manner = dice.random()
    if manner < 0.04:
        return [(text.title(), role) for text, role in said]
    if manner < 0.06:
        return [(text.upper(), role) for text, role in said]
    if manner < 0.14:
        first, role = said[0]
        return [(first[:1].upper() + first[1:], role), *said[1:], (dice.choice([".", "!", "."]), IGNORED)]
    return said


def load(folder: Path) -> list[Caption]:
    """What `run` wrote."""
    found = []
    with (folder / "text" / "captions.jsonl").open(encoding="utf-8") as file:
        for line in file:
            held = json.loads(line)
            held["things"] = [Named(**each) for each in held["things"]]
            found.append(Caption(**held))
    return found
