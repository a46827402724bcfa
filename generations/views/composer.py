"""What the composer shows: the controls of a version's schema with what was typed, and what to say; for the studio."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.http import QueryDict

from generations import access, queries, schema
from generations.access import Asker
from generations.ids import new_id
from generations.models import Version
from generations.schema import Chip, Control

MODEL, KEY = "composer-model", "composer-key"  # no schema can have fields of these names: they hold a hyphen
OWN_FIELDS = frozenset({"csrfmiddlewaretoken", MODEL, KEY})
PROMPT_MAX = 4000  # of a prompt in an address; more is no link of ours


@dataclass(frozen=True, slots=True)
class Composer:
    """`version` None: no engine has said yet what it can do. `sentence`: why nothing was sent, said by the button."""

    version: Version | None
    prompt: Control | None = None
    settings: list[Control] = field(default_factory=list)
    chips: list[Chip] = field(default_factory=list)
    count: int = 1
    key: str = ""
    sentence: str = ""

    @property
    def is_open(self) -> bool:
        """A setting with an error must not hide."""
        return any(control.error for control in self.settings)

    @property
    def examples(self) -> list[str]:
        return [str(each) for each in self.version.model.examples] if self.version else []


def composer(
    version: Version | None,
    values: Mapping[str, Any] | None = None,
    errors: Mapping[str, str] | None = None,
    *,
    sentence: str = "",
    key: str = "",
) -> Composer:
    """`values`: as typed or as stored, by name. `errors`: a sentence by name, "" for the input as a whole."""
    if version is None:
        return Composer(None, prompt=_bare_prompt(values or {}), sentence=sentence)
    values, errors = values or {}, errors or {}
    found = schema.controls(version.schema, values, errors)
    known = {control.name for control in found}
    strange = [said for name, said in errors.items() if name not in known]
    return Composer(
        version=version,
        prompt=next((control for control in found if control.kind == "prompt"), None),
        settings=[control for control in found if control.kind != "prompt"],
        chips=schema.summary(version.schema, values),
        count=schema.output_count(version.schema, _numbers(values)),
        key=key or new_id(),
        sentence=sentence or " ".join(strange),
    )


def of_address(user: Asker, query: QueryDict) -> Composer:
    """`?again=<prediction>`, `?from=<output>` (`&vary=1`: a new seed), settings by name. Raises NotFound."""
    version, values = _source(user, query)
    if version is None:
        return composer(None, {"prompt": query.get("prompt", "")[:PROMPT_MAX]})
    asked = {name: query[name][:PROMPT_MAX] for name in version.schema.get("properties", {}) if name in query}
    if query.get("vary") == "1":
        values.pop("seed", None)
    return composer(version, {**values, **asked})


def typed(data: QueryDict) -> dict[str, str]:
    """What a form sent, as it was typed."""
    return {name: data[name] for name in data if name not in OWN_FIELDS}


def version_asked(data: QueryDict) -> Version | None:
    """The newest version of the model that a form or an address names; where none is named, the one offered first."""
    ref = data.get(MODEL, "")
    if not ref:
        return queries.default_version()
    return queries.version_of(ref) if ref.isprintable() else None  # a NUL is no question for PostgreSQL


def _source(user: Asker, query: QueryDict) -> tuple[Version | None, dict[str, Any]]:
    if "again" in query:
        prediction = access.prediction_read(user, query["again"])
        return _newest(prediction.version), dict(prediction.input)
    if "from" in query:
        output = access.output_read(user, query["from"])
        return _newest(output.prediction.version), dict(output.recipe)
    return version_asked(query) or queries.default_version(), {}


def _newest(version: Version) -> Version:
    """Old versions of a model may have no engine any more."""
    return queries.version_of(version.model.ref) or version


def _numbers(values: Mapping[str, Any]) -> dict[str, Any]:
    """Typed digits as numbers, for counting; what is no number counts as the default."""
    return {
        name: int(value) if isinstance(value, str) and value.isdecimal() and len(value) < 10 else value
        for name, value in values.items()
    }


def _bare_prompt(values: Mapping[str, Any]) -> Control:
    """A place to type while the engine starts."""
    bare = schema.controls({"properties": {"prompt": {"type": "string", "title": "Prompt"}}}, values)
    return bare[0]
