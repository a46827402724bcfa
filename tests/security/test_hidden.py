"""What a share hides appears in nothing that comes from it: one search through all of its faces."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.test import Client
from django.utils import timezone

from accounts.models import User
from generations import imaging, poster
from generations.ids import new_id
from generations.live import shared
from generations.models import (
    Album,
    Chunk,
    JournalEvent,
    Origin,
    Output,
    Placement,
    Prediction,
    Preview,
    RegisteredModel,
    Share,
    Status,
    Upload,
    Version,
)
from generations.services import shares
from generations.services.shares import Options
from generations.signing import token_of
from tests.generations.pictures import gradient, saved

pytestmark = pytest.mark.django_db

HIDDEN = Options(
    shows_prompt=False,
    shows_seed=False,
    shows_recipe=False,
    shows_name=False,
    strips_metadata=True,
    is_public=True,
)
SCHEMA = {
    "type": "object",
    "properties": {
        "prompt": {"type": "string", "title": "Prompt", "x-control": "prompt"},
        "negative_prompt": {"type": "string", "title": "Negative prompt"},
        "steps": {"type": "integer", "title": "Steps"},
        "style": {"type": "string", "title": "Style"},
        "seed": {"type": "integer", "title": "Seed"},
        "start_image": {"type": "string", "x-control": "image", "title": "Start image"},
    },
}
SECRETS = {
    "prompt": "xyzzyprompt",
    "negative prompt": "plughnegative",
    "setting": "quokkastyle",
    "steps": "48611",
    "seed": "2718281828",
    "name": "Zephyrine",
    "handle": "zephyrhandle",
    "e-mail": "zephyr-mail",
    "reading": "frobnicated-thing",
    "log": "grue-in-the-log",
    "parent": "parental-prompt",
    "error": "why-it-failed",
}


@pytest.fixture
def version(db: None) -> Version:
    model = RegisteredModel.objects.create(owner="safelight", name="picto", title="Picto")
    return Version.objects.create(pk="p" * 64, model=model, schema=SCHEMA)


@pytest.fixture
def zephyrine(db: None) -> User:
    return User.objects.create_user(
        "zephyr-mail@example.org", name="Zephyrine", handle="zephyrhandle", has_profile=True
    )


@pytest.fixture
def brought(zephyrine: User) -> Upload:
    return Upload.objects.create(
        user=zephyrine,
        key="uploads/te/x",
        size=4,
        sha256="7" * 64,
        width=8,
        height=8,
        expires_at=timezone.now(),
    )


@pytest.fixture
def make(zephyrine: User, version: Version, brought: Upload) -> Callable[..., Prediction]:
    def build(**fields) -> Prediction:
        input = {
            "prompt": "xyzzyprompt",
            "negative_prompt": "plughnegative",
            "steps": 48611,
            "style": "quokkastyle",
            "seed": 2718281828,
            "start_image": f"upload:{brought.pk}",
        }
        metrics = {"read_as": [{"things": ["frobnicated-thing"]}]}
        found = Prediction.objects.create(
            user=zephyrine, version=version, input=input, prompt="xyzzyprompt", metrics=metrics, **fields
        )
        Chunk.objects.create(prediction=found, seq=1, kind="log", data="grue-in-the-log")
        JournalEvent.objects.create(prediction=found, seq=1, kind="started", data={"log": "grue-in-the-log"})
        brought.predictions.add(found)
        return found

    return build


@pytest.fixture
def output(make, zephyrine: User) -> Output:
    developed = imaging.develop(saved(gradient(64, 48), "PNG"))
    key = f"outputs/te/{new_id()}"
    default_storage.save(f"{key}/master.png", ContentFile(developed.master))
    renditions = [each for each in developed.renditions if each.format == "webp"]
    for each in renditions:
        default_storage.save(f"{key}/{each.width}.webp", ContentFile(each.data))
    made = Output.objects.create(
        prediction=make(status=Status.SUCCEEDED, completed_at=timezone.now()),
        user=zephyrine,
        index=0,
        key=key,
        seed=2718281828,
        read_as={"things": ["frobnicated-thing"]},
        sha256="5" * 64,
        size=9,
        width=64,
        height=48,
        renditions=[
            {"format": "webp", "width": each.width, "height": each.height, "size": 9} for each in renditions
        ],
        placeholder="data:image/gif;base64,R0lGODlhAQABAAAAACw=",
        colour="#112233",
        is_published=True,
    )
    parent = make(status=Status.SUCCEEDED, completed_at=timezone.now())
    Prediction.objects.filter(pk=parent.pk).update(prompt="parental-prompt")
    Origin.objects.create(prediction=made.prediction, kind="vary", parent=parent, root=parent.pk)
    return made


@pytest.fixture
def subjects(output: Output, make, zephyrine: User) -> dict[str, object]:
    """A picture, its prediction, one that develops, one that failed, and an album."""
    album = Album.objects.create(user=zephyrine, name="An album")
    Placement.objects.create(album=album, output=output)
    running = make(status=Status.PROCESSING, step=1, steps=4, seq=3)
    Preview.objects.create(prediction=running, index=0, step=1, mime="image/png", b64="AAAA")
    failed = make(status=Status.FAILED, error="why-it-failed", completed_at=timezone.now())
    return {
        "picture": output,
        "prediction": output.prediction,
        "running": running,
        "failed": failed,
        "album": album,
    }


def faces(
    share: Share, output: Output, browser: Client, shown_words: list[str]
) -> Iterator[tuple[str, bytes]]:
    """Everything that is to be had with the link, named."""
    address = f"/s/{token_of('share', share)}/"
    paths = {
        "page": address,
        "one": f"{address}?picture={output.pk}",
        "card": f"{address}card.jpg",
        "frame": f"{address}embed/",
        "report": f"{address}report/",
        "oembed": f"/oembed/?url=http://testserver{address}",
        "explore": "/explore/",
        "model": "/explore/safelight/picto/",
        "atom": "/explore/feed/",
        "rss": "/explore/feed/?format=rss",
        "sitemap": "/sitemap.xml",
        "composer": f"/?like={token_of('share', share)}",
        **{form: f"{address}download/{output.pk}/{form}/" for form in ("png", "webp", "avif")},
    }
    for name, path in paths.items():
        response = browser.get(path)
        head = "\n".join(f"{key}: {value}" for key, value in response.items())
        yield name, head.encode() + b"\n" + response.content
    yield "card's words", "\n".join(shown_words).encode()
    for frame in shared.frames_of({share.pk})[0]:
        yield "socket", json.loads(frame.text)["html"].encode() + frame.text.encode()


@pytest.mark.parametrize("kind", ["picture", "prediction", "running", "failed", "album"])
def test_hidden_appears_nowhere(
    subjects: dict[str, object],
    output: Output,
    zephyrine: User,
    brought: Upload,
    kind: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Prompt, seed, settings, name, readings, reasons, parents and start images are in no page, card, feed, frame,
    file or frame of a socket of a link that hides them."""
    words: list[str] = []
    real = poster.draw
    monkeypatch.setattr(
        poster, "draw", lambda told: words.append(repr((told.words, told.by, told.model))) or real(told)
    )
    options = HIDDEN if kind not in ("running", "failed") else replace(HIDDEN, is_public=False)
    share = shares.create(zephyrine, subjects[kind], options)
    secrets = {**SECRETS, "start image": brought.pk}
    leaks = {
        (face, name)
        for face, content in faces(share, output, Client(HTTP_USER_AGENT="Mozilla/5.0"), words)
        for name, secret in secrets.items()
        if secret.encode() in content
    }
    assert (
        leaks - {("sitemap", "handle")} == set()
    )  # the map names every profile; none says what is anonymous
    profile = Client(HTTP_USER_AGENT="Mozilla/5.0").get("/@zephyrhandle/").content.decode()
    assert "Zephyrine" in profile
    assert token_of("share", share) not in profile


def test_search_finds_what_is_shown(subjects: dict[str, object], output: Output, zephyrine: User) -> None:
    """The search above is no blind one: with everything ticked it finds each of these on the page."""
    shown = Options(shows_origins=True, is_public=True)
    share = shares.create(zephyrine, subjects["picture"], shown)
    found = dict(faces(share, output, Client(HTTP_USER_AGENT="Mozilla/5.0"), []))
    page = found["page"].decode()
    for name in ("prompt", "negative prompt", "setting", "steps", "seed", "name"):
        assert SECRETS[name] in page, name
    assert SECRETS["prompt"].encode() in found["png"]
    assert SECRETS["prompt"] in found["atom"].decode()
