"""Pictures that people bring to the composer: taken in one by one, before the prompt is sent."""

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from accounts.errors import SignInNeeded, TooMany
from accounts.guests import ensure_person
from generations import references
from generations.errors import BadPicture, FieldError, GenerationsError, InvalidInput, OverLimit, StorageFull
from generations.models import Version
from generations.services import uploads
from generations.views import studio
from generations.views.composer import ADD, FILE, KEY, Composer, composer, typed, version_asked
from generations.views.errors import status_of


@never_cache
@require_POST
def upload(request: HttpRequest) -> HttpResponse:
    """The file of one field of the composer; answered with the composer, or for a script with its pictures alone."""
    version, name, data = version_asked(request.POST), request.POST.get(ADD, ""), typed(request.POST)
    _check_field(version, name)
    status, retry_after_s = 200, None
    errors: dict[str, str] = {}
    try:
        data[name] = f"upload:{uploads.keep(ensure_person(request), sent_file(request, name + FILE)).pk}"
    except SignInNeeded:
        return _to_sign_in(request)
    except (BadPicture, OverLimit, StorageFull, TooMany) as error:
        errors[name] = error.sentence
        status = status_of(error) if isinstance(error, GenerationsError) else 429
        retry_after_s = getattr(error, "retry_after_s", None)
    shown = composer(version, data, errors, key=request.POST.get(KEY, ""), user=request.user)
    response = _answer(request, shown, status=status)
    if retry_after_s is not None:
        response["Retry-After"] = str(retry_after_s)
    return response


def sent_file(request: HttpRequest, name: str) -> bytes:
    """The bytes of one file of a form. Raises BadPicture when there is none, or it is over the limit."""
    file = request.FILES.get(name)
    if file is None:
        raise BadPicture("Choose a file first.")
    uploads.check_size(file.size)
    return file.read()


def _check_field(version: Version | None, name: str) -> None:
    if version is None or name not in references.picture_fields(version.schema):
        raise InvalidInput([FieldError(ADD, "That model takes no picture there. Reload the page.")])


def _answer(request: HttpRequest, shown: Composer, *, status: int) -> HttpResponse:
    if request.htmx:
        return render(request, "generations/_pictures.html", {"composer": shown}, status=status)
    return studio.page(request, shown, status=status)


def _to_sign_in(request: HttpRequest) -> HttpResponse:
    response = redirect_to_login(reverse("studio"))
    return HttpResponse(status=204, headers={"HX-Redirect": response.url}) if request.htmx else response
