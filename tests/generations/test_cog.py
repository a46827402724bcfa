"""A version as Cog describes one."""

from jsonschema import Draft202012Validator

from generations import cog
from inference.runners.picto.schema import SCHEMA


def test_input_is_the_versions_own() -> None:
    """Nothing of the schema is lost, and it is a JSON schema still."""
    told = cog.openapi_of(SCHEMA, {"mime": "image/png"}, name="Picto")
    found = told["components"]["schemas"]["Input"]
    assert found["properties"] == SCHEMA["properties"]
    assert found["required"] == ["prompt"]
    Draft202012Validator.check_schema(found)
    assert told["info"]["title"] == "Picto"


def test_output_says_what_clients_make_of_it() -> None:
    """Pictures are addresses; words grow and are joined; what an engine says of its own comes first."""
    pictures = cog.output_of({"mime": "image/png", "width": 256})
    assert pictures["items"] == {"type": "string", "format": "uri"}
    assert "x-cog-array-type" not in pictures
    words = cog.output_of({"mime": "text/plain"})
    assert (words["x-cog-array-type"], words["x-cog-array-display"]) == ("iterator", "concatenate")
    assert cog.output_of({"schema": {"type": "string"}, "mime": "text/plain"}) == {
        "title": "Output",
        "type": "string",
    }
