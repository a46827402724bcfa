"""The form that makes an API token."""

from datetime import datetime, timedelta

from django import forms
from django.utils import timezone

from accounts.models import Scope

NEVER = "never"
TERMS = {
    "7d": timedelta(days=7),
    "30d": timedelta(days=30),
    "90d": timedelta(days=90),
    "365d": timedelta(days=365),
}
TERM_WORDS = {
    NEVER: "Never",
    "7d": "In a week",
    "30d": "In 30 days",
    "90d": "In 90 days",
    "365d": "In a year",
}
LIMIT_MAX = 1_000_000


class TokenForm(forms.Form):
    name = forms.CharField(
        label="Name",
        help_text="What it is for, such as “discord bot”.",
        max_length=80,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    scopes = forms.MultipleChoiceField(
        label="It may",
        choices=Scope.choices,
        initial=Scope.values,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Choose what the token may do."},
    )
    expires = forms.ChoiceField(
        label="Expires", choices=list(TERM_WORDS.items()), initial=NEVER, required=False
    )
    daily_limit = forms.IntegerField(
        label="Predictions a day",
        help_text="Empty: as many as you may make.",
        min_value=1,
        max_value=LIMIT_MAX,
        required=False,
        widget=forms.NumberInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )

    def expires_at(self) -> datetime | None:
        term = TERMS.get(self.cleaned_data["expires"])
        return None if term is None else timezone.now() + term
