"""Absolute addresses in answers: of the host and scheme by which the client reached us."""

from django.conf import settings
from django.http import HttpRequest

from generations.api.frame import is_api_host

ANY = {"*", "localhost", "127.0.0.1", "[::1]"}


def origin_of(request: HttpRequest) -> str:
    """Where the API is for this client, such as "https://example.org"; it takes addresses that begin with /v1/."""
    return f"{request.scheme}://{request.get_host()}"


def pages_of(request: HttpRequest) -> str:
    """Where the pages are: the same, unless the API has a host of its own."""
    if not is_api_host(request):
        return origin_of(request)
    named = [host for host in settings.ALLOWED_HOSTS if host not in ANY and not host.startswith(".")]
    others = [host for host in named if host != request.get_host().partition(":")[0].lower()]
    return f"{request.scheme}://{others[0]}" if others else origin_of(request)
