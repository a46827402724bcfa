"""Where a picture comes from and what came of it; and the same again with a new seed."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from generations import access, queries
from generations.services import predictions


@require_safe
@login_required
@never_cache
def output_lineage(request: HttpRequest, output_id: str) -> HttpResponse:
    found = access.output_read(request.user, output_id)
    return render(request, "generations/lineage.html", {"output": found, "tree": queries.lineage_of(found)})


@require_POST
@login_required
def output_vary(request: HttpRequest, output_id: str) -> HttpResponse:
    """The same with a new seed, at once, by the newest version of its model."""
    found = access.output_read(request.user, output_id)
    recipe = {name: value for name, value in found.recipe.items() if name != "seed"}
    version = queries.version_of(found.prediction.version.model.ref) or found.prediction.version
    made = predictions.create(request.user, version, recipe, origin=found, typed="")
    if not request.htmx:
        return redirect("prediction", made.pk)
    context = {"snapshot": queries.snapshot(made), "audience": "owner"}
    return render(request, "generations/_prediction.html", context)
