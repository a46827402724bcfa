"""Snippets and lists: their page, the menu of the composer, a form for a new or an old one."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.guests import ensure_person
from generations import access, queries, schema
from generations.errors import InvalidInput
from generations.models import Snippet, SnippetKind, Version
from generations.services import snippets as verbs
from generations.views.composer import typed, version_asked

SETTING = "setting-"  # before the names of settings, in the form
KEPT = "keep"  # the names of those that are ticked
NOT_KEPT = {"prompt", "seed"}


@dataclass(frozen=True, slots=True)
class Setting:
    """A setting that a snippet may carry. `value`: as a form sends it."""

    name: str
    label: str
    value: str
    is_kept: bool


@dataclass(frozen=True, slots=True)
class Draft:
    """A snippet in its form, saved or not."""

    kind: str = SnippetKind.TEXT
    name: str = ""
    text: str = ""
    settings: list[Setting] = field(default_factory=list)
    errors: Mapping[str, str] = field(default_factory=dict)


@require_safe
@never_cache
def snippets(request: HttpRequest) -> HttpResponse:
    """The page; for the composer's menu (`menu`) the list alone, to insert from."""
    found = queries.snippets(request.user)
    texts = [each for each in found if each.kind == SnippetKind.TEXT]
    lists = [each for each in found if each.kind == SnippetKind.LIST]
    menu = request.htmx and request.GET.get("menu") == "1"
    template = "generations/_snippet_menu.html" if menu else "generations/snippets.html"
    return render(request, template, {"texts": texts, "lists": lists})


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def snippet_new(request: HttpRequest) -> HttpResponse:
    """A form: empty, or with what stands in the composer. Nothing is kept before it is saved."""
    if request.method == "POST" and "name" in request.POST:
        return _saved(request, None)
    kind = request.GET.get("kind", "")
    draft = Draft(kind=kind if kind in SnippetKind.values else SnippetKind.TEXT)
    if request.method == "POST":
        version, data = version_asked(request.POST), typed(request.POST)
        draft = Draft(text=data.get("prompt", ""), settings=_of_composer(version, data))
    return render(request, "generations/snippet.html", {"draft": draft, "snippet": None})


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def snippet(request: HttpRequest, snippet_id: str) -> HttpResponse:
    found = access.snippet_write(request.user, snippet_id)
    if request.method == "POST":
        return _saved(request, found)
    return render(request, "generations/snippet.html", {"draft": _of_row(found), "snippet": found})


@require_POST
@login_required
def snippet_delete(request: HttpRequest, snippet_id: str) -> HttpResponse:
    found = access.snippet_write(request.user, snippet_id)
    verbs.delete(found)
    messages.success(request, f"Deleted {found.name}.")
    return redirect("snippets")


def _saved(request: HttpRequest, known: Snippet | None) -> HttpResponse:
    data = request.POST
    told = {"kind": data.get("kind", ""), "name": data.get("name", ""), "text": data.get("text", "")}
    try:
        kept = verbs.save(ensure_person(request), **told, values=_ticked(data), known=known)
    except InvalidInput as error:
        draft = Draft(**told, settings=_of_form(data), errors=_spoken(error))
        context = {"draft": draft, "snippet": known}
        return render(request, "generations/snippet.html", context, status=422)
    messages.success(request, f"Saved {kept.name}.")
    return redirect("snippets")


def _spoken(error: InvalidInput) -> dict[str, str]:
    """By field; what has none is said for the whole form."""
    return {name or "all": sentence for name, sentence in error.by_field().items()}


def _of_composer(version: Version | None, data: Mapping[str, str]) -> list[Setting]:
    """What differs from the model's defaults is ticked."""
    if version is None:
        return []
    controls = [each for each in schema.controls(version.schema) if each.name not in NOT_KEPT]
    known = {each.name: each for each in controls if data.get(each.name)}
    return [
        Setting(name, each.label, data[name], is_kept=data[name] != _sent(each.default))
        for name, each in known.items()
    ]


def _sent(default: Any) -> str:
    """A default as its control sends it."""
    if isinstance(default, bool):
        return "on" if default else "off"
    return "" if default is None else str(default)


def _of_row(found: Snippet) -> Draft:
    labels = _labels()
    settings = [
        Setting(name, labels.get(name, name), str(value), is_kept=True)
        for name, value in found.values.items()
    ]
    return Draft(kind=found.kind, name=found.name, text=found.text, settings=settings)


def _of_form(data: QueryDict) -> list[Setting]:
    labels, kept = _labels(), data.getlist(KEPT)
    names = [key.removeprefix(SETTING) for key in data if key.startswith(SETTING)]
    return [Setting(name, labels.get(name, name), data[SETTING + name], name in kept) for name in names]


def _ticked(data: QueryDict) -> dict[str, str]:
    return {name: data[SETTING + name] for name in data.getlist(KEPT) if SETTING + name in data}


def _labels() -> dict[str, str]:
    version = queries.default_version()
    return {each.name: each.label for each in schema.controls(version.schema)} if version else {}
