"""Reports of a share, from anyone, and the receipt."""

from typing import Any

from django import forms
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts.models import User
from accounts.throttle import network_of
from generations import access
from generations.errors import InvalidInput
from generations.models import Rule
from generations.services import reports
from generations.signing import token_of
from generations.text import clean_text

WORDS_MAX = 2000


class ReportForm(forms.Form):
    rule = forms.ChoiceField(
        label="What is wrong with it",
        choices=Rule.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "Choose what is wrong with it."},
    )
    words = forms.CharField(
        label="In your words",
        help_text="What a stranger needs to know to see it as you do.",
        max_length=WORDS_MAX,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4, "dir": "auto"}),
    )
    email = forms.EmailField(
        label="Your e-mail",
        help_text="Only if you want to hear what becomes of it.",
        max_length=254,
        required=False,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not settings.HAS_MAIL:  # the page of the receipt tells it
            del self.fields["email"]

    def clean_words(self) -> str:
        try:
            return clean_text(self.cleaned_data["words"], field="words", label="The text")
        except InvalidInput as error:
            raise forms.ValidationError(error.sentence) from error

    def said(self) -> dict[str, str]:
        return {"email": "", **self.cleaned_data}


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def share_report(request: HttpRequest, token: str) -> HttpResponse:
    """A form that shows nothing of what is reported: whoever reports it has seen it."""
    found = access.share_by_link(request.user, token)
    form = ReportForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        user = request.user if isinstance(request.user, User) else None
        made = reports.file(found, **form.said(), user=user, network=network_of(request))
        return redirect("report", token_of("report", made))
    context = {"form": form, "token": token}
    response = render(request, "shares/report.html", context, status=422 if form.errors else 200)
    response["X-Robots-Tag"] = "noindex"
    return response


@require_safe
@never_cache
def report(request: HttpRequest, token: str) -> HttpResponse:
    """The receipt: whoever holds its link reads what they said, and what has become of it."""
    found = access.report_by_link(token)
    context = {"report": found, "outcome": reports.outcome_of(found)}
    response = render(request, "shares/receipt.html", context)
    response["X-Robots-Tag"] = "noindex"
    return response
