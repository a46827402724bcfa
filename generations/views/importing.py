"""A recipe out of a picture file, into the composer; the file itself is not kept."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts import throttle
from accounts.errors import TooMany
from generations import importing as recipes
from generations import queries
from generations.errors import BadPicture
from generations.importing import Found
from generations.models import Version
from generations.views import studio
from generations.views.composer import composer, version_asked
from generations.views.uploads import sent_file

HOUR_S = 3600
STARTING = "The engine is starting. Try again in a few seconds."
NOTHING = (
    "There is no recipe in this file. Many sites and chat programs take it out when they pass a picture on."
)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def importing(request: HttpRequest) -> HttpResponse:
    """A page with a file to choose; then the composer with what was found in it."""
    if request.method != "POST":
        return _page(request)
    _check_rate(request)
    try:
        found = recipes.read(sent_file(request, "recipe-file"))
    except BadPicture as error:
        return _page(request, sentence=error.sentence, status=422)
    if found is None:
        return _page(request, sentence=NOTHING, status=422)
    version = version_named(found) or version_asked(request.POST, request.user) or queries.default_version()
    if version is None:
        return _page(request, sentence=STARTING, status=503)
    model = version.model
    fitted = recipes.fit(
        found, version.schema, title=model.title or model.ref, is_model=_is_it(found, version)
    )
    return studio.page(request, composer(version, fitted.values, notes=fitted.notes, user=request.user))


def version_named(found: Found) -> Version | None:
    """The newest version of the model that a recipe names, when it is here."""
    return queries.version_of(found.model) if found.model.isprintable() and "/" in found.model else None


def _is_it(found: Found, version: Version) -> bool:
    return found.model.lower() in {version.model.ref.lower(), version.model.name.lower()}


def _page(request: HttpRequest, *, sentence: str = "", status: int = 200) -> HttpResponse:
    context = {"sentence": sentence, "most_mb": settings.LIMITS["upload_mb"]}
    return render(request, "generations/import.html", context, status=status)


def _check_rate(request: HttpRequest) -> None:
    most = settings.LIMITS["uploads_per_hour"]
    wait_s = throttle.wait_s(f"import:{throttle.network_of(request)}", most=most, window_s=HOUR_S)
    if wait_s:
        minutes = max(1, round(wait_s / 60))
        raise TooMany(
            f"Many files were read from your network within the hour. Try again in {minutes} min.",
            retry_after_s=wait_s,
        )
