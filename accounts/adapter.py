"""How allauth meets our people: guests become accounts, addresses come from our middleware, words are ours."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.mfa.adapter import DefaultMFAAdapter
from django.conf import settings
from django.contrib import messages
from django.db import IntegrityError, transaction
from django.forms import BaseForm
from django.http import HttpRequest
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from accounts import guests, switches, throttle
from accounts.errors import TooMany
from accounts.models import User

HOUR_S = 3600
WRONG_CODE = "That code is wrong or has run out. Use the newest one."


class AccountAdapter(DefaultAccountAdapter):
    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "account_inactive": "This account is switched off. Ask whoever runs this site.",
        "email_password_mismatch": "This e-mail address and password do not belong together.",
        "email_taken": "There is an account with this address already. Sign in to it.",
        "duplicate_email": "This address is in your account already.",
        "enter_current_password": "That is not your current password.",
        "incorrect_code": WRONG_CODE,
        "incorrect_password": "That is not your password.",
        "invalid_or_expired_key": "This link was used or is too old.",
        "invalid_password_reset": "This link was used or is too old.",
        "too_many_login_attempts": "Too many tries. Wait a minute, then try again.",
        "rate_limited": "Too many tries. Wait a minute, then try again.",
        "unverified_primary_email": "Confirm this address first.",
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Closed: said with a status that a program understands, too."""
        if not switches.may_sign_up():
            raise ImmediateHttpResponse(render(request, "account/signup_closed.html", status=403))
        return True

    def new_user(self, request: HttpRequest) -> User:
        """The guest's own row becomes the account, so that nothing has to move and what runs runs on.

        Where an e-mail address must be confirmed first, the account is not yet theirs: the guest stays a guest until
        they can enter it, and is merged then. A mistyped address costs nobody their gallery, and whether an address
        is known cannot be told from what becomes of the guest.
        """
        guest = None if settings.HAS_MAIL else guests.guest_of(request)
        return guest or User()

    def save_user(self, request: HttpRequest, user: User, form: BaseForm, commit: bool = True) -> User:
        """Keep the new account. A second click on "Sign up" is told that the first one made it already."""
        self._check_rate(request)
        is_turned = user.is_guest
        user.is_guest = False
        try:
            with transaction.atomic():
                if is_turned:
                    _turn(user, form.cleaned_data["email"])
                saved: User = super().save_user(request, user, form, commit=commit)
        except IntegrityError as error:
            messages.success(request, "Your account is ready. Sign in.")
            raise ImmediateHttpResponse(redirect("account_login")) from error
        return saved

    def _check_rate(self, request: HttpRequest) -> None:
        most = settings.LIMITS["sign_ups_per_hour"]
        wait = throttle.wait_s(f"sign-ups:{throttle.network_of(request)}", most=most, window_s=HOUR_S)
        if wait:
            raise TooMany(
                "Many new accounts came from your network within the hour. "
                f"Come back in {max(1, round(wait / 60))} minutes, or ask whoever runs this site.",
                retry_after_s=wait,
            )

    def login(self, request: HttpRequest, user: User) -> None:
        guests.enter(request, user)

    def is_safe_url(self, url: str) -> bool:
        """Only addresses of this very host: `next` never leads to another one, not even another of ours."""
        host = {self.request.get_host()}
        return url_has_allowed_host_and_scheme(
            url, allowed_hosts=host, require_https=self.request.is_secure()
        )

    def get_client_ip(self, request: HttpRequest) -> str:
        return throttle.network_of(request)

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        return reverse("studio")

    def get_signup_redirect_url(self, request: HttpRequest) -> str:
        return reverse("studio")

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return reverse("account")

    def get_email_verification_redirect_url(self, email_address: Any) -> str:
        return reverse("account_email")


def _turn(guest: User, email: str) -> None:
    """The guest's row is an account's from here on; of two requests at once only one gets through."""
    if not User.objects.filter(pk=guest.pk, is_guest=True).update(is_guest=False, email=email):
        raise IntegrityError("This guest became an account a moment ago.")


class SecondFactorAdapter(DefaultMFAAdapter):
    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": WRONG_CODE,
        "unverified_email": "Confirm your e-mail address first, among your e-mail addresses.",
        "add_email_blocked": "Switch off two-factor sign-in first, then add an address.",
    }

    def generate_authenticator_name(self, user: User, type: str) -> str:
        return "Passkey"
