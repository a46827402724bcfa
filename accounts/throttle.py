"""How often something may be done: fixed windows counted in the cache, so nothing is written to the database."""

import ipaddress
import time
from collections.abc import Generator
from contextlib import contextmanager
from contextvars import ContextVar

from django.core.cache import cache
from django.http import HttpRequest

_network: ContextVar[str] = ContextVar("network", default="")


def wait_s(subject: str, *, most: int, window_s: int) -> int:
    """Count one more of `subject`: 0 when it may be done, else the seconds until it may."""
    now = time.time()
    window = int(now // window_s)
    key = f"throttle:{subject}:{window}"
    cache.add(key, 0, timeout=window_s)
    try:
        count = cache.incr(key)
    except ValueError:  # the window ended between the two lines
        return 0
    return 0 if count <= most else max(1, int((window + 1) * window_s - now))


@contextmanager
def asked_from(network: str) -> Generator[None, None, None]:
    """What is done inside is asked for from there: middleware holds it around each request, for verbs to count by."""
    token = _network.set(network)
    try:
        yield
    finally:
        _network.reset(token)


def here() -> str:
    """Where the request at hand comes from, as `network_of` names it; "" outside of requests."""
    return _network.get()


def address_of(request: HttpRequest) -> str:
    """The client's address; behind trusted proxies the one that they saw, put there before Django sees the request."""
    return str(request.META.get("REMOTE_ADDR") or "")


def network_of(request: HttpRequest) -> str:
    """What counts as one place: an IPv4 address, or the /64 that one household has of IPv6."""
    try:
        address = ipaddress.ip_address(address_of(request))
    except ValueError:
        return "unknown"
    if isinstance(address, ipaddress.IPv6Address):
        return str(ipaddress.IPv6Network(f"{address}/64", strict=False).network_address)
    return str(address)
