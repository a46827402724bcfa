"""Absolute addresses in answers: of the host and scheme by which the client reached us."""

from django.conf import settings
from django.http import HttpRequest

ANY = {"*", "localhost", "127.0.0.1", "[::1]"}


def origin_of(request: HttpRequest) -> str:
    """Where the API is for this client, such as "https://example.org"; it takes addresses that begin with /v1/."""
    return f"{request.scheme}://{request.get_host()}"


def pages_of(origin: str) -> str:
    """Where the pages are for who reaches the API at `origin`: the same, unless the API has a host of its own."""
    if not settings.API_ORIGIN or origin.lower() != settings.API_ORIGIN:
        return origin
    scheme, _, own = origin.partition("://")
    named = [host for host in settings.ALLOWED_HOSTS if host not in ANY and not host.startswith(".")]
    others = [host for host in named if host != own.partition(":")[0].lower()]
    return f"{scheme}://{others[0]}" if others else origin
