"""Bad input at the studio's form, before the schemas of the models that ship: refused by name, kept, never stored."""

import html
import re
from collections.abc import Callable

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client

from accounts.models import User
from generations.ids import new_id
from generations.models import Prediction, Version
from tests.conftest import PASSWORD

pytestmark = pytest.mark.django_db

FORM = "application/x-www-form-urlencoded"
PARTS = "multipart/form-data; boundary=B"
EMPTY = "That prompt is empty. Write what you want to see."
MISSING = "There is no prompt. Write what you want to see."
HALF = "Prompt holds half of a character. Type it again."
WHOLE = "must be a whole number from"


def said(answer: HttpResponse) -> dict[str, str]:
    """The sentences of the page by field; "" for what stands beside the button."""
    page = answer.content.decode()
    found = dict(re.findall(r'id="error-([\w-]+)" data-error>([^<]+)<', page))
    found |= dict(re.findall(r'id="composer-(?:sentence)()"[^>]*>([^<]+)<', page))
    return {name: html.unescape(sentence) for name, sentence in found.items()}


def typed_prompt(answer: HttpResponse) -> str:
    """What stands in the prompt's box."""
    found = re.search(r'<textarea[^>]*id="prompt"[^>]*>\n(.*?)</textarea>', answer.content.decode(), re.S)
    return html.unescape(found[1])


def typed_value(answer: HttpResponse, name: str) -> str:
    """What stands in the box of a setting."""
    found = re.search(rf'<input[^>]*name="{name}"[^>]* value="([^"]*)"', answer.content.decode())
    return html.unescape(found[1])


PROMPTS = {
    "empty": ("", EMPTY),
    "blanks": (" \t\r\n ", EMPTY),
    "zero-width": ("\u200b\u200d\ufeff", EMPTY),
    "fillers": ("\u3164\u2800\u115f", EMPTY),
    "variation selectors": ("\ufe0f\ufe0e", EMPTY),
    "direction marks alone": ("\u202e\u2066", EMPTY),
    "one too many": ("a" * 2001, "Prompts hold at most 2,000 characters; this one has 2,001."),
    "nearly a megabyte": ("a" * 900_000, "Prompts hold at most 2,000 characters; this one has 900,000."),
    "NUL": ("a\0b", "Prompt holds a control character (U+0000). Take it out."),
    "bell": ("a\x07", "Prompt holds a control character (U+0007). Take it out."),
    "escape sequence": ("\x1b[31mred", "Prompt holds a control character (U+001B). Take it out."),
    "delete": ("a\x7f", "Prompt holds a control character (U+007F). Take it out."),
    "next line": ("a\x85b", "Prompt holds a control character (U+0085). Take it out."),
    "a storm of accents": (
        "e" + "\u0301" * 400,
        "Prompt piles too many accents on one letter. Take some out.",
    ),
    "what was no text": ("caf\ufffd", HALF),
}


@pytest.mark.parametrize(("prompt", "sentence"), PROMPTS.values(), ids=PROMPTS)
def test_prompt_is_refused(studio: Client, prompt: str, sentence: str) -> None:
    """A prompt that cannot be drawn is refused at its field; it and the settings stay, and no row is written."""
    answer = studio.post("/", {"prompt": prompt, "steps": "7", "seed": "11"})
    assert (answer.status_code, said(answer)) == (422, {"prompt": sentence})
    assert typed_prompt(answer) == prompt
    assert (typed_value(answer, "steps"), typed_value(answer, "seed")) == ("7", "11")
    assert not Prediction.objects.exists()


ODD = {
    "emoji": "🦊🎨",
    "a family": "👩\u200d👩\u200d👧",
    "right to left": "ثعلب أحمر",
    "markup": "<script>alert(1)</script><img src=x onerror=alert(1)>",
    "a way out of the box": "</textarea><script>alert(1)</script>",
    "template": "{{ 7|add:7 }}{% debug %}{# x #}${7*7}",
    "SQL": "'; DROP TABLE generations_prediction; --",
    "a path": "../../../etc/passwd",
    "a shell": "$(reboot) `reboot` ; reboot | reboot",
    "a header": "fox\nSet-Cookie: safelight_session=1",
    "a very long word": "a" * 2000,
    "astral, at the limit": "𝕏" * 2000,
    "words like null": "null",
}


@pytest.mark.parametrize("prompt", ODD.values(), ids=ODD)
def test_odd_prompt_is_only_text(studio: Client, prompt: str) -> None:
    """Whatever a prompt looks like, it is stored as it was typed and shown as text."""
    address = studio.post("/", {"prompt": prompt})["Location"]
    assert Prediction.objects.get().prompt == prompt
    assert html.escape(prompt[:300]) in studio.get(address).content.decode()


@pytest.mark.parametrize(
    ("typed", "stored"),
    [("a\r\nb\rc\u2028d", "a\nb\nc\nd"), ("\u202efox\u202c", "fox"), ("e\u0301", "é")],
    ids=["line ends", "right-to-left override", "decomposed"],
)
def test_prompt_is_cleaned(studio: Client, typed: str, stored: str) -> None:
    """Line ends become one kind, what would turn the page's direction goes, letters are composed."""
    studio.post("/", {"prompt": typed})
    assert Prediction.objects.get().prompt == stored


NO_WHOLE_NUMBERS = [
    *("-1", "1.5", "NaN", "Infinity", "-Infinity", "1e400", "1e1", "١٢", "²", "0x10", "1_0", "1,0"),
    *("true", "null", "[[1]]", "{}", "9007199254740993", "18446744073709551616", "9" * 5000, "5\0", "\u3000"),
]


@pytest.mark.parametrize("name", ["steps", "num_outputs", "seed"])
@pytest.mark.parametrize("value", NO_WHOLE_NUMBERS, ids=lambda value: repr(value[:20]))
def test_number_is_refused(studio: Client, name: str, value: str) -> None:
    """What is no whole number of the setting's range is refused at the setting, and the prompt stays."""
    answer = studio.post("/", {"prompt": "a fox", name: value})
    assert answer.status_code == 422
    assert list(said(answer)) == [name]
    assert WHOLE in said(answer)[name]
    assert typed_prompt(answer) == "a fox"
    assert not Prediction.objects.exists()


@pytest.mark.parametrize(
    ("name", "value"),
    [("steps", "0"), ("steps", "51"), ("num_outputs", "0"), ("num_outputs", "5"), ("seed", "4294967296")],
)
def test_number_out_of_range_is_refused(studio: Client, name: str, value: str) -> None:
    """One below the least and one above the most are refused."""
    answer = studio.post("/", {"prompt": "a fox", name: value})
    assert (answer.status_code, list(said(answer))) == (422, [name])


@pytest.mark.parametrize(("name", "value"), [("steps", "1.5"), ("seed", "<b>٣"), ("steps", "-1")])
def test_wrong_number_stays_typed(studio: Client, name: str, value: str) -> None:
    """The wrong value stands where it was typed, for one to mend it."""
    assert typed_value(studio.post("/", {"prompt": "a fox", name: value}), name) == value


@pytest.mark.parametrize(("value", "stored"), [(" 7 ", 7), ("+7", 7), ("7\n", 7), ("", 12)])
def test_number_may_be_typed_loosely(studio: Client, value: str, stored: int) -> None:
    """Blanks round a number and its sign are no mistake, and an empty setting is the model's own."""
    studio.post("/", {"prompt": "a fox", "steps": value})
    assert Prediction.objects.get().input["steps"] == stored


LARGE = {
    "no multiple": ({"width": "100"}, "Width must be a multiple of 64 from 64 to 1,024."),
    "too wide": ({"width": "1088"}, "Width must be a multiple of 64 from 64 to 1,024."),
    "a fraction": ({"height": "64.5"}, "Height must be a multiple of 64 from 64 to 1,024."),
    "no guidance": ({"guidance": "much"}, "Guidance must be a number from 0 to 20."),
    "endless guidance": ({"guidance": "inf"}, "Guidance must be a number from 0 to 20."),
    "long other prompt": (
        {"negative_prompt": "a" * 2001},
        "Negative prompt holds at most 2,000 characters; this has 2,001.",
    ),
}


@pytest.mark.parametrize(("fields", "sentence"), LARGE.values(), ids=LARGE)
def test_settings_of_another_model(
    studio: Client, large: Version, fields: dict[str, str], sentence: str
) -> None:
    """A form for another model is judged by that model's schema."""
    answer = studio.post("/", {"composer-model": "safelight/echo", "prompt": "a fox", **fields})
    assert (answer.status_code, said(answer)) == (422, {next(iter(fields)): sentence})
    assert not Prediction.objects.exists()


def picture() -> SimpleUploadedFile:
    return SimpleUploadedFile("fox.png", b"\x89PNG\r\n\x1a\n", content_type="image/png")


SHAPES = {
    "unknown style": ({"style": "oil"}, "style", "Style must be one of auto, 3d,"),
    "style twice": ({"style": ["3d", "flat"]}, "style", "Send Style only once."),
    "prompt twice": ({"prompt": ["a fox", "an owl"]}, "prompt", "Send Prompt only once."),
    "unknown setting": ({"sharpness": "1"}, "", "There is no setting called 'sharpness'."),
    "setting of markup": ({"<b>": "1"}, "", "There is no setting called '<b>'."),
    "setting of nothing visible": ({"\0\u202e": "1"}, "", r"There is no setting called '\u0000\u202e'."),
    "hundred unknown": ({f"x{n}": "1" for n in range(100)}, "", "There is no setting called 'x0'."),
    "a file beside": ({"picture": picture()}, "", "There is no setting called 'picture'."),
    "a file for the prompt": ({"prompt": picture()}, "prompt", "Prompt must be text."),
    "a file for the seed": ({"seed": picture()}, "seed", "Seed must be a whole number"),
    "a file and a prompt": ({"prompt": ["a fox", picture()]}, "prompt", "Send Prompt only once."),
    "the wrong case": ({"Steps": "7"}, "", "There is no setting called 'Steps'."),
    "brackets": ({"steps[]": "7"}, "", "There is no setting called 'steps[]'."),
}


@pytest.mark.parametrize(("fields", "name", "sentence"), SHAPES.values(), ids=SHAPES)
def test_form_of_another_shape_is_refused(
    studio: Client, fields: dict[str, object], name: str, sentence: str
) -> None:
    """A field too many, twice or of another kind is named, uploads included, and nothing is made."""
    answer = studio.post("/", {"prompt": "a fox", **fields})
    assert answer.status_code == 422
    assert said(answer)[name].startswith(sentence)
    assert not Prediction.objects.exists()


BODIES = {
    "JSON": (b'{"prompt": "a fox"}', "application/json", MISSING),
    "an array of JSON": (b"[1]", "application/json", MISSING),
    "deep JSON": (b"[" * 1000 + b"]" * 1000, "application/json", MISSING),
    "plain text": (b"prompt=a+fox", "text/plain", MISSING),
    "no type": (b"prompt=a+fox", "", MISSING),
    "nothing": (b"", FORM, MISSING),
    "only marks": (b"&&&===&;", FORM, MISSING),
    "broken UTF-8, escaped": (b"prompt=caf%E9", FORM, HALF),
    "half a surrogate": (b"prompt=%ED%A0%80", FORM, HALF),
    "nothing in parts": (b"--B--\r\n", PARTS, MISSING),
}


@pytest.mark.parametrize(("body", "type", "sentence"), BODIES.values(), ids=BODIES)
def test_body_without_a_prompt_is_refused(studio: Client, body: bytes, type: str, sentence: str) -> None:
    """A body in which no prompt can be read is answered at the prompt's field."""
    answer = studio.generic("POST", "/", body, content_type=type)
    assert (answer.status_code, said(answer)["prompt"]) == (422, sentence)
    assert not Prediction.objects.exists()


def part(disposition: bytes, *lines: bytes) -> bytes:
    return b"\r\n".join([b"--B", b"Content-Disposition: form-data; " + disposition, *lines, b"--B--", b""])


GARBLED = {
    "no boundary": (b"x", "multipart/form-data"),
    "a boundary of no text": (b"x", "multipart/form-data; boundary=\xff"),
    "broken base64": (
        part(b'name="f"; filename="f"', b"Content-Transfer-Encoding: base64", b"", b"!"),
        PARTS,
    ),
    "too many fields": (b"&".join(b"a%d=1" % n for n in range(201)), FORM),
    "too many files": (
        b"".join(part(b'name="f"; filename="f"', b"", b"x").removesuffix(b"--B--\r\n") for _ in range(5)),
        PARTS,
    ),
    "too much": (b"prompt=" + b"a" * 1_100_000, FORM),
}


@pytest.mark.parametrize(("body", "type"), GARBLED.values(), ids=GARBLED)
def test_body_that_cannot_be_read_is_refused(studio: Client, body: bytes, type: str) -> None:
    """A body that is no form of ours at all gets a page that says so, with the way back."""
    answer = studio.generic("POST", "/", body, content_type=type)
    assert answer.status_code == 400
    assert "was not understood. Go back" in answer.content.decode()
    assert not Prediction.objects.exists()


@pytest.mark.parametrize("method", ["put", "patch", "delete", "options", "trace"])
def test_other_methods_do_nothing(studio: Client, method: str) -> None:
    """The studio is looked at and posted to, nothing else."""
    assert getattr(studio, method)("/").status_code == 405


KEYS = ["", "x", "\0", "9" * 100_000, "<b>", "01HZZZZZZZZZZZZZZZZZZZZZZZ", "../", "0" * 27]


@pytest.mark.parametrize("key", KEYS, ids=lambda key: repr(key[:12]))
def test_forged_key_is_no_key(studio: Client, key: str) -> None:
    """A key that is none of ours joins no two predictions."""
    addresses = {
        studio.post("/", {"prompt": "a fox", "composer-key": key}, follow=False)["Location"] for _ in "ab"
    }
    assert len(addresses) == Prediction.objects.count() == 2


def test_key_of_somebody_else_is_ones_own(
    studio: Client, bob: User, client_of: Callable[[User | None], Client]
) -> None:
    """With the key of another person's form one makes a prediction of one's own, and does not see theirs."""
    form = {"prompt": "a fox", "composer-key": new_id()}
    hers, his = studio.post("/", form)["Location"], client_of(bob).post("/", form)["Location"]
    assert hers != his
    assert client_of(bob).get(hers).status_code == 404


def test_same_key_makes_one(studio: Client) -> None:
    """A double click, changed or not, makes one prediction."""
    key = new_id()
    first = studio.post("/", {"prompt": "a fox", "composer-key": key})["Location"]
    assert studio.post("/", {"prompt": "an owl", "composer-key": key})["Location"] == first
    assert [each.prompt for each in Prediction.objects.all()] == ["a fox"]


def test_refused_stranger_stays_one(client: Client, version: Version) -> None:
    """What is refused makes no guest."""
    client.post("/", {"prompt": "\0"})
    assert not User.objects.exists()


@pytest.fixture
def strict(alice: User, version: Version) -> Client:
    """Alice's browser, before a site that wants a token with every form."""
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(alice)
    return browser


def token_of(browser: Client) -> str:
    return re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', browser.get("/").content.decode())[1]


@pytest.mark.parametrize("token", ["", "a" * 64, "é", "\0", "a" * 10_000, "<b>"])
def test_form_without_its_token_is_refused(strict: Client, token: str) -> None:
    """A form whose token is missing or wrong makes nothing, and the page says what to do."""
    token_of(strict)
    answer = strict.post("/", {"prompt": "a fox", "csrfmiddlewaretoken": token})
    assert answer.status_code == 403
    assert "Reload the page and send it again." in answer.content.decode()
    assert not Prediction.objects.exists()


def test_form_from_before_sign_in_is_refused(version: Version, alice: User) -> None:
    """A form that was open while one signed in elsewhere must be loaded again."""
    browser = Client(enforce_csrf_checks=True)
    stale = token_of(browser)
    door = {"login": alice.email, "password": PASSWORD, "csrfmiddlewaretoken": stale}
    assert browser.post("/account/login/", door).status_code == 302
    answer = browser.post("/", {"prompt": "a fox", "csrfmiddlewaretoken": stale})
    assert (answer.status_code, Prediction.objects.count()) == (403, 0)


def test_form_with_its_token_is_taken(strict: Client) -> None:
    """The token of the page lets its form through, also by header."""
    assert strict.post("/", {"prompt": "a fox"}, headers={"X-CSRFToken": token_of(strict)}).status_code == 302
