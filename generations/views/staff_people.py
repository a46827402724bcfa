"""Who is staff, and in which role: for administrators."""

from itertools import chain
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts import audit, roles
from accounts.errors import RoleRefused
from generations import access, queries

NONE = "none"


class RoleForm(forms.Form):
    role = forms.ChoiceField(label="Role", choices=[(NONE, "No role"), *roles.Role.choices])
    reason = forms.CharField(label="Why", max_length=200, error_messages={"required": "Say why."})


class NamedForm(forms.Form):
    is_named = forms.ChoiceField(label="Sealed evidence", choices=[("1", "Named"), ("0", "Not named")])
    reason = forms.CharField(label="Why", max_length=200, error_messages={"required": "Say why."})


@require_safe
@never_cache
def staff_people(request: HttpRequest) -> HttpResponse:
    """The staff; with `?q=` also whoever has exactly this address or handle. A search is a line in the audit."""
    asker = access.roles_give(request.user)
    words = request.GET.get("q", "").strip()[:254]
    found = None
    if words:
        audit.record(asker, "people.search", kind="user", after=words)
        found = queries.found_for_role(words)
    return _page(request, words=words, found=found)


@require_POST
def staff_person(request: HttpRequest, person_id: int) -> HttpResponse:
    """Give this person a role, or take theirs."""
    asker = access.roles_give(request.user)
    person = access.person_by_number(person_id)
    form = RoleForm(request.POST)
    if not form.is_valid():
        return _page(request, error=" ".join(chain.from_iterable(form.errors.values())), about=person_id)
    wanted = form.cleaned_data["role"]
    try:
        role = None if wanted == NONE else roles.Role(wanted)
        roles.give(person, role, by=asker, reason=form.cleaned_data["reason"])
    except RoleRefused as refused:
        return _page(request, error=refused.sentence, about=person_id)
    word = "has no role any more" if wanted == NONE else f"is now {roles.Role(wanted).label.lower()}"
    messages.success(request, f"{person.display_name} {word}.")
    return redirect("staff-people")


@require_POST
def staff_named(request: HttpRequest, person_id: int) -> HttpResponse:
    """Name this person for sealed evidence, or no longer."""
    asker = access.roles_give(request.user)
    person = access.person_by_number(person_id)
    form = NamedForm(request.POST)
    if not form.is_valid():
        return _page(request, error=" ".join(chain.from_iterable(form.errors.values())), about=person_id)
    wanted = form.cleaned_data["is_named"] == "1"
    try:
        roles.set_named(person, wanted, by=asker, reason=form.cleaned_data["reason"])
    except RoleRefused as refused:
        return _page(request, error=refused.sentence, about=person_id)
    word = "may open sealed evidence with another" if wanted else "opens no sealed evidence any more"
    messages.success(request, f"{person.display_name} {word}.")
    return redirect("staff-people")


def _page(request: HttpRequest, *, error: str = "", about: int = 0, **context: Any) -> HttpResponse:
    shown = {"members": queries.staff(), "roles": roles.Role, "error": error, "about": about, **context}
    return render(request, "staff/people.html", shown, status=422 if error else 200)
