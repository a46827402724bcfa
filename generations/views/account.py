"""The account and all of a person's things: profile, usage, export, deletion, sign-out everywhere."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout, update_session_auth_hash
from django.contrib.auth.decorators import login_required
from django.db.models import F
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from accounts import switches
from accounts.forms import ProfileForm
from accounts.models import User
from generations import queries
from generations.services import export, people
from generations.views.pulling import check_rate, pulled

HOUR_S = 3600
TRIES = 10  # of a password, in a minute
SURE = "delete"

View = Callable[..., HttpResponse]


def members_only(view: View) -> View:
    """Guests have nothing to manage yet: they are shown the way to keep what they have."""

    @wraps(view)
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.user.is_guest:
            return redirect("account_signup")
        return view(request, *args, **kwargs)

    return login_required(wrapped)


@require_GET
@login_required
@never_cache
def account(request: HttpRequest) -> HttpResponse:
    return render(request, "accounts/home.html", _home(request.user, form=ProfileForm(person=request.user)))


@require_POST
@members_only
def profile(request: HttpRequest) -> HttpResponse:
    form = ProfileForm(request.POST, person=request.user)
    if form.is_valid() and form.save():
        messages.success(request, "Your profile was saved.")
        return redirect("account")
    request.user.refresh_from_db()
    return render(request, "accounts/home.html", _home(request.user, form=form), status=422)


@require_POST
@members_only
def sign_out_everywhere(request: HttpRequest) -> HttpResponse:
    """Every other session ends; this one goes on, under a new key."""
    User.objects.filter(pk=request.user.pk).update(session_epoch=F("session_epoch") + 1)
    request.user.refresh_from_db()
    update_session_auth_hash(request, request.user)
    messages.success(request, "You are signed out everywhere but here.")
    return redirect("account")


@require_POST
@login_required
def account_export(request: HttpRequest) -> HttpResponseBase:
    check_rate(
        f"export:{request.user.pk}",
        most=settings.LIMITS["exports_per_hour"],
        window_s=HOUR_S,
        what="You have taken everything out several times within the hour.",
    )
    response = StreamingHttpResponse(pulled(export.export_of(request.user)), content_type="application/zip")
    name = f"safelight-{timezone.localdate():%Y-%m-%d}.zip"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Cache-Control"] = "private, no-store"
    response["X-Accel-Buffering"] = "no"
    return response


@login_required
@never_cache
def account_delete(request: HttpRequest) -> HttpResponse:
    context = {"error": "", "sure": SURE, "usage": queries.usage(request.user)}
    if request.method == "POST":
        context["error"] = _why_not(request)
        if not context["error"]:
            people.delete_person(request.user)
            logout(request)
            return redirect("account-deleted")
    return render(request, "accounts/delete.html", context, status=422 if context["error"] else 200)


@require_GET
def account_deleted(request: HttpRequest) -> HttpResponse:
    return render(request, "accounts/deleted.html")


def _home(person: User, *, form: ProfileForm) -> dict[str, Any]:
    return {
        "form": form,
        "usage": queries.usage(person),
        "sign_up_open": switches.may_sign_up(),
        "unread": queries.unread_notices(person),
    }


def _why_not(request: HttpRequest) -> str:
    """The password, or a typed word from those who have none; a sentence when it is wrong."""
    typed = request.POST.get("confirm", "")
    if not request.user.has_usable_password():
        return "" if typed.strip().lower() == SURE else f"Type “{SURE}” to say that you are sure."
    check_rate(f"delete:{request.user.pk}", most=TRIES, window_s=60, what="Too many tries.")
    return "" if request.user.check_password(typed) else "That is not your password. Nothing was deleted."
