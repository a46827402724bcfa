"""What moderators decide: on a case or its whole cluster, undone at once, escalated, let go; appeals and reviews."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from generations import access, queries, recommending
from generations.errors import Conflict, InvalidInput, NotFound
from generations.models import Case, Ground, Ruling
from generations.services import appeals, cases, decisions, desk, reviews
from generations.services.decisions import Reasons
from generations.text import clean_text
from generations.views.moderation import (
    ACTS,
    address_of,
    case_page,
    is_opened,
    is_revealed,
    query_of,
    sought_of,
)

TEXT_MAX = 2000
SEVERE = (Ruling.TERMINATE, Ruling.BLOCK_HASH, Ruling.DIVERT)


@require_POST
def case_decide(request: HttpRequest, case_id: str) -> HttpResponse:
    found = access.case_write(request.user, case_id)
    _check_opened(request, found)
    viewer = access.case_decide(request.user)
    outcome = request.POST.get("outcome", "")
    if outcome in SEVERE or request.POST.get("ground") == Ground.LEGAL:
        access.severe_decide(request.user)
    try:
        reasons = _reasons(request)
        if request.POST.get("cluster") == "1":
            decisions.decide_cluster(
                found, viewer, outcome, versions=_versions(request, found), reasons=reasons
            )
        else:
            decisions.decide(found, viewer, outcome, lock_version=_version(request), reasons=reasons)
    except InvalidInput as wrong:
        return case_page(request, found, error=wrong.sentence, status=422)
    except Conflict as moved:
        found.refresh_from_db()
        return case_page(request, found, error=moved.sentence, status=409)
    return _onwards(request, but=found.pk)


@require_POST
def case_escalate(request: HttpRequest, case_id: str) -> HttpResponse:
    found = access.case_write(request.user, case_id)
    _check_opened(request, found)
    try:
        cases.escalate(found, access.case_decide(request.user), lock_version=_version(request))
    except Conflict as moved:
        found.refresh_from_db()
        return case_page(request, found, error=moved.sentence, status=409)
    messages.success(request, "Handed to the senior moderators.")
    return _onwards(request, but=found.pk)


@require_POST
def case_claim(request: HttpRequest, case_id: str) -> HttpResponse:
    found = access.case_write(request.user, case_id)
    viewer = access.case_decide(request.user)
    if request.POST.get("release") == "1":
        cases.release(found, viewer)
        return redirect("desk-queue")
    cases.claim(found, viewer)
    return redirect(address_of(found, sought_of(request)))


@require_POST
def decision_undo(request: HttpRequest, decision_id: str) -> HttpResponse:
    found = access.decision_undo(request.user, decision_id)
    decisions.undo(found, access.case_decide(request.user))
    messages.success(request, "Undone. Nobody was told.")
    return redirect("case", found.case_id)


@require_safe
@never_cache
def appeals_list(request: HttpRequest) -> HttpResponse:
    access.appeal_decide(request.user)
    context = {"appeals": queries.appeals_waiting(), "counts": queries.desk_counts()}
    return render(request, "moderation/appeals.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def appeal(request: HttpRequest, appeal_id: str) -> HttpResponse:
    found = access.appeal_write(request.user, appeal_id)
    context = {"appeal": found, "decision": found.decision, "counts": queries.desk_counts(), "error": ""}
    if request.method != "POST":
        return render(request, "moderation/appeal.html", context)
    answer = request.POST.get("answer")
    if answer not in ("uphold", "overturn"):
        context["error"] = "Choose whether the decision stays."
        return render(request, "moderation/appeal.html", context, status=422)
    try:
        text = _text(request, "text", "The answer")
    except InvalidInput as wrong:
        return render(request, "moderation/appeal.html", {**context, "error": wrong.sentence}, status=422)
    viewer = access.appeal_decide(request.user)
    appeals.answer(found, viewer, is_overturned=answer == "overturn", text=text)
    messages.success(request, "Answered.")
    return redirect("appeals")


@require_safe
@never_cache
def reviews_list(request: HttpRequest) -> HttpResponse:
    viewer = access.case_decide(request.user)
    rows = [row for row in queries.reviews_waiting() if row.kind == "blind" or access.is_senior(viewer)]
    return render(request, "moderation/reviews.html", {"reviews": rows, "counts": queries.desk_counts()})


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def review(request: HttpRequest, review_id: int) -> HttpResponse:
    """The second of two says yes or no; a blind reviewer says what they would have done."""
    found = access.review_write(request.user, review_id)
    viewer = access.case_decide(request.user)
    is_person = found.decision.case.subject_kind == "user"
    keyed, more = recommending.offered(is_person=is_person, is_senior=False)
    offered = [(outcome, ACTS[outcome]) for outcome in (*keyed, *more)]
    context = {"review": found, "decision": found.decision, "case": found.decision.case, "offered": offered}
    context |= {
        "record": queries.record_of(found.decision.case),
        "counts": queries.desk_counts(),
        "error": "",
    }
    context["is_revealed"] = is_revealed(request, found.decision.case)
    if request.method != "POST":
        return render(request, "moderation/review.html", context)
    try:
        note = _text(request, "note", "The note")
        if found.kind == "blind":
            reviews.blind(found, viewer, outcome=request.POST.get("outcome", ""), note=note)
        elif request.POST.get("agrees") in ("0", "1"):
            reviews.second(found, viewer, agrees=request.POST["agrees"] == "1", note=note)
        else:
            return render(
                request, "moderation/review.html", {**context, "error": "Agree or not."}, status=422
            )
    except InvalidInput as wrong:
        return render(request, "moderation/review.html", {**context, "error": wrong.sentence}, status=422)
    messages.success(request, "Reviewed.")
    return redirect("reviews")


def _onwards(request: HttpRequest, *, but: str) -> HttpResponse:
    """To the next case, claimed already; to the queue when that was the last."""
    viewer = access.case_decide(request.user)
    sought = sought_of(request)
    following = desk.take_next(viewer, sought, is_senior=access.is_senior(viewer), but=but)
    return redirect(address_of(following, sought) if following else f"/moderation/{query_of(sought)}")


def _check_opened(request: HttpRequest, found: Case) -> None:
    if found.is_private and not is_opened(request, found):
        raise NotFound("There is no such case.")


def _reasons(request: HttpRequest) -> Reasons:
    told = request.POST
    days = told.get("days", "").strip() or "0"
    return Reasons(
        category=told.get("category", "")[:32],
        ground=Ground.LEGAL if told.get("ground") == Ground.LEGAL else Ground.TERMS,
        legal_ground=_text(request, "legal_ground", "The law")[:300],
        facts=_text(request, "facts", "What you saw"),
        user_text=_text(request, "user_text", "The words to the person"),
        internal_note=_text(request, "internal_note", "The note"),
        days=int(days) if days.isascii() and days.isdecimal() and len(days) < 6 else -1,
    )


def _text(request: HttpRequest, field: str, label: str) -> str:
    return clean_text(request.POST.get(field, "")[:TEXT_MAX], field=field, label=label).strip()


def _version(request: HttpRequest) -> int:
    told = request.POST.get("lock_version", "")
    return int(told) if told.isascii() and told.isdecimal() and len(told) < 10 else -1


def _versions(request: HttpRequest, found: Case) -> dict[str, int]:
    """Of the cases that the page showed, as it showed them."""
    versions = {found.pk: _version(request)}
    for pair in request.POST.getlist("alike")[:100]:
        id, _, version = pair.partition(":")
        if version.isascii() and version.isdecimal() and len(version) < 10:
            versions[id] = int(version)
    return versions
