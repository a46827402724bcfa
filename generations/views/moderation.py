"""The desk of moderators: the queue, one case, and its pictures once somebody has asked to see them."""

import time
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from generations import access, highlights, queries, recommending
from generations.errors import NotFound
from generations.models import Case, Output, Queue, Rule, Ruling, SubjectKind
from generations.recipes import settings_of
from generations.services import desk, files, notices
from generations.services.standings import MODELS
from generations.services.statements import rule_of
from generations.standing import OF_PEOPLE, OF_THINGS, strongest
from generations.views.media import names_of

SHOWN_S = 3600  # for how long a case that was opened to somebody stays so
NAMES = dict(Ruling.choices)
ACTS = {  # an outcome as a verb, on a button
    "keep": "Breaks no rule",
    "warn": "Warn",
    "label": "Label",
    "blur": "Mark as sensitive",
    "age_gate": "Adults only",
    "unlist": "Unlist",
    "hold": "Hold",
    "revoke_links": "Close its links",
    "hide": "Hide",
    "remove": "Remove",
    "block_hash": "Remove and block its like",
    "divert": "Remove and divert",
    "limit": "Limit",
    "mute": "Mute",
    "suspend": "Suspend",
    "terminate": "Close the account",
}


@require_safe
@never_cache
def desk_queue(request: HttpRequest) -> HttpResponse:
    viewer = access.desk_read(request.user)
    sought = sought_of(request)
    page = queries.queue_page(
        viewer, sought, is_senior=access.is_senior(viewer), after=request.GET.get("after", "")[:60]
    )
    context = {
        "page": page,
        "sought": sought,
        "counts": queries.desk_counts(),
        "queues": Queue.choices,
        "kinds": SubjectKind.choices,
        "rules": Rule.choices,
        "query": query_of(sought),
        "detector": queries.detector(),
        "fresh": queries.fresh_decision(viewer, since=timezone.now() - notices.UNDO),
    }
    name = "moderation/_rows.html" if request.htmx and "after" in request.GET else "moderation/queue.html"
    return render(request, name, context)


@require_POST
def desk_next(request: HttpRequest) -> HttpResponse:
    """Claim what should be decided next, and go there."""
    viewer = access.case_decide(request.user)
    sought = sought_of(request)
    found = desk.take_next(
        viewer, sought, is_senior=access.is_senior(viewer), but=request.POST.get("but", "")[:26]
    )
    return redirect(f"/moderation/{query_of(sought)}" if found is None else address_of(found, sought))


@require_safe
@never_cache
def case(request: HttpRequest, case_id: str) -> HttpResponse:
    found = access.case_read(request.user, case_id)
    if found.is_private and not is_opened(request, found):
        return render(request, "moderation/private.html", {"case": found, "error": ""})
    return case_page(request, found)


@require_POST
def case_open(request: HttpRequest, case_id: str) -> HttpResponse:
    """What is private opens to a senior moderator who says why; the audit keeps that."""
    found = access.case_read(request.user, case_id)
    viewer = access.private_read(request.user)
    reason = request.POST.get("reason", "").strip()
    if len(reason) < 10:
        context = {"case": found, "error": "Say why in a few words: at least ten characters."}
        return render(request, "moderation/private.html", context, status=422)
    desk.note_opened(found, viewer, reason=reason)
    _remember(request, "opened", found)
    return redirect("case", found.pk)


@require_POST
def case_reveal(request: HttpRequest, case_id: str) -> HttpResponse:
    """Show its pictures for an hour; the audit keeps who asked."""
    found = access.case_read(request.user, case_id)
    if found.is_private and not is_opened(request, found):
        raise NotFound("There is no such case.")
    desk.note_revealed(found, access.desk_read(request.user))
    _remember(request, "revealed", found)
    if request.htmx:
        context = {"record": queries.record_of(found), "case": found, "is_revealed": True}
        return render(request, "moderation/_pictures.html", context)
    return redirect("case", found.pk)


@require_safe
@never_cache
def case_picture(request: HttpRequest, case_id: str, picture_id: str) -> HttpResponse:
    """The small file of a picture of the case: to whoever has asked to see it, and to nobody by its address alone."""
    found = access.case_read(request.user, case_id)
    is_closed = found.is_private and not is_opened(request, found)
    if is_closed or not is_revealed(request, found):
        raise NotFound("There is no such picture.")
    picture = next((each for each in queries.pictures_of_case(found) if each.pk == picture_id), None)
    if picture is None:
        raise NotFound("There is no such picture.")
    name, kind = _small(picture)
    try:
        response = HttpResponse(files.read(picture.key, name), content_type=kind)
    except FileNotFoundError:
        raise NotFound("The file of that picture is gone.") from None
    response["Cache-Control"] = "private, no-store"
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return response


def case_page(request: HttpRequest, found: Case, *, error: str = "", status: int = 200) -> HttpResponse:
    """All of one case beside the queue."""
    context = {**case_context(request, found), "error": error}
    return render(request, "moderation/case.html", context, status=status)


def case_context(request: HttpRequest, found: Case) -> dict[str, Any]:
    viewer = access.desk_read(request.user)
    is_senior = access.is_senior(viewer)
    is_person = found.subject_kind == SubjectKind.USER
    record = queries.record_of(found)
    keyed, more = recommending.offered(is_person=is_person, is_senior=is_senior)
    prediction = record.prediction
    return {
        "case": found,
        "record": record,
        "sought": sought_of(request),
        "query": query_of(sought_of(request)),
        "is_senior": is_senior,
        "is_mine": found.person_id == viewer.pk,
        "is_revealed": is_revealed(request, found),
        "recommended": recommending.outcome_for(found.category, is_person=is_person, points=record.points),
        "keyed": [(str(at), outcome, ACTS[outcome]) for at, outcome in enumerate(keyed, start=1)],
        "more": [(outcome, ACTS[outcome]) for outcome in more],
        "words": highlights.pieces(prediction.prompt, _of_prompt(record.spans)) if prediction else [],
        "settings": settings_of(prediction.version.schema, prediction.input) if prediction else [],
        "rule": rule_of(found.category),
        "stands": _stands(found),
        "rules": Rule.choices,
        "fresh": queries.fresh_decision(viewer, since=timezone.now() - notices.UNDO),
        "counts": queries.desk_counts(),
        "page": queries.queue_page(viewer, sought_of(request), is_senior=is_senior),
        "viewer": viewer,
    }


def _of_prompt(spans: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [span for span in spans if span.get("field", "prompt") == "prompt"]


def _stands(found: Case) -> str:
    """What holds of the subject now, in a word."""
    names = OF_PEOPLE if found.subject_kind == SubjectKind.USER else OF_THINGS
    if found.subject_kind == SubjectKind.PREDICTION:
        return ""
    model = MODELS[SubjectKind(found.subject_kind)]
    now = model._default_manager.filter(pk=found.subject_id).values_list("standing", flat=True).first()
    return NAMES.get(strongest(now, names), "") if now else ""


# What the address and the session say


def sought_of(request: HttpRequest) -> queries.Sought:
    told = request.POST if request.method == "POST" else request.GET
    category = told.get("category_sought" if request.method == "POST" else "category", "")
    return queries.Sought(
        queue=told.get("queue", "") if told.get("queue") in Queue.values else "",
        kind=told.get("kind", "") if told.get("kind") in SubjectKind.values else "",
        category=category if category in Rule.values else "",
        state=told.get("state", "") if told.get("state") in ("open", "escalated") else "",
    )


def query_of(sought: queries.Sought) -> str:
    named = (
        ("queue", sought.queue),
        ("kind", sought.kind),
        ("category", sought.category),
        ("state", sought.state),
    )
    query = "&".join(f"{name}={value}" for name, value in named if value)
    return f"?{query}" if query else ""


def address_of(found: Case, sought: queries.Sought) -> str:
    return f"/moderation/cases/{found.pk}/{query_of(sought)}"


def is_opened(request: HttpRequest, found: Case) -> bool:
    return _is_remembered(request, "opened", found)


def is_revealed(request: HttpRequest, found: Case) -> bool:
    return _is_remembered(request, "revealed", found)


def _remember(request: HttpRequest, what: str, found: Case) -> None:
    now = int(time.time())
    kept = {id: at for id, at in request.session.get(what, {}).items() if now - at < SHOWN_S}
    request.session[what] = {**kept, found.pk: now}


def _is_remembered(request: HttpRequest, what: str, found: Case) -> bool:
    return time.time() - request.session.get(what, {}).get(found.pk, 0) < SHOWN_S


def _small(picture: Any) -> tuple[str, str]:
    if not isinstance(picture, Output):
        return "thumb.webp", "image/webp"
    widths = [made["width"] for made in picture.renditions if made["format"] == "webp"]
    name = (
        f"{min((each for each in widths if each >= 300), default=max(widths))}.webp"
        if widths
        else "master.png"
    )
    return (
        (name, "image/webp" if widths else "image/png")
        if name in names_of(picture)
        else ("master.png", "image/png")
    )
