"""Prompt rules for the staff: drafted, tried, run in shadow, put in force by a second person, reverted."""

from collections.abc import Callable, Mapping
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.models import Right, User
from generations import access, queries
from generations.errors import Conflict, InvalidInput, NotAllowed, NotFound
from generations.models import PolicyVersion, Rule, Severity
from generations.services import drafting, policies, trying
from generations.services.drafting import Draft

REASON_MAX = 300
CLAUSES_HELP = (
    "A clause a line. red | blue*: one of these, * for any ending. a & b: both. a ~6 b: at most six words apart. "
    "<1-17>: a number. @name = a | b: a name for several. # begins a remark."
)


class DraftForm(forms.Form):
    title = forms.CharField(
        label="The rule, as people read it", max_length=drafting.TITLE_MAX, required=False
    )
    severity = forms.ChoiceField(label="What it does", choices=Severity.choices, required=False)
    category = forms.ChoiceField(label="What it is about", choices=Rule.choices, required=False)
    clauses = forms.CharField(
        label="What it matches",
        help_text=CLAUSES_HELP,
        required=False,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 14, "class": "mono", "spellcheck": "false", "dir": "auto"}),
    )
    allowed = forms.CharField(
        label="What it never minds",
        help_text="Phrases, one a line: words within them count for nothing.",
        required=False,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 4, "class": "mono", "spellcheck": "false", "dir": "auto"}),
    )

    def draft(self) -> Draft:
        return Draft(**{name: self.cleaned_data[name] for name in Draft.__slots__})


class NewForm(DraftForm):
    rule = forms.SlugField(
        label="Name in addresses and notices",
        help_text="Lower-case letters, digits and hyphens. It stays.",
        max_length=40,
    )
    field_order = ["rule"]


@require_safe
@never_cache
def rules(request: HttpRequest) -> HttpResponse:
    access.rules_edit(request.user)
    policies.live()  # those that ship with the site are there before anybody has sent a prompt
    context = {"lines": queries.rule_lines(), "detector": queries.detector()}
    return render(request, "staff/rules.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def rule_new(request: HttpRequest) -> HttpResponse:
    asker = access.rules_edit(request.user)
    form = NewForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        made = _done(form, lambda: drafting.begin(form.cleaned_data["rule"], form.draft(), by=asker))
        if made is not None:
            messages.success(request, "The draft is kept. Try it, then let it run in shadow.")
            return redirect("staff-rule-version", made.pk)
    status = 422 if form.errors else 200
    return render(request, "staff/rule_new.html", {"form": form}, status=status)


@require_safe
@never_cache
def rule(request: HttpRequest, rule: str) -> HttpResponse:
    """Its versions, newest first, with what each did."""
    access.rules_edit(request.user)
    versions = queries.rule_versions(rule)
    if not versions:
        raise NotFound("There is no such rule.")
    return render(request, "staff/rule.html", {"rule": rule, "versions": versions})


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def version(request: HttpRequest, version_id: str) -> HttpResponse:
    """One version; while it is a draft, a form."""
    asker = access.rules_edit(request.user)
    found = access.policy_read(request.user, version_id)
    if request.method != "POST":
        return _page(request, found)
    form = DraftForm(request.POST)
    if form.is_valid() and _done(form, lambda: drafting.edit(found, form.draft(), by=asker)) is not None:
        messages.success(request, "The draft is kept.")
        return redirect("staff-rule-version", found.pk)
    return _page(request, found, form=form, status=422)


@require_POST
@never_cache
def version_try(request: HttpRequest, version_id: str) -> HttpResponse:
    """On pasted lines and on what is shared: which texts would be treated otherwise than now?"""
    access.rules_edit(request.user)
    found = access.policy_read(request.user, version_id)
    lines = request.POST.get("lines", "")[: trying.LINES_MAX * 200]
    trial = trying.run(found, lines=lines, with_shared=request.POST.get("shared") == "on")
    if request.htmx:
        return render(request, "staff/_trial.html", {"trial": trial, "version": found})
    return _page(request, found, trial=trial, lines=lines)


STEPS: dict[str, tuple[Right, Callable[[PolicyVersion, User, Mapping[str, str]], str]]] = {
    "shadow": (Right.EDIT_RULES, lambda row, by, told: _shadowed(row, by)),
    "discard": (Right.EDIT_RULES, lambda row, by, told: _discarded(row, by)),
    "copy": (Right.EDIT_RULES, lambda row, by, told: _copied(row, by)),
    "activate": (Right.ACTIVATE_RULES, lambda row, by, told: _activated(row, by, told)),
    "retire": (Right.ACTIVATE_RULES, lambda row, by, told: _retired(row, by, told)),
    "revert": (Right.ACTIVATE_RULES, lambda row, by, told: _reverted(row, by, told)),
}


@require_POST
@never_cache
def version_step(request: HttpRequest, version_id: str, step: str) -> HttpResponse:
    """From draft to shadow to force and out again; `reason` where one is asked for."""
    if step not in STEPS:
        raise NotFound("There is no such page.")
    right, act = STEPS[step]
    ask = access.rules_activate if right == Right.ACTIVATE_RULES else access.rules_edit
    asker = ask(request.user)
    found = access.policy_read(request.user, version_id)
    try:
        said = act(found, asker, {"reason": request.POST.get("reason", "")[:REASON_MAX]})
    except (InvalidInput, Conflict, NotAllowed) as refused:
        messages.error(request, refused.sentence)
        return redirect("staff-rule-version", found.pk)
    messages.success(request, said)
    return redirect("staff-rule", found.rule)


def _shadowed(row: PolicyVersion, by: User) -> str:
    drafting.shadow(row, by=by)
    return f"{row.ref} runs in shadow: it notes what it would do, and does nothing."


def _discarded(row: PolicyVersion, by: User) -> str:
    drafting.discard(row, by=by)
    return f"{row.ref} is discarded."


def _copied(row: PolicyVersion, by: User) -> str:
    return f"{drafting.copy(row, by=by).ref} is a draft that says the same. Change it, and try it."


def _activated(row: PolicyVersion, by: User, told: Mapping[str, str]) -> str:
    drafting.activate(row, by=by, urgent=told["reason"])
    alone = " You are alone in this, and that is recorded." if row.is_single_operator else ""
    return f"{row.ref} is in force.{alone}"


def _retired(row: PolicyVersion, by: User, told: Mapping[str, str]) -> str:
    drafting.retire(row, by=by, reason=told["reason"])
    return f"{row.ref} is out of force. What it did stays."


def _reverted(row: PolicyVersion, by: User, told: Mapping[str, str]) -> str:
    done = drafting.revert(row, by=by, reason=told["reason"])
    return (
        f"{row.ref} is out of force, and what it did is taken back: {done.decisions} "
        f"decision{'' if done.decisions == 1 else 's'}, {done.predictions} held "
        f"prediction{'' if done.predictions == 1 else 's'}."
    )


def _done(form: forms.Form, act: Callable[[], Any]) -> Any:
    """What a service refuses becomes an error at its field; None then."""
    try:
        return act()
    except InvalidInput as refused:
        for field, sentence in refused.by_field().items():
            form.add_error(field if field in form.fields else None, sentence)
    except Conflict as refused:
        form.add_error(None, refused.sentence)
    return None


def _page(
    request: HttpRequest,
    found: PolicyVersion,
    *,
    form: DraftForm | None = None,
    status: int = 200,
    **context: Any,
) -> HttpResponse:
    is_draft = found.state == "draft"
    initial = {name: getattr(found, name) for name in Draft.__slots__}
    shown = {
        "version": found,
        "form": form or (DraftForm(initial=initial) if is_draft else None),
        "words": queries.words_hit(found),
        "is_alone": not queries.others_with(Right.ACTIVATE_RULES, besides=found.edited_by_id),
        "is_own": found.edited_by_id == request.user.pk,
        **context,
    }
    return render(request, "staff/rule_version.html", shown, status=status)
