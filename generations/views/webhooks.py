"""A person's webhooks: the secret that they are signed with, what was sent, and what failed to be sent again."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from generations import access, queries
from generations.services import deliveries, signing_secrets
from generations.views.account import members_only


@require_GET
@members_only
@never_cache
def webhooks(request: HttpRequest) -> HttpResponse:
    """`?after=`: further down in the log; `?only=failed`."""
    only_failed = request.GET.get("only") == "failed"
    page = queries.delivery_page(request.user, after=request.GET.get("after"), only_failed=only_failed)
    context = {
        "secret": signing_secrets.current(request.user).key,
        "before": signing_secrets.before(request.user),
        "deliveries": page.items,
        "next": page.next,
        "only_failed": only_failed,
    }
    return render(request, "accounts/webhooks.html", context)


@require_POST
@members_only
def webhook_secret_new(request: HttpRequest) -> HttpResponse:
    signing_secrets.rotate(request.user)
    messages.success(request, "There is a new secret. The one before it goes on signing for a day.")
    return redirect("webhooks")


@require_POST
@members_only
def delivery_again(request: HttpRequest, delivery_id: str) -> HttpResponse:
    deliveries.send_again(access.delivery_write(request.user, delivery_id))
    messages.success(request, "It is being sent again.")
    return redirect("webhooks")
