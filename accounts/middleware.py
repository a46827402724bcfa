"""Between the session and the views: guests at the sign-in pages, staff and their second factor, visits noted."""

from collections.abc import Callable
from typing import Any

from asgiref.sync import iscoroutinefunction, sync_to_async
from django.contrib.auth.models import AnonymousUser
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.decorators import sync_and_async_middleware

from accounts import guests, second_factor, throttle
from accounts.errors import SignInNeeded
from accounts.models import User

Handler = Callable[[HttpRequest], Any]


@sync_and_async_middleware
def people(get_response: Handler) -> Handler:
    if iscoroutinefunction(get_response):

        async def asynchronous(request: HttpRequest) -> HttpResponseBase:
            with throttle.asked_from(throttle.network_of(request)):
                response: HttpResponseBase = await get_response(request)
            if _is_stale(request):
                await sync_to_async(_note_visit)(request)
            return response

        middleware: Any = asynchronous
        middleware.process_view = _before_view_async
    else:

        def synchronous(request: HttpRequest) -> HttpResponseBase:
            with throttle.asked_from(throttle.network_of(request)):
                response: HttpResponseBase = get_response(request)
            if _is_stale(request):
                _note_visit(request)
            return response

        middleware = synchronous
        middleware.process_view = _before_view
    middleware.process_exception = _answer
    return middleware


def _before_view(
    request: HttpRequest, view: Callable[..., Any], args: Any, kwargs: Any
) -> HttpResponse | None:
    """Staff pages ask for a second factor first.

    To allauth a guest is somebody who has not signed in yet: its pages refuse whoever is "authenticated".

    The guest waits in `request.guest`, for sign-up to turn it into the account and sign-in to merge it.
    """
    request.guest = None  # type: ignore[attr-defined]
    if view.__module__.startswith("allauth.") and (guest := guests.guest_of(request)):
        request.guest = guest  # type: ignore[attr-defined]
        request.user = AnonymousUser()
    return second_factor.way_to_it(request) if second_factor.is_asked_for(request) else None


async def _before_view_async(
    request: HttpRequest, view: Callable[..., Any], args: Any, kwargs: Any
) -> HttpResponse | None:
    """The same; only allauth's own pages and those of the staff cost a change of thread."""
    if view.__module__.startswith("allauth.") or second_factor.is_asked_for(request):
        return await sync_to_async(_before_view)(request, view, args, kwargs)
    request.guest = None  # type: ignore[attr-defined]
    return None


def _person_seen(request: HttpRequest) -> User | None:
    """The person, if the view has asked for one: a request that needs nobody costs no query."""
    for name in ("_cached_user", "_acached_user"):
        person = getattr(request, name, None)
        if isinstance(person, User) and person.pk:
            return person
    return None


def _is_stale(request: HttpRequest) -> bool:
    person = _person_seen(request)
    return person is not None and person.seen_at <= guests.timezone.now() - guests.SEEN_EVERY


def _note_visit(request: HttpRequest) -> None:
    person = _person_seen(request)
    if person is not None and guests.touch(person):
        request.session.modified = True  # the cookie lives on from this visit


def _answer(request: HttpRequest, error: Exception) -> HttpResponse | None:
    """Whoever must sign in first is sent there; what came too often is answered where pages answer errors."""
    if not isinstance(error, SignInNeeded):
        return None
    back = request.get_full_path() if request.method == "GET" else request.headers.get("Referer", "/")
    response = redirect_to_login(back)
    if request.headers.get("HX-Request"):
        return HttpResponse(status=204, headers={"HX-Redirect": response.url})
    return response
