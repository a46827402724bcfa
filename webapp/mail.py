"""Where mail goes: the server that EMAIL_URL names, or nowhere, and then nothing on the site waits for mail."""

from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

PORTS = {"smtp": 25, "smtp+tls": 587, "smtps": 465}


@dataclass(frozen=True, slots=True)
class Mail:
    """A way to send: `starttls` begins in the clear, `tls` is encrypted from the first byte."""

    backend: str  # the last part of Django's module name: smtp or console
    host: str = ""
    port: int = 0
    user: str = ""
    password: str = ""
    starttls: bool = False
    tls: bool = False


def from_url(url: str) -> Mail | None:
    """smtp+tls://user:password@host:587 (STARTTLS), smtps://, smtp:// for a relay on this machine, console: to print.

    None when `url` is empty. Raises ImproperlyConfigured.
    """
    if not url:
        return None
    parts = urlsplit(url)
    if parts.scheme == "console":
        return Mail(backend="console")
    if parts.scheme not in PORTS or not parts.hostname:
        raise ImproperlyConfigured(
            "EMAIL_URL must look like smtp+tls://user:password@host:587 (or smtps:, smtp:)."
        )
    return Mail(
        backend="smtp",
        host=parts.hostname,
        port=parts.port or PORTS[parts.scheme],
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        starttls=parts.scheme == "smtp+tls",
        tls=parts.scheme == "smtps",
    )
