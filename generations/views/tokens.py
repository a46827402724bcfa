"""A person's API tokens: listed, made and shown once, revoked."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST

from accounts import tokens as verbs
from accounts.errors import TokenRefused
from generations import access
from generations.views.account import members_only
from generations.views.token_form import TokenForm


@require_http_methods(["GET", "HEAD", "POST"])
@members_only
@never_cache
def tokens(request: HttpRequest) -> HttpResponse:
    form = TokenForm(request.POST or None)
    if request.method != "POST":
        return _page(request, form)
    return _make(request, form) if form.is_valid() else _page(request, form, status=422)


@require_POST
@members_only
def token_revoke(request: HttpRequest, token_id: int) -> HttpResponse:
    token = access.token_write(request.user, token_id)
    verbs.revoke(token)
    messages.success(request, f"“{token.name}” opens nothing any more.")
    return redirect("tokens")


@sensitive_variables("text")
def _make(request: HttpRequest, form: TokenForm) -> HttpResponse:
    """Answered in place: an address that leads to the new token would keep it somewhere."""
    data = form.cleaned_data
    try:
        _, text = verbs.create(
            request.user,
            data["name"],
            scopes=data["scopes"],
            expires_at=form.expires_at(),
            daily_limit=data["daily_limit"],
        )
    except TokenRefused as error:
        form.add_error(None, error.sentence)
        return _page(request, form, status=422)
    return _page(request, TokenForm(), made=text)


def _page(request: HttpRequest, form: TokenForm, *, made: str = "", status: int = 200) -> HttpResponse:
    context = {"form": form, "made": made, "tokens": verbs.listed(request.user)}
    return render(request, "accounts/tokens.html", context, status=status)
