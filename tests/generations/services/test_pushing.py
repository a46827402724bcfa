"""A running Cog server becomes a model of the catalogue."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from accounts import handles
from accounts.models import User
from generations import access, schema
from generations.errors import InvalidInput, NotFound
from generations.models import Engine, RegisteredModel, Version
from generations.services import engines, pushing

pytestmark = pytest.mark.django_db
DOCUMENT: dict[str, Any] = {
    "components": {
        "schemas": {
            "Input": {
                "type": "object",
                "required": ["prompt"],
                "properties": {
                    "prompt": {"type": "string", "title": "Prompt"},
                    "mood": {"allOf": [{"$ref": "#/components/schemas/mood"}], "default": "calm"},
                    "input_image": {"type": "string", "format": "uri"},
                    "weights": {"type": "string", "format": "uri"},
                },
            },
            "mood": {"type": "string", "enum": ["calm", "wild"]},
            "Output": {"type": "array", "items": {"type": "string", "format": "uri"}},
        }
    }
}
HEALTH = {"status": "READY", "setup": {"started_at": "now"}, "version": {"coglet": "0.23.1"}}


def push(ref: str = "safelight/teal", **changes: Any) -> Version:
    told = {"base_url": "http://127.0.0.1:5000", "token": "", "document": DOCUMENT, "health": HEALTH}
    return pushing.push(ref, **{**told, **changes})


def test_schema_stands_alone() -> None:
    """What it refers to is beside it; pictures get their control, other files theirs; nothing else is taken."""
    version = push()
    schema.check(version.schema)
    values = schema.validate(version.schema, {"prompt": "a fox"})
    assert values == {"prompt": "a fox", "mood": "calm"}
    with pytest.raises(InvalidInput):
        schema.validate(version.schema, {"prompt": "a fox", "mood": "loud"})
    with pytest.raises(InvalidInput):
        schema.validate(version.schema, {"prompt": "a fox", "other": 1})
    kinds = {control.name: control.kind for control in schema.controls(version.schema)}
    assert kinds["input_image"] == "image"
    assert kinds["weights"] != "image"
    assert version.output["mime"] == "image/png"


@pytest.mark.parametrize("output", [{"type": "string"}, {"type": "object"}, {}, None])
def test_what_is_no_address_is_text_or_data(output: Any) -> None:
    schemas = {**DOCUMENT["components"]["schemas"], "Output": output}
    assert push(document={"components": {"schemas": schemas}}).output["mime"] == "text/plain"


def test_engine_keeps_its_one_version(alice: User) -> None:
    """Whatever its health says; pushed again with another document it has the new one."""
    first = push(slots=3)
    engine = engines.hear(Engine.objects.get(), HEALTH)
    assert (engine.status, engine.slots_max) == ("READY", 3)
    assert list(engine.versions.all()) == [first]
    assert push() == first
    schemas = {**DOCUMENT["components"]["schemas"], "Output": {"type": "string"}}
    second = push(document={"components": {"schemas": schemas}})
    assert list(Engine.objects.get().versions.all()) == [second]
    assert RegisteredModel.objects.count() == 1


def test_private_one_is_its_owners(alice: User, bob: User) -> None:
    """It belongs to whose handle it bears."""
    handles.take(alice, "alice")
    version = push("alice/teal", is_private=True)
    assert access.version_read(alice, version.pk) == version
    with pytest.raises(NotFound):
        access.version_read(bob, version.pk)


@pytest.mark.parametrize(
    ("ref", "changes"),
    [
        ("nobody-here/teal", {}),
        ("safelight", {}),
        ("safelight/", {}),
        ("Safelight/Teal", {}),
        ("safelight/teal", {"is_private": True}),
        ("safelight/teal", {"slots": 0}),
        ("safelight/teal", {"document": {}}),
        (
            "safelight/teal",
            {"document": {"components": {"schemas": {"Input": {"properties": {"a": {"type": 5}}}}}}},
        ),
        ("safelight/teal", {"document": {"components": {"schemas": {"Input": {"$ref": "https://e.org/x"}}}}}),
    ],
)
def test_what_does_not_fit_is_refused(ref: str, changes: dict[str, Any]) -> None:
    """With a sentence, and nothing is made."""
    with pytest.raises(InvalidInput):
        push(ref, **changes)
    assert not RegisteredModel.objects.exists()
    assert not Engine.objects.exists()


@pytest.fixture
def server() -> Iterator[str]:
    """Answers both questions of the command."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            told = {"/openapi.json": DOCUMENT, "/health-check": HEALTH}.get(self.path)
            self.send_response(200 if told else 302)
            self.send_header("Location", "/openapi.json")
            self.end_headers()
            self.wfile.write(json.dumps(told).encode())

        def log_message(self, *args: Any) -> None:
            pass

    found = HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=found.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{found.server_port}"
    found.shutdown()
    found.server_close()


def test_command(server: str, capsys: pytest.CaptureFixture[str]) -> None:
    """One line registers a server; a wrong address is said in one line too."""
    call_command("push_model", server, "safelight/teal")
    assert Version.objects.get().pk in capsys.readouterr().out
    assert Engine.objects.get().base_url == server
    for wrong in (f"{server}/elsewhere", "http://127.0.0.1:9", "file:///etc/passwd", "nonsense"):
        with pytest.raises(CommandError):
            call_command("push_model", wrong, "safelight/other")
