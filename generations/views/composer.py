"""What the composer shows: the controls of a version's schema with what was typed, and what to say; for the studio."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.http import QueryDict

from generations import access, queries, recipes, references, schema
from generations.access import Asker
from generations.errors import NotFound
from generations.exhibits import exhibit_of, picture_of
from generations.ids import new_id
from generations.models import Version
from generations.references import MASK, START, STRENGTH
from generations.schema import Chip, Control
from generations.services import doors
from generations.services.plans import Plan
from generations.views.marks import Mark
from generations.views.pictures import Held, held

# No schema can have fields of these names: they hold a hyphen.
MODEL, KEY, NEW, ADD = "composer-model", "composer-key", "composer-new", "composer-add"
ORIGIN, PLAN, PASSED = "composer-origin", "composer-plan", "composer-passed"
FILE = "-file"  # after the name of a field that takes a picture: the file that a person chose for it
OWN_FIELDS = frozenset({"csrfmiddlewaretoken", MODEL, KEY, NEW, ADD, ORIGIN, PLAN, PASSED})
NO_START = "No model here can start from a picture."
PROMPT_MAX = 4000  # of a prompt in an address; more is no link of ours


@dataclass(frozen=True, slots=True)
class Composer:
    """`version` None: no engine has said yet what it can do. `sentence`: why nothing was sent, said by the button.

    `pictures`: the controls for pictures, and how strongly the start image is painted over. `notes`: what became of a
    recipe that was read from a file. `is_new`: nobody is signed in, so the page has no live line yet.
    `origin`: what it goes on from (access.origin_read). `plan`: the grid that choices in braces ask for.
    `warnings`: what rules have to say, and `passing`, by which it passes. `marks`: the words that they found.
    `is_out_of_order`: no engine can draw until somebody has mended one.
    """

    version: Version | None
    prompt: Control | None = None
    pictures: list[Control] = field(default_factory=list)
    settings: list[Control] = field(default_factory=list)
    chips: list[Chip] = field(default_factory=list)
    count: int = 1
    key: str = ""
    sentence: str = ""
    is_out_of_order: bool = False
    notes: tuple[str, ...] = ()
    is_new: bool = False
    origin: str = ""
    plan: Plan | None = None
    warnings: list[str] = field(default_factory=list)  # of rules; sent again with `passing` it is made
    passing: str = ""
    marks: list[Mark] = field(default_factory=list)  # words that rules found
    left: int = 0  # predictions that may be sent today
    shows_settings: bool = False

    @property
    def start(self) -> Held | None:
        """The start image, when there is one."""
        return next((control.picture for control in self.pictures if control.name == START), None)

    @property
    def shown_pictures(self) -> list[Control]:
        """Mask and strength say something about a start image: without one they are not asked for."""
        apart = set() if self.start else {MASK, STRENGTH}
        return [control for control in self.pictures if control.name not in apart]

    @property
    def upload_mb(self) -> int:
        return int(settings.LIMITS["upload_mb"])

    @property
    def is_open(self) -> bool:
        """A setting with an error must not hide."""
        return self.shows_settings or any(control.error for control in self.settings)

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
    notes: tuple[str, ...] = (),
    user: Asker | None = None,
    origin: str = "",
) -> Composer:
    """`values`: as typed or as stored, by name. `errors`: a sentence by name, "" for the input as a whole.

    `user`: who asks; a picture that `values` names and that is not theirs is left out.
    """
    user = user or AnonymousUser()
    broken = queries.is_out_of_order()
    if version is None:
        bare = _bare_prompt(values or {})
        return Composer(None, prompt=bare, sentence=sentence, notes=notes, is_out_of_order=broken)
    values, errors = values or {}, errors or {}
    found = schema.controls(version.schema, values, errors)
    pictures = _pictures(user, version, found)
    known = {control.name for control in found}
    strange = [said for name, said in errors.items() if name not in known]
    return Composer(
        version=version,
        prompt=next((control for control in found if control.kind == "prompt"), None),
        pictures=pictures,
        settings=_settings(found, pictures),
        chips=schema.summary(version.schema, values),
        count=schema.output_count(version.schema, _numbers(values)),
        key=key or new_id(),
        sentence=sentence or " ".join(strange),
        notes=notes,
        is_new=user.is_anonymous,
        origin=origin,
        is_out_of_order=broken,
    )


def _pictures(user: Asker, version: Version, found: list[Control]) -> list[Control]:
    names = set(references.picture_fields(version.schema))
    filled = []
    for control in found:
        if control.name in names:
            picture = held(user, control.value)
            value = str(picture.reference) if picture else ""
            filled.append(replace(control, picture=picture, value=value))
        elif control.name == STRENGTH and START in names:
            filled.append(control)
    return filled


def _settings(found: list[Control], pictures: list[Control]) -> list[Control]:
    apart = {control.name for control in pictures}
    return [control for control in found if control.kind != "prompt" and control.name not in apart]


def of_address(user: Asker, query: QueryDict, session: doors.Session) -> Composer:
    """`?again=<prediction>`, `?from=<output>` (`&vary=1`: a new seed, `&edit=1`: settings open), `?start=<output>`,
    `?like=<share's token>` (`&picture=<output>`: one of several).

    Settings by name as well. Raises NotFound.
    """
    version, values = _source(user, query, session)
    if version is None:
        return composer(None, {"prompt": query.get("prompt", "")[:PROMPT_MAX]}, user=user)
    asked = {name: query[name][:PROMPT_MAX] for name in version.schema.get("properties", {}) if name in query}
    if query.get("vary") == "1":
        values.pop("seed", None)
    sentence = NO_START if "start" in query and START not in references.picture_fields(version.schema) else ""
    shown = composer(version, {**values, **asked}, sentence=sentence, user=user, origin=_origin(query))
    return replace(shown, shows_settings=query.get("edit") == "1")


def typed(data: QueryDict) -> dict[str, str]:
    """What a form sent, as it was typed."""
    apart = fields_apart(data)
    return {name: data[name] for name in data if name not in apart}


def fields_apart(data: QueryDict) -> frozenset[str]:
    """What in a form is no setting of the model."""
    return OWN_FIELDS | {name for name in data if name.endswith(FILE)}


def unsent(version: Version, data: QueryDict) -> list[str]:
    """Fields for which a file was chosen that did not come along: a form without scripts sends only its name."""
    names = references.picture_fields(version.schema)
    return [name for name in names if data.get(name + FILE)]


def version_asked(data: QueryDict, user: Asker | None = None) -> Version | None:
    """The newest version of the model that a form or an address names; where none is named, the one offered first.

    `user`: whose own models count too.
    """
    ref = data.get(MODEL, "")
    if not ref:
        return queries.default_version()
    return queries.version_of(ref, user) if ref.isprintable() else None  # a NUL is no question for PostgreSQL


def _source(user: Asker, query: QueryDict, session: doors.Session) -> tuple[Version | None, dict[str, Any]]:
    if "again" in query:
        prediction = access.prediction_read(user, query["again"])
        return _newest(prediction.version), dict(prediction.input)
    if "from" in query:
        output = access.output_read(user, query["from"])
        return _newest(output.prediction.version), dict(output.recipe)
    if "start" in query:
        output = access.output_read(user, query["start"])
        prompt = output.prediction.prompt
        return _starting(output.prediction.version), {"prompt": prompt, START: f"output:{output.pk}"}
    if "like" in query:
        return _of_share(user, query["like"], query.get("picture", ""), session)
    return version_asked(query, user) or queries.default_version(), {}


def _starting(version: Version) -> Version:
    """One that starts from a picture: of the same model when it can, else the first that can, else the same."""
    own = _newest(version)
    able = [
        each for each in (own, *queries.served_versions()) if START in references.picture_fields(each.schema)
    ]
    return able[0] if able else own


def _origin(query: QueryDict) -> str:
    kind = next((kind for kind in ("again", "from") if kind in query), "")
    return f"{kind}:{query[kind]}" if kind else ""


def _of_share(
    user: Asker, token: str, picture: str, session: doors.Session
) -> tuple[Version | None, dict[str, Any]]:
    """As much of the recipe as the share shows; its start images are of somebody else's, and stay there."""
    share = access.share_by_link(user, token)
    if not doors.is_open(user, session, share):
        raise NotFound("Open the link first, then make one like it.")
    exhibit = picture_of(share, picture) if picture else exhibit_of(share)
    if exhibit is None:
        raise NotFound("That picture is not here any more.")
    version = queries.version_of(exhibit.model) or queries.default_version()
    whole = {"words": True, "seed": True, "settings": True, "origins": False}
    return version, recipes.shown_of(version.schema, exhibit.recipe, **whole) if version else {}


def _newest(version: Version) -> Version:
    """Old versions of a model may have no engine any more."""
    found = queries.versions_of(version.model).first()
    return found or version


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
