"""Words of people and of models that look like markup: they are shown, never obeyed."""

import json
from collections.abc import Callable
from html.parser import HTMLParser
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from generations.live.hub import frames_newer_than
from generations.models import Prediction, RegisteredModel, Status, Version
from inference.runners.picto.schema import SCHEMA
from tests.security.conftest import Things

pytestmark = pytest.mark.django_db

EVIL = """'"></textarea></title><evil-tag evil="1" onclick="evil()">{{ 7|add:7 }}{% evil %}"""


class Finder(HTMLParser):
    """Collects what would be obeyed: elements and attributes that came out of EVIL."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, Any]]) -> None:
        self.found += [tag for tag in [tag] if tag.startswith("evil")]
        self.found += [name for name, _ in attributes if name == "evil" or name.startswith("on")]


def obeyed(page: str) -> list[str]:
    return Finder(page).found


def test_finder_finds() -> None:
    """Words put into a page as they are would be found."""
    assert obeyed(f'<p title="{EVIL}">{EVIL}</p>')


PAGES = [
    *("/", "/predictions/{prediction}/", "/predictions/{prediction}/again/", "/?again={prediction}"),
    *("/gallery/", "/gallery/bin/", "/gallery/{output}/", "/gallery/{binned}/", "/?from={output}"),
    *("/gallery/bin/?empty=1", "/gallery/{binned}/?delete=1", "/account/", "/account/delete/"),
]


@pytest.mark.parametrize("address", PAGES)
def test_persons_words_are_only_shown(
    studio: Client, alice: User, things_of: Callable[..., Things], address: str
) -> None:
    """A prompt, a style and a name of markup are text on every page that shows them."""
    things = things_of(alice, prompt=EVIL)
    Prediction.objects.update(input={"prompt": EVIL, "style": EVIL, EVIL: EVIL})
    User.objects.filter(pk=alice.pk).update(name=EVIL[:80])
    page = studio.get(things.fill(address), follow=True)
    assert (page.status_code, obeyed(page.content.decode())) == (200, [])


@pytest.mark.parametrize(
    "address", ["/?prompt={}", "/?prompt=a&steps={}", "/?seed={}", "/?{}=1", "/account/login/?next={}"]
)
def test_words_of_an_address_are_only_shown(client: Client, version: Version, address: str) -> None:
    """What an address brings into a page is text."""
    page = client.get(address.format(EVIL.replace("%", "%25").replace("&", "%26")))
    assert (page.status_code, obeyed(page.content.decode())) == (200, [])


@pytest.mark.parametrize("headers", [{}, {"HX-Request": "true"}], ids=["page", "htmx"])
@pytest.mark.parametrize(
    "field", ["prompt", "style", "steps", "seed", "composer-key", "composer-model", EVIL]
)
def test_words_of_a_refused_form_are_only_shown(studio: Client, field: str, headers: dict[str, str]) -> None:
    """What was typed comes back as text, whichever field it was typed into."""
    page = studio.post("/", {"prompt": "\0", field: f"{EVIL}\0"}, headers=headers)
    assert (page.status_code, obeyed(page.content.decode())) == (422, [])


def evil_schema() -> dict[str, Any]:
    """The shipped model's, with EVIL wherever a model may say something."""
    found: dict[str, Any] = {**SCHEMA, "title": EVIL, "properties": {}}
    for name, rules in SCHEMA["properties"].items():
        found["properties"][name] = {**rules, "title": EVIL, "description": EVIL}
    found["properties"]["style"] |= {"enum": [EVIL, "flat"], "default": EVIL}
    found["properties"][f"{EVIL}1"] = {"type": "string", "default": EVIL, "maxLength": 500}
    return found


@pytest.fixture
def evil_model(version: Version) -> None:
    """A model that says nothing but EVIL of itself."""
    words = {"title": EVIL, "description": EVIL, "hint": EVIL, "examples": [EVIL, EVIL]}
    RegisteredModel.objects.update(**words)
    Version.objects.update(schema=evil_schema())


@pytest.fixture
def evil_engine(alice: User, things_of: Callable[..., Things]) -> Things:
    """Predictions that an engine has said nothing but EVIL of."""
    things = things_of(alice)
    reading = {"things": [EVIL], "style": EVIL, "place": EVIL, "unsure": True, "near": [EVIL]}
    reading |= {"unknown": [EVIL], "unused": [EVIL, EVIL]}
    told = {"error": EVIL, "metrics": {"read_as": [{"index": 0, **reading}]}}
    Prediction.objects.filter(pk=things.waiting.pk).update(
        status=Status.FAILED, completed_at=timezone.now(), **told
    )
    Prediction.objects.exclude(pk=things.waiting.pk).update(**told)
    return things


@pytest.mark.parametrize(
    "address", ["/", "/predictions/{prediction}/", "/gallery/{output}/", "/?from={output}"]
)
def test_models_words_are_only_shown(
    studio: Client, evil_engine: Things, evil_model: None, address: str
) -> None:
    """A model's hint, titles and choices, its readings and its errors are text on every page."""
    page = studio.get(evil_engine.fill(address))
    assert (page.status_code, obeyed(page.content.decode())) == (200, [])


def test_frame_holds_no_markup_of_others(evil_engine: Things, evil_model: None) -> None:
    """The frame that a socket sends is escaped like the page."""
    [frame] = frames_newer_than({evil_engine.waiting.pk: -1})
    assert "evil-tag" in frame.text
    assert obeyed(json.loads(frame.text)["html"]) == []
