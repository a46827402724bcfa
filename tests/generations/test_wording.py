"""The matcher of prompt rules: found however it is disguised, spared where it is allowed, quick whatever is sent."""

import contextlib
import string
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generations import shipped_rules, wording
from generations.errors import InvalidInput
from generations.wording import Matcher, Rulebook

RULE = """\
# who and what
@minor = child | kid* | <1-17> year old | <1-17> yo
@nude = naked | nude | porn*
@minor & @nude
lolicon
beheading ~3 child
裸体
schoolgirl
"""


@pytest.fixture(scope="module")
def matcher() -> Matcher:
    return Matcher([Rulebook("one", RULE, "naked eye\nschoolgirl in uniform")])


def words(matcher: Matcher, text: str) -> list[str]:
    """What is pointed at, as it was typed."""
    return [text[start:end] for match in matcher.find(text) for start, end in match.spans]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("a Naked CHILD", ["Naked", "CHILD"]),
        ("n@ked ch1ld", ["n@ked", "ch1ld"]),
        ("nak3d, chi|d!", ["nak3d", "chi|d"]),
        ("n a k e d  c h i l d", ["n a k e d", "c h i l d"]),
        ("n.a.k.e.d and ch-ild", ["n.a.k.e.d", "ch-ild"]),
        ("nаked сhild", ["nаked", "сhild"]),  # Cyrillic а and с
        ("nαked child", ["nαked", "child"]),  # Greek α
        ("ＮＡＫＥＤ ｃｈｉｌｄ", ["ＮＡＫＥＤ", "ｃｈｉｌｄ"]),
        ("𝓃𝒶𝓀𝑒𝒹 𝕔𝕙𝕚𝕝𝕕", ["𝓃𝒶𝓀𝑒𝒹", "𝕔𝕙𝕚𝕝𝕕"]),
        ("🅽🅰🅺🅴🅳 🄲🄷🄸🄻🄳", ["🅽🅰🅺🅴🅳", "🄲🄷🄸🄻🄳"]),
        ("na\u200bked chi\u00adld", ["na\u200bked", "chi\u00adld"]),
        ("nak😀ed ch🔥ild", ["nak😀ed", "ch🔥ild"]),
        ("ńàkèd çhïld", ["ńàkèd", "çhïld"]),
        ("naaaked chiiiild", ["naaaked", "chiiiild"]),
        ("(naked:1.3), ((child))", ["naked", "child"]),
        ("{naked|child}", ["naked", "child"]),
        ("girl😀naked child", ["naked", "child"]),
        ("1olicon", ["1olicon"]),
        ("l o l i c o n", ["l o l i c o n"]),
        ("lolic on", ["lolic on"]),
        ("13yo, nude", ["13yo", "nude"]),
        ("a 13 year old, pornographic", ["13 year old", "pornographic"]),
        ("beheading of the child", ["beheading", "child"]),
        ("美丽的裸体画", ["裸体"]),
    ],
)
def test_it_is_found_however_it_is_written(matcher: Matcher, text: str, told: list[str]) -> None:
    assert words(matcher, text) == told


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a child in a red coat",
        "a naked tree on a hill",
        "the children look with the naked eye",  # allowed, and children is no child here
        "a child sees it with the naked eye",
        "18 year old, nude",
        "113 year old tree, nude branches",
        "beheading, long ago, far from any living child",
        "childish nakedness",
        "por nada, child",
        "well-child naked-eye",
        "a schoolgirl in uniform",
        "🙂🙂🙂",
    ],
)
def test_what_is_innocent_passes(matcher: Matcher, text: str) -> None:
    assert words(matcher, text) == []


def test_an_allowed_phrase_spares_only_itself(matcher: Matcher) -> None:
    assert words(matcher, "a child, naked, seen with the naked eye") == ["child", "naked"]


def test_the_line_of_the_clause_is_told(matcher: Matcher) -> None:
    assert matcher.find("lolicon")[0].line == 5


def test_each_rule_tells_once(matcher: Matcher) -> None:
    both = Matcher([Rulebook("a", "red"), Rulebook("b", "red | blue"), Rulebook("c", "green")])
    assert [(match.key, len(match.spans)) for match in both.find("red, red and blue")] == [("a", 2), ("b", 3)]


@pytest.mark.parametrize(
    ("clauses", "said"),
    [
        ("", "no clause"),
        ("# only a remark", "no clause"),
        ("@a = red", "no clause"),
        ("red &", "sign"),
        ("red & @blue", "no line gives a meaning"),
        ("@a = @b\n@b = @a\n@a & red", "circle"),
        ("@a = red\n@a = blue\n@a", "second meaning"),
        ("a*", "fewer than 3 letters"),
        ("r*d", "wrong place"),
        ("red | | blue", "nothing to match"),
        ("red ~99 blue", "further than"),
        ("a & b & c & d & e", "is the most"),
        ("one two three four five six seven eight nine", "phrase of 9 words"),
        ("x " * 3000, "longer than"),
        ("\n".join(["red"] * 2001), "lines"),
        ("...", "nothing to match"),
    ],
)
def test_a_rule_that_cannot_be_read_says_where(clauses: str, said: str) -> None:
    with pytest.raises(InvalidInput, match=said) as refused:
        wording.check(clauses, "")
    assert refused.value.fields[0].field == "clauses"


def test_allowed_phrases_are_checked_too() -> None:
    with pytest.raises(InvalidInput) as refused:
        wording.check("red", "fine\nr*d")
    assert refused.value.fields[0].field == "allowed"
    assert "Line 2" in refused.value.sentence


@given(st.text(max_size=300))
def test_any_text_can_be_looked_through(text: str) -> None:
    found = Matcher([Rulebook("one", RULE, "naked eye")]).find(text)
    assert all(0 <= start < end <= len(text) for match in found for start, end in match.spans)


@given(st.text(max_size=120))
def test_any_rule_is_read_or_refused(text: str) -> None:
    with contextlib.suppress(InvalidInput):
        assert Matcher([Rulebook("one", text, text)]).find("a castle") is not None


@given(st.sampled_from(["naked child", "lolicon", "13 year old nude"]), st.data())
def test_noise_between_letters_hides_nothing(text: str, data: st.DataObject) -> None:
    noise = st.sampled_from(["", "\u200b", "\u0301", "\u200d", "\ufe0f", "\u2060"])
    dressed = "".join(char + data.draw(noise) for char in text)
    assert Matcher([Rulebook("one", RULE)]).find(dressed)


HOSTILE = {
    "words": "a castle of red stone at night, with snow, painted by moonlight, wide angle " * 26,
    "accents": "ä càstlé óf réd stöne " * 95,
    "letters": "a " * 1000,
    "dots": "n.a." * 500,
    "one word": "a" * 2000,
    "digits": "1" * 2000,
    "hits": "naked child " * 166,
    "near": "beheading x x x x " * 111,
    "symbols": "😀" * 2000,
    "hyphens": "na-" * 666,
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_2000_characters_take_a_moment(kind: str) -> None:
    """Hundreds of phrases; 0.5 ms for words on a quiet machine, and nothing grows faster than the text."""
    terms = [a + b + c * 2 for a in string.ascii_lowercase for b in "aeiou" for c in "lmnr"]
    big = Matcher([Rulebook("one", RULE), Rulebook("two", "\n".join(terms)), *_shipped()])
    text = HOSTILE[kind][:2000]
    assert min(_timed(big, text) for _ in range(7)) < 0.02
    assert min(_timed(big, text * 4) for _ in range(5)) < 0.08


def _timed(matcher: Matcher, text: str) -> float:
    began = time.perf_counter()
    matcher.find(text)
    return time.perf_counter() - began


# What ships


def _shipped() -> list[Rulebook]:
    return [Rulebook(each.rule, each.clauses, each.allowed) for each in shipped_rules.RULES]


@pytest.fixture(scope="module")
def shipped() -> Matcher:
    return Matcher(_shipped())


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("a naked 12 year old", "minors"),
        ("schoolgirl, nsfw", "minors"),
        ("thirteen years old and topless", "minors"),
        ("l0licon", "minors"),
        ("teenager in erotic lingerie", "minors"),
        ("my ex girlfriend, nude", "real-people"),
        ("celebrity deepfake porn", "real-people"),
        ("nudify this", "real-people"),
        ("a beheading in the square", "cruelty"),
        ("glorious nazi parade", "hate"),
        ("a forged passport", "forgery"),
        ("counterfeit money on a table", "forgery"),
    ],
)
def test_what_ships_knows_what_it_is_for(shipped: Matcher, text: str, rule: str) -> None:
    assert rule in [match.key for match in shipped.find(text)]


@pytest.mark.parametrize(
    "text",
    [
        "a red fox in the snow",
        "a penguin on an ice floe at dawn",
        "a nude statue of marble in a museum",
        "a mother and her child at the sea",
        "seen with the naked eye, a child points at the moon",
        "baby blue walls, nude tones, a calm living room",
        "a baby naked mole rat",
        "al gore speaks",
        "a passport on a table",
        "a hindu swastika above a temple door",
        "sex education poster for children",
        "a 17 year old dog on a sofa",
        "middle aged man in essex",
        "a castle made of candy, for kids",
    ],
)
def test_what_ships_lets_ordinary_prompts_pass(shipped: Matcher, text: str) -> None:
    assert shipped.find(text) == []


def test_what_ships_can_be_read() -> None:
    for each in shipped_rules.RULES:
        wording.check(each.clauses, each.allowed)
