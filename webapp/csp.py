"""The Content-Security-Policy of our pages, in the shape of Django 6's setting SECURE_CSP; settings.py calls it."""

SELF = "'self'"
NONE = "'none'"


def policy(*, media_origin: str, tls: bool) -> dict[str, list[str]]:
    """Directive → sources. Nothing inline, nothing of others; pictures also from `media_origin` where there is one."""
    media = [media_origin.rstrip("/")] if media_origin else []
    return {
        "default-src": [SELF],
        "img-src": [SELF, "data:", "blob:", *media],
        "media-src": [SELF, "blob:", *media],
        "connect-src": [SELF],
        "frame-src": [NONE],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        **({"upgrade-insecure-requests": []} if tls else {}),
    }


def header(directives: dict[str, list[str]]) -> str:
    return "; ".join(" ".join([name, *sources]) for name, sources in directives.items())
