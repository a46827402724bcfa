"""What a client asks by headers: how long it waits (Prefer), until when it wants an answer at all (Cancel-After)."""

import re
import time
from datetime import datetime, timedelta

from django.http import HttpRequest
from django.utils import timezone

from generations.api.problems import wrong

WAIT_MAX_S = 55  # one client gives up after 60, and then sends everything again
SPARE_S = 0.1  # answered this much before a client stops listening
DEADLINE_LEAST_S, DEADLINE_MOST_S = 5, 24 * 3600
PREFER = re.compile(r"(?:^|,)\s*wait(?:\s*=\s*\"?(\d{1,6})\"?)?\s*(?:;[^,]*)?(?=,|$)", re.IGNORECASE)
TERM = re.compile(r"(?:(\d{1,6})h)?(?:(\d{1,6})m)?(?:(\d{1,6})s)?")
KEY_MAX = 255


def wait_s(request: HttpRequest) -> float:
    """Seconds that the client wants to wait from now on; 0 when it does not. A preference that is none is ignored."""
    found = PREFER.search(request.headers.get("Prefer", ""))
    if found is None:
        return 0.0
    asked = WAIT_MAX_S if found[1] is None else min(int(found[1]), WAIT_MAX_S)
    spent_s = time.monotonic() - request.began_s
    return max(0.0, asked - SPARE_S - spent_s)


def deadline_at(request: HttpRequest) -> datetime | None:
    """From "30", "30s", "5m" or "1h30m45s". Raises Problem."""
    text = request.headers.get("Cancel-After", "").strip().lower()
    if not text:
        return None
    found = TERM.fullmatch(f"{text}s" if text.isascii() and text.isdecimal() else text)
    if found is None:
        raise wrong("Cancel-After", 'This is no span of time. Write it like "30s", "5m" or "1h30m".')
    hours, minutes, seconds = (int(part or 0) for part in found.groups())
    span_s = hours * 3600 + minutes * 60 + seconds
    if not DEADLINE_LEAST_S <= span_s <= DEADLINE_MOST_S:
        raise wrong("Cancel-After", f"This is from {DEADLINE_LEAST_S} seconds to 24 hours.")
    return timezone.now() + timedelta(seconds=span_s)


def idempotency_key(request: HttpRequest) -> str:
    """ "" when none was sent. Raises Problem for one that is too long."""
    key = request.headers.get("Idempotency-Key", "").strip()
    if len(key) > KEY_MAX:
        raise wrong("Idempotency-Key", f"A key has at most {KEY_MAX} characters.")
    return key
