"""One prediction: its page, which develops while one looks, cancel, and the way to make it again."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from generations import access, queries
from generations.recipes import settings_of
from generations.services import predictions
from generations.views.pictures import pictures_of

LOG_SHOWN = 20_000  # characters of its end


@require_safe
@login_required
@never_cache
def prediction(request: HttpRequest, prediction_id: str) -> HttpResponse:
    found = access.prediction_read(request.user, prediction_id)
    context = {
        "snapshot": queries.snapshot(found),
        "settings": settings_of(found.version.schema, found.input),
        "pictures": pictures_of(request.user, found.version.schema, found.input),
        "log": queries.logs_of([found]).get(found.pk, "")[-LOG_SHOWN:],
    }
    return render(request, "generations/prediction.html", context)


@require_POST
@login_required
def prediction_cancel(request: HttpRequest, prediction_id: str) -> HttpResponse:
    found = access.prediction_write(request.user, prediction_id)
    predictions.cancel(found)
    if not request.htmx:
        return redirect("prediction", found.pk)
    context = {"snapshot": queries.snapshot(found), "audience": "owner"}
    return render(request, "generations/_prediction.html", context)


@require_safe
@login_required
def prediction_again(request: HttpRequest, prediction_id: str) -> HttpResponse:
    found = access.prediction_read(request.user, prediction_id)
    return redirect(f"{reverse('studio')}?again={found.pk}")
