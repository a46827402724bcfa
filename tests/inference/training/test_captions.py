"""The sentences that the reader learns from say what their answers say, and nothing that judges it."""

from __future__ import annotations

import random
from itertools import pairwise

import pytest

from inference.runners.picto.colours import NAMED
from inference.runners.picto.scene import LIGHTS, PLACES, STYLES, WEATHERS
from inference.training import captions, kept_back, phrases, wordings, words
from inference.training.captions import UNSTATED, Caption
from inference.training.held_out import held_out
from inference.training.said import THING, UNUSED, USED, misspelt, plural, text_of, with_article
from inference.training.wordnet import MissingError, Nouns, read
from inference.training.words import Words

COUNT = 2_500


@pytest.fixture(scope="module")
def lexicon() -> Words:
    """The words that are written by hand, without WordNet and keywords."""
    named = words.lexicon(words.LEXICON.read_text(encoding="utf-8"))
    things = [
        {"slug": name.replace(" ", "-"), "name": name, "group": "Objects", "keywords": ["thing", name[0]]}
        for name in named
    ]
    found = words.gather(things, nouns=Nouns(synsets={}, senses={}))
    found.unknown = ["Timbuktu", "democracy", "turnstile"]
    found.shared = {"pet": [0, 1, 2]}
    return found


@pytest.fixture(scope="module")
def made(lexicon: Words) -> list[Caption]:
    return list(captions.generate(lexicon, slugs=slugs(lexicon), count=COUNT, seed=3))


def slugs(lexicon: Words) -> list[str]:
    return [thing.name.replace(" ", "-") for thing in lexicon.things]


def numbered(lexicon: Words, name: str) -> int:
    return next(number for number, thing in enumerate(lexicon.things) if thing.name == name)


def test_no_caption_is_a_prompt_that_judges(made):
    assert not {kept_back.normal(caption.text) for caption in made} & kept_back.read().texts


def test_no_description_is_nearly_a_paraphrase(lexicon):
    back = kept_back.read()
    assert not [text for thing in lexicon.things for text in thing.sentences if back.is_near(text)]


def test_nearness_counts_the_words_that_matter():
    back = kept_back.KeptBack(paraphrases=[("the king of the jungle", ["lion"])], scenes=[], unknown=[])
    assert back.is_near("a jungle king")
    assert not back.is_near("a king with a crown")


def test_no_caption_is_held_out(made, lexicon):
    names = slugs(lexicon)
    for caption in made:
        if caption.style != UNSTATED and caption.things and len(caption.things[0].numbers) == 1:
            place = None if caption.place == UNSTATED else caption.place
            assert not held_out(names[caption.things[0].numbers[0]], style=caption.style, place=place)


def test_held_out_captions_are_only_those(lexicon):
    names = slugs(lexicon)
    for caption in captions.generate(lexicon, slugs=names, count=20, seed=1, held=True):
        place = None if caption.place == UNSTATED else caption.place
        assert held_out(names[caption.things[0].numbers[0]], style=caption.style, place=place)


def test_spans_stand_in_order_and_hold_the_words(made):
    for caption in made:
        assert all(before[1] <= after[0] for before, after in pairwise(caption.spans))
        assert caption.spans[-1][1] == len(caption.text)


def test_every_thing_is_pointed_at(made):
    for caption in made:
        roles = {role for _, _, role in caption.spans}
        assert {THING + slot for slot in range(len(caption.things))} <= roles


def test_one_seed_gives_the_same_sentences(lexicon):
    again = [list(captions.generate(lexicon, slugs=slugs(lexicon), count=50, seed=3)) for _ in range(2)]
    assert again[0] == again[1]


def test_everything_is_asked_for_somewhere(made):
    assert {caption.style for caption in made} == {UNSTATED, *range(len(STYLES))}
    assert {caption.place for caption in made} == {UNSTATED, *range(len(PLACES))}
    assert {caption.light for caption in made} == {UNSTATED, *range(len(LIGHTS))}
    assert {caption.weather for caption in made} == {UNSTATED, *range(len(WEATHERS))}
    assert {len(caption.things) for caption in made} == {0, 1, 2, 3}
    assert {thing.count for caption in made for thing in caption.things} == {1, 2, 3, 4, 5}


def test_words_that_change_nothing_are_marked(made):
    by_role = {
        role: {caption.text[a:b].lower() for caption in made for a, b, r in caption.spans if r == role}
        for role in (UNUSED, USED)
    }
    assert "cyberpunk" in by_role[UNUSED]
    assert not set(wordings.QUALITY) & by_role[USED]


def named_with(lexicon: Words, name: str) -> list[tuple[str, phrases.Named]]:
    """A thousand ways to say a thing by one of its names."""
    dice, number = random.Random(5), numbered(lexicon, name)
    said = [phrases.phrase(dice, lexicon, number=number, manner="name", slot=0) for _ in range(3_000)]
    return [(text_of(words)[0], named) for words, named in said]


def test_a_colour_goes_to_a_name_without_one(lexicon):
    """ "a blue apple" is the thing "red apple" in blue; "a red apple" is itself."""
    said = named_with(lexicon, "red apple")
    assert {named.colour for text, named in said if text == "a blue apple"} == {NAMED["blue"]}
    assert {named.colour for _, named in said if named.said == ["red apple"]} == {None}


def test_a_colour_that_makes_another_thing_is_not_said(lexicon):
    """ "a black cat" is a thing of its own, so no other cat is called so."""
    texts = {text for text, _ in named_with(lexicon, "cat")}
    assert any("white cat" in text for text in texts)
    assert not any("black cat" in text for text in texts)


@pytest.mark.parametrize(
    ("one", "many"),
    [("cat", "cats"), ("fox", "foxes"), ("cherry", "cherries"), ("mouse", "mice"), ("glass", "glasses"),
     ("slice of pizza", "slices of pizza"), ("scissors", "scissors"), ("firewoman", "firewomen"),
     ("books", "books"), ("day", "days")],
)  # fmt: skip
def test_plural(one, many):
    assert plural(one) == many


@pytest.mark.parametrize(
    ("bare", "whole"),
    [
        ("owl", "an owl"),
        ("cat", "a cat"),
        ("the sun", "the sun"),
        ("jeans", "jeans"),
        ("glass", "a glass"),
        ("2 cats", "2 cats"),
    ],
)
def test_articles(bare, whole):
    assert with_article(bare) == whole


def test_typing_errors_leave_short_words():
    dice = random.Random(1)
    assert misspelt("cat", dice) == "cat"
    assert 7 <= len(misspelt("elephant", dice)) <= 9


def test_other_names_and_descriptions_are_told_apart():
    names, sentences = words.lexicon(
        "lion: lioness, big cat; it roars\n# a comment\nsun: the hot bright thing in the day"
    )["lion"]
    assert (names, sentences) == (["lioness", "big cat"], ["it roars"])


def test_a_missing_wordnet_says_what_to_install(tmp_path):
    with pytest.raises(MissingError, match="apt-get install wordnet-base"):
        read(tmp_path)


def test_wordnet_is_read_as_it_is_written(tmp_path):
    (tmp_path / "data.noun").write_text(
        "  1 the licence\n"
        "00000010 05 n 01 feline 0 000 | any cat\n"
        '00000020 05 n 02 lion 0 king_of_beasts 0 001 @ 00000010 n 0000 | large (very) feline; "a lion roared"  \n',
        encoding="utf-8",
    )
    (tmp_path / "index.noun").write_text("  1 the licence\nlion n 1 1 @ 1 1 00000020  \n", encoding="utf-8")
    nouns = read(tmp_path)
    lion = nouns.find("lion", fields={"animal"})
    assert (lion.words, lion.gloss) == (("lion", "king of beasts"), "large feline")
    assert [each.words for each in nouns.above(lion.number, levels=3)] == [("feline",)]
    assert nouns.under("00000010", but=set()) == [lion]
    assert nouns.find("lion", fields={"person"}) is None
