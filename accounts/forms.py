"""The forms of the account pages: allauth's own, with our words, names and autocomplete."""

import struct
import unicodedata
from collections.abc import Callable
from typing import Any, ClassVar

from allauth.account import forms as account
from allauth.account.internal.userkit import filter_users_by_email
from allauth.mfa.base import forms as mfa
from allauth.mfa.models import Authenticator
from allauth.mfa.totp import forms as totp
from allauth.mfa.utils import decrypt
from allauth.mfa.webauthn import forms as webauthn
from cryptography.exceptions import InvalidSignature
from django import forms
from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.validators import MaxLengthValidator

from accounts import second_factor
from accounts.errors import HandleRefused
from accounts.handles import take
from accounts.models import Sensitive, User

EMAIL_MAX = 254
TURNERS = frozenset(
    "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
)  # would turn what is written around a name
BROKEN = (KeyError, IndexError, TypeError, ValueError, AttributeError, struct.error, InvalidSignature)
PASSWORD_HELP = "At least 10 characters, and not one that others guess easily."  # noqa: S105 - words, no secret


class Worded:
    """Our words on allauth's fields: `words` maps a field to its label, help and autocomplete ("" leaves one out)."""

    words: ClassVar[dict[str, tuple[str, str, str]]] = {}
    fields: dict[str, forms.Field]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, (label, help_text, autocomplete) in self.words.items():
            field = self.fields[name]
            field.label, field.help_text = label, help_text
            field.widget.attrs.pop("placeholder", None)
            if autocomplete:
                field.widget.attrs["autocomplete"] = autocomplete
            if isinstance(field, forms.EmailField):
                field.validators.append(
                    MaxLengthValidator(EMAIL_MAX)
                )  # the library lets 320 through, rows hold 254


CODE = ("Code", "", "one-time-code")
NEW = {
    "password1": ("New password", PASSWORD_HELP, "new-password"),
    "password2": ("Once more", "", "new-password"),
}


class LoginForm(Worded, account.LoginForm):
    words = {
        "login": ("E-mail", "", "username webauthn"),
        "password": ("Password", "", "current-password"),
    }


class SignupForm(Worded, account.SignupForm):
    words = {
        "email": ("E-mail", "", "email"),
        "password1": ("Password", PASSWORD_HELP, "new-password"),
    }


class AddEmailForm(Worded, account.AddEmailForm):
    words = {"email": ("Another address", "", "email")}

    def clean_email(self) -> str:
        """Where no code proves whose an address is, one that another account has is refused."""
        email: str = super().clean_email()
        others = [person for person in filter_users_by_email(email) if person.pk != self.user.pk]
        if others and not settings.HAS_MAIL:
            raise forms.ValidationError("Another account has this address.")
        return email


class ChangeEmailForm(Worded, account.ChangeEmailForm):
    words = {"email": ("The right address", "", "email")}


class ChangePasswordForm(Worded, account.ChangePasswordForm):
    words = {"oldpassword": ("Current password", "", "current-password"), **NEW}


class SetPasswordForm(Worded, account.SetPasswordForm):
    words = NEW


class ResetPasswordForm(Worded, account.ResetPasswordForm):
    words = {"email": ("E-mail", "", "email")}


class ResetPasswordKeyForm(Worded, account.ResetPasswordKeyForm):
    words = NEW


class ReauthenticateForm(Worded, account.ReauthenticateForm):
    words = {"password": ("Password", "", "current-password")}


class ConfirmCodeForm(Worded, account.ConfirmEmailVerificationCodeForm):
    words = {"code": CODE}


class OnceOnly:
    """A code of the app signs in once: not the same again, nor one from before it."""

    def clean_code(self) -> str:
        code: str = super().clean_code()  # type: ignore[misc]
        factor: Authenticator = self.authenticator  # type: ignore[attr-defined]
        is_of_app = factor.type == Authenticator.Type.TOTP
        if is_of_app and not second_factor.take_code(decrypt(factor.data["secret"]), code):
            raise forms.ValidationError("That code was used already. Wait for the next one.")
        return code


class AuthenticateForm(OnceOnly, Worded, mfa.AuthenticateForm):
    words = {"code": ("Code", "From your authenticator app, or one of your recovery codes.", "one-time-code")}


class ReauthenticateCodeForm(OnceOnly, Worded, mfa.ReauthenticateForm):
    words = AuthenticateForm.words


class ActivateTOTPForm(Worded, totp.ActivateTOTPForm):
    words = {"code": ("Code", "The six digits that the app shows now.", "one-time-code")}

    def clean_code(self) -> str:
        code: str = super().clean_code()
        second_factor.take_code(self.secret, code)
        return code


class Unbroken:
    """An answer that no browser gave fails in many ways inside the library; to people they are one."""

    def clean_credential(self) -> Any:
        parent = getattr(super(), "clean_credential", None)
        return self._or_refused(parent) if parent else self.cleaned_data["credential"]  # type: ignore[attr-defined]

    def clean(self) -> Any:
        return self._or_refused(super().clean)  # type: ignore[misc]

    def _or_refused(self, check: Callable[[], Any]) -> Any:
        try:
            return check()
        except BROKEN as error:
            raise forms.ValidationError("That passkey did not work. Try again.") from error


class AuthenticatePasskeyForm(Unbroken, webauthn.AuthenticateWebAuthnForm):
    pass


class LoginPasskeyForm(Unbroken, webauthn.LoginWebAuthnForm):
    pass


class ReauthenticatePasskeyForm(Unbroken, webauthn.ReauthenticateWebAuthnForm):
    pass


class AddPasskeyForm(Unbroken, Worded, webauthn.AddWebAuthnForm):
    words = {
        "name": ("Name", "To tell it from others: “Laptop”, “Blue key”.", "off"),
        "passwordless": (
            "Sign in with it alone",
            "Without e-mail and password. It asks for a PIN or a finger.",
            "",
        ),
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["passwordless"].initial = True
        self.initial["name"] = ""


class RenamePasskeyForm(Worded, webauthn.EditWebAuthnForm):
    words = {"name": ("Name", "", "off")}


class ProfileForm(forms.Form):
    """Name and handle; saving takes the handle, so that a refusal is an error at its field."""

    name = forms.CharField(
        label="Name",
        help_text="Shown with what you share. Leave it empty to stay “someone”.",
        max_length=80,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    handle = forms.CharField(
        label="Handle",
        help_text="Your address here: letters a–z, digits and hyphens. Once given, it is never given to another.",
        max_length=39,
        required=False,
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}
        ),
    )

    has_profile = forms.BooleanField(
        label="A public page of what I publish", help_text="At /@ and your handle.", required=False
    )
    sensitive = forms.ChoiceField(label="Sensitive pictures", choices=Sensitive.choices, required=False)

    def __init__(self, *args: Any, person: User, **kwargs: Any) -> None:
        kwargs["initial"] = {
            "name": person.name,
            "handle": person.handle or "",
            "has_profile": person.has_profile,
            "sensitive": person.sensitive,
        }
        super().__init__(*args, **kwargs)
        self.person = person

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"]
        if any(unicodedata.category(letter) == "Cc" or letter in TURNERS for letter in name):
            raise forms.ValidationError("A name has no control characters.")
        return name

    def save(self) -> bool:
        """Keep both, or say at the handle why not: whether it was kept."""
        wanted = self.cleaned_data["handle"]
        try:
            if wanted and wanted != self.person.handle:
                take(self.person, wanted)
        except HandleRefused as refused:
            self.add_error("handle", refused.sentence)
            return False
        self.person.name = self.cleaned_data["name"]
        if not wanted:
            self.person.handle = None
        self.person.has_profile = self.cleaned_data["has_profile"] and bool(self.person.handle)
        self.person.sensitive = self.cleaned_data["sensitive"] or self.person.sensitive
        self.person.save(update_fields=["name", "handle", "has_profile", "sensitive"])
        return True


class FirstAdminForm(forms.Form):
    email = forms.EmailField(
        label="E-mail", max_length=EMAIL_MAX, widget=forms.EmailInput(attrs={"autocomplete": "email"})
    )
    password = forms.CharField(
        label="Password",
        help_text=PASSWORD_HELP,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def clean_email(self) -> str:
        email: str = self.cleaned_data["email"].lower()
        if filter_users_by_email(email):
            raise forms.ValidationError(
                "There is an account with this address already. Sign in to it, then open this link again."
            )
        return email

    def clean_password(self) -> str:
        password: str = self.cleaned_data["password"]
        validate_password(password, User(email=self.cleaned_data.get("email", "")))
        return password
