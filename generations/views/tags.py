"""Tags and ratings: on one picture, and the list of all tags."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from generations import access, queries
from generations.errors import FieldError, InvalidInput
from generations.models import RATING_MAX
from generations.services import outputs
from generations.services import tags as services
from generations.views.backward import way_back


@require_safe
@login_required
def tags(request: HttpRequest) -> HttpResponse:
    return render(request, "generations/tags.html", {"tags": queries.tags_of(request.user)})


@require_POST
def tag_rename(request: HttpRequest, tag_id: int) -> HttpResponse:
    """To the name of another tag: both become one."""
    found = access.tag_write(request.user, tag_id)
    try:
        services.rename(found, name=request.POST.get("name", ""))
    except InvalidInput as refused:
        messages.error(request, refused.sentence)
    return redirect("tags")


@require_POST
def tag_delete(request: HttpRequest, tag_id: int) -> HttpResponse:
    found = access.tag_write(request.user, tag_id)
    services.delete(found)
    messages.success(request, f"The tag “{found.name}” was deleted. Its pictures stay.")
    return redirect("tags")


@require_POST
def output_tag(request: HttpRequest, output_id: str) -> HttpResponse:
    """A tag on (`name`) or off (`is_off`) one picture."""
    output = access.output_write(request.user, output_id)
    name = request.POST.get("name", "")
    if request.POST.get("is_off") == "1":
        services.take(services.known(request.user, name), output)
    else:
        services.put(services.named(request.user, name), output)
    return way_back(request, otherwise=f"/gallery/{output.pk}/")


@require_POST
def output_rate(request: HttpRequest, output_id: str) -> HttpResponse:
    output = access.output_write(request.user, output_id)
    rating = request.POST.get("rating", "")
    if rating not in map(str, range(RATING_MAX + 1)):
        raise InvalidInput([FieldError("rating", f"A rating goes from 0 to {RATING_MAX}.")])
    outputs.rate(output, rating=int(rating))
    if request.htmx:
        return render(request, "generations/_rating.html", {"output": output})
    return way_back(request, otherwise=f"/gallery/{output.pk}/")
