"""Pages of the catalogue: models, collections, and a model with its playground, API, examples, versions and README."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.safestring import mark_safe
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from generations import access, calls, markdown, queries, references, schema
from generations.calls import Run
from generations.errors import InvalidInput
from generations.models import Output, RegisteredModel, Status, Version
from generations.queries import Listed
from generations.services import models as verbs
from generations.services.models import EXAMPLES_MAX
from generations.views import examples
from generations.views.account import members_only
from generations.views.composer import MODEL, of_address
from generations.views.examples import Example

SHOWN = 100  # models on a page; more are found by words
WORDS_MAX = 200
TABS = {"model": "Playground", "model-api": "API", "model-examples": "Examples", "model-versions": "Versions"}


@dataclass(frozen=True, slots=True)
class Card:
    """A model in a list. `picture`: something that it made; `example`: a file that ships with the site."""

    model: RegisteredModel
    has_version: bool
    picture: Output | None
    example: Example | None


@require_safe
def models(request: HttpRequest) -> HttpResponse:
    words = request.GET.get("q", "")[:WORDS_MAX].strip()
    rows = queries.search_models(request.user, words)[:SHOWN]
    context = {"cards": _cards(queries.listed(rows)), "words": words, "collections": queries.collections()}
    return render(request, "models/models.html", context)


@require_safe
def collection(request: HttpRequest, slug: str) -> HttpResponse:
    found = access.collection_read(slug)
    cards = _cards(queries.collection_models(found, request.user))
    context = {"collection": found, "cards": cards, "collections": queries.collections()}
    return render(request, "models/collection.html", context)


@never_cache
@require_safe
def model(request: HttpRequest, owner: str, name: str) -> HttpResponse:
    """The playground: the composer with this model, and what this person made with it."""
    found = access.model_read(request.user, owner, name)
    if queries.version_of(found.ref, request.user) is None:
        return _shown(request, found, "models/unready.html", "model", {})
    asked = QueryDict(mutable=True)
    asked.update(request.GET)
    asked[MODEL] = found.ref
    strip = queries.strip(request.user, model=found) if request.user.is_authenticated else []
    shown = of_address(request.user, asked, request.session)
    pictures = [] if strip else examples.of(shown.version)
    context = {"composer": shown, "strip": strip, "pictures": pictures}
    return _shown(request, found, "models/playground.html", "model", context)


@require_safe
def model_api(request: HttpRequest, owner: str, name: str) -> HttpResponse:
    """The same run from a program, with the input that the address holds."""
    found = access.model_read(request.user, owner, name)
    version = queries.version_of(found.ref, request.user)
    if version is None:
        return _shown(request, found, "models/unready.html", "model-api", {})
    values, errors = _asked(request.GET, version)
    run = Run(
        ref=found.ref,
        version=version.pk,
        is_official=found.is_official,
        is_text=str(version.output.get("mime") or "").startswith("text/"),
        input=values or _first(version),
        api=_api(request),
    )
    apart = references.picture_fields(version.schema)
    typed = {key: request.GET[key] for key in version.schema.get("properties", {}) if key in request.GET}
    controls = schema.controls(version.schema, typed or run.input, errors)
    context = {
        "calls": calls.calls(run),
        "controls": [each for each in controls if each.name not in apart],
        "pictures": [each for each in controls if each.name in apart],
        "version": version,
        "api": run.api,
        "is_text": run.is_text,
        "has_errors": bool(errors),
        "sentence": errors.get("", ""),
    }
    return _shown(request, found, "models/api.html", "model-api", context)


@require_safe
def model_examples(request: HttpRequest, owner: str, name: str) -> HttpResponse:
    found = access.model_read(request.user, owner, name)
    shown = queries.examples_of(found)
    may_write = access.may_write_model(request.user, found)
    offered = queries.strip(request.user, model=found) if may_write else []
    known = {row.pk for row in shown}
    context = {
        "examples": [(row, row.shown_outputs) for row in shown],
        "shipped": [] if shown else examples.of(queries.version_of(found.ref, request.user)),
        "offered": [
            each.prediction
            for each in offered
            if each.prediction.status == Status.SUCCEEDED and each.prediction.pk not in known
        ],
        "most": EXAMPLES_MAX,
        "may_write": may_write,
    }
    return _shown(request, found, "models/examples.html", "model-examples", context)


@require_POST
@members_only
def model_example_show(request: HttpRequest, owner: str, name: str) -> HttpResponse:
    found = access.model_write(request.user, owner, name)
    prediction = access.prediction_read(request.user, request.POST.get("prediction", ""))
    verbs.show_example(request.user, found, prediction)
    messages.success(request, "Everyone who sees this model sees that example now.")
    return redirect("model-examples", found.owner, found.name)


@require_POST
@members_only
def model_example_hide(request: HttpRequest, owner: str, name: str) -> HttpResponse:
    found = access.model_write(request.user, owner, name)
    verbs.hide_example(found, request.POST.get("prediction", ""))
    messages.success(request, "That example is taken back.")
    return redirect("model-examples", found.owner, found.name)


@require_safe
def model_versions(request: HttpRequest, owner: str, name: str) -> HttpResponse:
    found = access.model_read(request.user, owner, name)
    context = {"versions": list(queries.versions_of(found)[:SHOWN])}
    return _shown(request, found, "models/versions.html", "model-versions", context)


@require_safe
def model_readme(request: HttpRequest, owner: str, name: str) -> HttpResponse:
    found = access.model_read(request.user, owner, name)
    # Cleaned by nh3, down to a list of tags.
    html = mark_safe(markdown.to_html(found.readme))  # noqa: S308
    return _shown(request, found, "models/readme.html", "model-readme", {"readme": html})


def _shown(
    request: HttpRequest, found: RegisteredModel, template: str, tab: str, context: dict[str, Any]
) -> HttpResponse:
    tabs = {**TABS, **({"model-readme": "README"} if found.readme else {})}
    shared = {"model": found, "runs": f"{found.run_count:,}", "tab": tab, "tabs": tabs.items()}
    return render(request, template, {**shared, **context})


def _cards(listed: list[Listed]) -> list[Card]:
    cards = []
    for each in listed:
        made = each.example.shown_outputs if each.example else []
        shipped = [] if made else examples.of(each.version)
        cards.append(
            Card(
                each.model,
                has_version=each.version is not None,
                picture=made[0] if made else None,
                example=shipped[0] if shipped else None,
            )
        )
    return cards


def _asked(query: QueryDict, version: Version) -> tuple[dict[str, Any], dict[str, str]]:
    """The input that an address asks for, but for what is default anyway; and what is wrong with it."""
    properties = version.schema.get("properties", {})
    given = {name: query.getlist(name) for name in properties if name in query}
    if not given:
        return {}, {}
    try:
        values = schema.parse_form(version.schema, given)
    except InvalidInput as error:
        return {}, error.by_field()
    return {name: value for name, value in values.items() if value != properties[name].get("default")}, {}


def _first(version: Version) -> dict[str, Any]:
    """An input to begin with: of what ships with the site, or a prompt that the model draws well."""
    shipped = examples.of(version)
    if shipped:
        return {"prompt": shipped[0].prompt, "seed": shipped[0].seed}
    prompts = version.model.examples
    return {"prompt": str(prompts[0])} if prompts and "prompt" in version.schema.get("properties", {}) else {}


def _api(request: HttpRequest) -> str:
    origin = settings.API_ORIGIN or f"{request.scheme}://{request.get_host()}"
    return f"{origin}/v1"
