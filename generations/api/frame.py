"""Middleware round the API: its addresses, browsers of other sites, the headers of limits, problems for all errors.

Both ways to write the base address work: with and without /v1. So "/v1/v1/models" is "/v1/models", and on the host of
SAFELIGHT_API_ORIGIN "/models" is too.
"""

import time
from typing import Any
from urllib.parse import urlsplit

from asgiref.sync import iscoroutinefunction
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.decorators import sync_and_async_middleware

from generations.api.problems import Problem, answer

ROOT = "/v1/"
METHODS = "GET, POST, PATCH, DELETE, QUERY, OPTIONS"
SAID = "Retry-After, RateLimit-Limit, RateLimit-Remaining, RateLimit-Reset, X-Request-ID, X-Should-Retry"
ASKED = (
    "Authorization, Cache-Control, Cancel-After, Content-Type, Idempotency-Key, Last-Event-ID, Prefer, "
    "User-Agent, X-Stainless-Retry-Count"
)
SENTENCES = {
    400: "Something in this request was not understood.",
    403: "You may not do this.",
    404: "There is nothing at this address.",
    405: "This address does not know that method.",
    413: "This request is too large.",
    500: "This is our mistake, and it was written down. Try again in a moment.",
}


@sync_and_async_middleware
def frame(get_response: Any) -> Any:
    if iscoroutinefunction(get_response):

        async def middleware(request: HttpRequest) -> HttpResponseBase:
            if not _enter(request):
                return await get_response(request)
            return _leave(request, _preflight(request) or await get_response(request))

    else:

        def middleware(request: HttpRequest) -> HttpResponseBase:
            if not _enter(request):
                return get_response(request)
            return _leave(request, _preflight(request) or get_response(request))

    return middleware


def is_api_host(request: HttpRequest) -> bool:
    """Does this request come to the host that has nothing but the API?"""
    return bool(settings.API_ORIGIN) and request.get_host().lower() == urlsplit(settings.API_ORIGIN).netloc


def _enter(request: HttpRequest) -> bool:
    """Whether it is for the API; its address is then the one and only of what it asks for."""
    request.began_s = time.monotonic()
    path = request.path_info
    if path.startswith("/v1/v1/"):
        path = path.removeprefix("/v1")
    elif not path.startswith(ROOT) and not path.startswith("/media/") and is_api_host(request):
        path = f"/v1{path}"
    request.path_info = request.path = path
    return path.startswith(ROOT)


def _preflight(request: HttpRequest) -> HttpResponse | None:
    """A browser asks whether a page of another site may call: it may, for no cookie counts here, only the token."""
    if request.method != "OPTIONS" or "Access-Control-Request-Method" not in request.headers:
        return None
    headers = {
        "Access-Control-Allow-Methods": METHODS,
        "Access-Control-Allow-Headers": ASKED,
        "Access-Control-Max-Age": "86400",
    }
    return HttpResponse(status=204, headers=headers)


def _leave(request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
    response = _as_problem(response)
    response["Access-Control-Allow-Origin"] = "*"
    response["Access-Control-Expose-Headers"] = SAID
    response["Cross-Origin-Resource-Policy"] = "cross-origin"
    if "Cache-Control" not in response:
        response["Cache-Control"] = "private, no-store"
    level = getattr(request, "rate_level", None)
    if level is not None:
        response["RateLimit-Limit"] = str(level.most)
        response["RateLimit-Remaining"] = str(level.left)
        response["RateLimit-Reset"] = str(level.reset_s)
    if _may_be_done(request, response):
        response["X-Should-Retry"] = "false"
    return response


def _as_problem(response: HttpResponseBase) -> HttpResponseBase:
    """An error that no operation has answered: an address or a method that is none, a request that Django refused."""
    kind = response.headers.get("Content-Type", "")
    if response.status_code < 400 or kind.startswith(("application/json", "application/problem+json")):
        return response
    sentence = SENTENCES.get(response.status_code, SENTENCES[500 if response.status_code >= 500 else 400])
    kept = {name: response[name] for name in ("Allow", "Retry-After") if name in response}
    return answer(Problem(response.status_code, sentence, headers=kept))


def _may_be_done(request: HttpRequest, response: HttpResponseBase) -> bool:
    """Could sending it again do it twice? Whatever refuses before anything is done says when to come back."""
    is_unsure = response.status_code == 409 or response.status_code >= 500
    return request.method == "POST" and is_unsure and "Retry-After" not in response
