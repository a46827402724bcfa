"""How often something may be done: fixed windows counted in the cache, so nothing is written to the database."""

import ipaddress
import time
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from django.core.cache import cache
from django.http import HttpRequest

_network: ContextVar[str] = ContextVar("network", default="")


def wait_s(subject: str, *, most: int, window_s: int) -> int:
    """Count one more of `subject`: 0 when it may be done, else the seconds until it may."""
    now = time.time()
    window = int(now // window_s)
    key = _key(subject, window)
    cache.add(key, 0, timeout=window_s)
    try:
        count = cache.incr(key)
    except ValueError:  # the window ended between the two lines
        return 0
    return 0 if count <= most else max(1, int((window + 1) * window_s - now))


@dataclass(frozen=True, slots=True)
class Limit:
    subject: str
    most: int
    window_s: int


def wait_of_all_s(limits: Sequence[Limit]) -> int:
    """Count one more of each, or of none where one of them is used up: what is refused uses up no other limit."""
    if wait := max(map(_left_s, limits)):
        return wait
    return max(wait_s(each.subject, most=each.most, window_s=each.window_s) for each in limits)


def spoken(wait_s: float) -> str:
    """So long, as a sentence says it."""
    if wait_s < 90:
        seconds = max(1, round(wait_s))
        return f"{seconds} second{'' if seconds == 1 else 's'}"
    if wait_s < 90 * 60:
        return f"{round(wait_s / 60)} minutes"
    return f"about {round(wait_s / 3600)} hours"


def _left_s(limit: Limit) -> int:
    """What `wait_s` would answer, without counting."""
    now = time.time()
    window = int(now // limit.window_s)
    count = cache.get(_key(limit.subject, window), 0)
    return 0 if count < limit.most else max(1, int((window + 1) * limit.window_s - now))


def _key(subject: str, window: int) -> str:
    return f"throttle:{subject}:{window}"


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
