"""Every failure as a page: the one table from GenerationsError to a status, and the pages for all statuses.

`ErrorPages` stands in MIDDLEWARE and turns a GenerationsError that a view lets through into its page; the handlers are
named in webapp/urls.py. A request by htmx gets a toast instead, and what is on the page stays.
"""

import logging

from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.deprecation import MiddlewareMixin

from accounts.errors import TooMany
from generations import errors

logger = logging.getLogger(__name__)

BUSY_S = 5  # until one should ask again while the database is away

STATUS: dict[type[errors.GenerationsError], int] = {
    errors.InvalidInput: 400,
    errors.NeedsPassing: 409,
    errors.BadPicture: 422,
    errors.OutgoingError: 422,
    errors.NotAllowed: 403,
    errors.NotFound: 404,
    errors.Conflict: 409,
    errors.OverLimit: 429,
    errors.QueueFull: 503,
    errors.EngineUnavailable: 503,
    errors.EngineError: 502,
    errors.TooLarge: 413,
    errors.StorageFull: 507,
    errors.GenerationsError: 500,
}
PAGES = {400: 400, 403: 403, 404: 404, 409: 400, 413: 400, 422: 400, 429: 429, 502: 503, 503: 503, 507: 503}
FRAMED = {403, 404, 429}  # show who is signed in; the others must work without session and database

SENTENCES = {
    400: "Something in the address or the form was not understood. Go back and try again.",
    403: "You may not open this. If it should be yours, sign in with the account that owns it.",
    404: "What stood at this address was deleted, never was, or belongs to someone else.",
    429: "Too many tries within a minute. Wait a minute, then try again.",
    500: "This is our mistake, and it was written down. What you made is safe. Try again in a moment.",
    "busy": "The site's records are busy just now. Nothing was lost: try again in a few seconds.",
    "csrf": "This page had been open too long, so nothing was sent. Go back: what you typed is still there. "
    "Reload the page and send it again.",
}


class ErrorPages(MiddlewareMixin):
    """Middleware: what a service, a right or a limit of accounts raised becomes its page.

    The innermost, and plain only: so all of them run in one thread, without a change of threads for each.
    """

    async_capable = False

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if isinstance(exception, TooMany):
            return page(request, 429, exception.sentence, retry_after_s=exception.retry_after_s)
        if isinstance(exception, OperationalError):
            logger.warning("The database did not answer in time: %s", exception)
            return page(request, 503, SENTENCES["busy"], retry_after_s=BUSY_S)
        if not isinstance(exception, errors.GenerationsError):
            return None
        retry_after_s = getattr(exception, "retry_after_s", None)
        return page(request, status_of(exception), exception.sentence, retry_after_s=retry_after_s)


def status_of(error: errors.GenerationsError) -> int:
    """The status of the nearest class in its line of descent."""
    return next(STATUS[kind] for kind in type(error).__mro__ if kind in STATUS)


def page(
    request: HttpRequest, status: int, sentence: str, *, retry_after_s: int | None = None
) -> HttpResponse:
    """The page of a status, or a toast for htmx."""
    toast = bool(getattr(request, "htmx", False))
    name = "_toast.html" if toast else f"{PAGES.get(status, 500)}.html"
    frame = request if status in FRAMED and hasattr(request, "user") else None
    found = HttpResponse(render_to_string(name, {"sentence": sentence}, frame), status=status)
    if toast:
        found["HX-Retarget"] = "#toasts"
        found["HX-Reswap"] = "beforeend"
    if retry_after_s is not None:
        found["Retry-After"] = str(retry_after_s)
    return found


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return page(request, 400, SENTENCES[400])


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    return page(request, 403, SENTENCES[403])


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return page(request, 404, SENTENCES[404])


def too_many(request: HttpRequest) -> HttpResponse:
    """Named in webapp/urls.py as handler429, where allauth looks for it."""
    return page(request, 429, SENTENCES[429], retry_after_s=60)


def server_error(request: HttpRequest) -> HttpResponse:
    return page(request, 500, SENTENCES[500])


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Named in settings.CSRF_FAILURE_VIEW: a form that is stale, or not ours."""
    return page(request, 403, SENTENCES["csrf"])
