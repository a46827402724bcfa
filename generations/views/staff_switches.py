"""The switches of the whole site, for administrators."""

from dataclasses import asdict

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts import switches
from generations import access
from generations.errors import InvalidInput
from generations.text import clean_text


class SwitchesForm(forms.Form):
    registrations = forms.BooleanField(
        label="Sign-up",
        help_text="Off: no new accounts. Those that are there sign in as ever.",
        required=False,
    )
    guests = forms.BooleanField(
        label="Guests",
        help_text="Off: nobody makes pictures without an account. Guests keep what they have.",
        required=False,
    )
    publishing = forms.BooleanField(
        label="Sharing",
        help_text="Off: no new links, nothing new in public. Links stay open.",
        required=False,
    )
    generation = forms.BooleanField(
        label="New pictures",
        help_text="Off: new prompts are refused, on the pages and by the API. What waits still runs.",
        required=False,
    )
    banner = forms.CharField(
        label="Banner",
        help_text="One or two sentences over every page. Empty: none.",
        max_length=300,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2, "dir": "auto"}),
    )
    reason = forms.CharField(
        label="Why",
        help_text="Only the audit keeps it.",
        max_length=200,
        error_messages={"required": "Say why."},
    )

    def clean_banner(self) -> str:
        try:
            return clean_text(self.cleaned_data["banner"], field="banner", label="The banner")
        except InvalidInput as error:
            raise forms.ValidationError(error.sentence) from error


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def staff_switches(request: HttpRequest) -> HttpResponse:
    asker = access.switches_set(request.user)
    form = SwitchesForm(
        request.POST if request.method == "POST" else None, initial=asdict(switches.current())
    )
    if request.method == "POST" and form.is_valid():
        chosen = dict(form.cleaned_data)
        reason = chosen.pop("reason")
        switches.set_to(switches.State(**chosen), by=asker, reason=reason)
        messages.success(request, "The switches are set. Every page obeys them now.")
        return redirect("staff-switches")
    bounds = {"sign_up": settings.SIGN_UP, "guests": settings.GUESTS}
    context = {"form": form, "bounds": bounds}
    return render(request, "staff/switches.html", context, status=422 if form.errors else 200)
