"""A file is dropped, and the page says whether this site made it; nothing is kept of it."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts import throttle
from accounts.errors import TooMany
from generations.errors import BadPicture
from generations.services import verifying
from generations.services.verifying import Verdict
from generations.views.uploads import sent_file

HOUR_S = 3600


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def verify(request: HttpRequest) -> HttpResponse:
    if request.method != "POST":
        return _page(request)
    _check_rate(request)
    try:
        verdict = verifying.verify(sent_file(request, "picture-file"))
    except BadPicture as error:
        return _page(request, sentence=error.sentence, status=422)
    return _page(request, verdict=verdict)


def _page(
    request: HttpRequest, *, verdict: Verdict | None = None, sentence: str = "", status: int = 200
) -> HttpResponse:
    context = {"verdict": verdict, "sentence": sentence, "most_mb": settings.LIMITS["upload_mb"]}
    return render(request, "generations/verify.html", context, status=status)


def _check_rate(request: HttpRequest) -> None:
    most = settings.LIMITS["verify_per_hour"]
    wait_s = throttle.wait_s(f"verify:{throttle.network_of(request)}", most=most, window_s=HOUR_S)
    if wait_s:
        minutes = max(1, round(wait_s / 60))
        raise TooMany(
            f"Many files were verified from your network within the hour. Try again in {minutes} min.",
            retry_after_s=wait_s,
        )
