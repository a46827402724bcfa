"""What every page says on top: the banner of an administrator, and what is closed just now."""

from django.http import HttpRequest

from accounts import switches


def site(request: HttpRequest) -> dict[str, list[str]]:
    now = switches.current()
    closed = "" if now.generation else "New pictures are switched off just now. What waits still runs."
    return {"site_notices": [sentence for sentence in (now.banner, closed) if sentence]}
