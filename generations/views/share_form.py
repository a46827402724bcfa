"""The form of a link's options, for making one and for changing it."""

from datetime import timedelta
from typing import Any

from django import forms
from django.utils import timezone

from generations.models import Share
from generations.services.shares import Options

UNLISTED, PUBLIC = "unlisted", "public"
KEEP, NEVER = "keep", "never"
TERMS = {
    "1h": timedelta(hours=1),
    "1d": timedelta(days=1),
    "7d": timedelta(days=7),
    "30d": timedelta(days=30),
}
TERM_WORDS = {NEVER: "Never", "1h": "In an hour", "1d": "In a day", "7d": "In a week", "30d": "In 30 days"}
VIEWS_MAX = 1_000_000
SHOWS = ("shows_prompt", "shows_seed", "shows_recipe", "shows_name", "shows_origins", "strips_metadata")


class ShareForm(forms.Form):
    """`share`: the link that is changed, None for a new one."""

    shows_prompt = forms.BooleanField(label="Prompt", required=False, initial=True)
    shows_seed = forms.BooleanField(label="Seed", required=False, initial=True)
    shows_recipe = forms.BooleanField(label="Other settings", required=False, initial=True)
    shows_name = forms.BooleanField(label="Your name", required=False, initial=True)
    shows_origins = forms.BooleanField(label="Start image and what it was made from", required=False)
    strips_metadata = forms.BooleanField(
        label="Leave the recipe out of downloaded files",
        help_text="That it was made by AI stays in the file.",
        required=False,
    )
    visibility = forms.ChoiceField(
        label="Who finds it",
        choices=[(UNLISTED, "Only who has the link"), (PUBLIC, "Everyone, in Explore and search engines")],
        initial=UNLISTED,
        widget=forms.RadioSelect,
        required=False,
    )
    expires = forms.ChoiceField(label="Ends", choices=list(TERM_WORDS.items()), initial=NEVER, required=False)
    views_most = forms.IntegerField(
        label="View limit",
        help_text="Empty: as often as anyone likes.",
        min_value=1,
        max_value=VIEWS_MAX,
        required=False,
        widget=forms.NumberInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )
    password = forms.CharField(
        label="Password",
        required=False,
        strip=False,
        min_length=4,
        max_length=200,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    drops_password = forms.BooleanField(label="Take the password away", required=False)

    def __init__(
        self, *args: Any, share: Share | None = None, may_publish: bool = True, **kwargs: Any
    ) -> None:
        super().__init__(*args, initial=_initial(share) if share else None, **kwargs)
        self.share = share
        if share is None or not share.password:
            del self.fields["drops_password"]
        else:
            self.fields["password"].help_text = "It has one. Write another to change it."
        if share is not None and share.expires_at:
            self.fields["expires"].choices = [(KEEP, "As it is"), *TERM_WORDS.items()]  # type: ignore[attr-defined]
        if not may_publish:
            del self.fields["visibility"]

    @property
    def what(self) -> list[forms.BoundField]:
        """What the link shows."""
        return [self[name] for name in SHOWS]

    @property
    def who(self) -> list[forms.BoundField]:
        """Who may open it, visibility apart."""
        names = ("expires", "views_most", "password", "drops_password")
        return [self[name] for name in names if name in self.fields]

    def options(self) -> Options:
        """Of a form that is valid."""
        told = self.cleaned_data
        return Options(
            **{name: told[name] for name in SHOWS},
            is_public=told.get("visibility") == PUBLIC,
            password=self._password(),
            expires_at=self._expires_at(),
            views_most=told["views_most"],
        )

    def _password(self) -> str | None:
        """None: as it is."""
        if self.cleaned_data.get("drops_password"):
            return ""
        return self.cleaned_data["password"] or None

    def _expires_at(self) -> Any:
        term = self.cleaned_data["expires"]
        if term == KEEP and self.share is not None:
            return self.share.expires_at
        return timezone.now() + TERMS[term] if term in TERMS else None


def _initial(share: Share) -> dict[str, Any]:
    return {
        **{name: getattr(share, name) for name in SHOWS},
        "visibility": PUBLIC if share.is_public or share.publish_asked_at else UNLISTED,
        "expires": KEEP if share.expires_at else NEVER,
        "views_most": share.views_most,
    }
