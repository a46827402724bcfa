"""What an engine says that it can run, and what the site takes from it."""

from typing import Any

import pytest

from generations import queries
from generations.models import Engine, RegisteredModel
from generations.services import engines

GOOD = {"type": "object", "properties": {"prompt": {"type": "string", "title": "Prompt"}}}
BROKEN = {
    "no object": "a string",
    "no schema": {"type": "nonsense"},
    "another host's": {"properties": {"prompt": {"$ref": "https://example.org/prompt.json"}}},
}


def model(name: str, digit: str, **said: Any) -> dict[str, Any]:
    return {"ref": f"safelight/{name}", "version": digit * 64, "title": name, "schema": GOOD, **said}


@pytest.mark.parametrize("schema", BROKEN.values(), ids=BROKEN)
def test_a_broken_schema_is_left_out(engine: Engine, caplog: pytest.LogCaptureFixture, schema: Any) -> None:
    """A model whose schema will not do is named in the log and offered to nobody; the one beside it serves."""
    said = [model("broken", "a", schema=schema), model("good", "b")]
    engines.hear(engine, {"boot": "b1", "status": "READY", "models": said})
    assert [version.model.name for version in engine.versions.select_related("model")] == ["good"]
    assert not RegisteredModel.objects.filter(name="broken").exists()
    assert "'safelight/broken' is left out: The schema of the input" in caplog.text


def test_a_model_without_a_version_is_left_out(engine: Engine) -> None:
    """What does not say which version it is cannot be told apart, and stops nobody else."""
    engines.hear(engine, {"models": [{"ref": "safelight/vague", "schema": GOOD}, model("good", "b")]})
    assert queries.version_of("safelight/vague") is None
    assert queries.version_of("safelight/good") is not None


def test_a_readme_is_taken_until_somebody_wrote_one(engine: Engine) -> None:
    """What an administrator has written of a model stays, whatever its engine says of it."""
    engines.hear(engine, {"models": [model("good", "b", readme="# Hello")]})
    found = RegisteredModel.objects.filter(name="good").first()
    assert found.readme == "# Hello"
    RegisteredModel.objects.update(readme="# Ours")
    engines.hear(engine, {"models": [model("good", "c", readme="# Newer")]})
    found.refresh_from_db()
    assert found.readme == "# Ours"
    assert found.newest_at == queries.version_of("safelight/good").created_at
