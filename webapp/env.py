"""The one loud reader of the environment; only settings.py calls it.

A value that does not fit stops the start with a line that names the variable. Every name that is read is kept in
`KNOWN`, which the documentation test holds against docs/settings.md.
"""

import ipaddress
import os
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

Network = ipaddress.IPv4Network | ipaddress.IPv6Network

KNOWN: dict[str, str] = {}
SECRETS: set[str] = set()

TRUE = {"1", "true", "yes", "on"}
FALSE = {"0", "false", "no", "off", ""}


def _read(name: str, default: str) -> str:
    KNOWN[name] = default
    return os.environ.get(name, default).strip()


def text(name: str, default: str = "") -> str:
    return _read(name, default)


def flag(name: str, default: bool) -> bool:
    value = _read(name, "1" if default else "0").lower()
    if value in TRUE:
        return True
    if value in FALSE:
        return False
    raise ImproperlyConfigured(f"{name} must be 1 or 0; it is {value!r}.")


def integer(name: str, default: int, *, low: int = 0, high: int = 2**31) -> int:
    value = _read(name, str(default))
    try:
        number = int(value)
    except ValueError:
        raise ImproperlyConfigured(f"{name} must be a whole number; it is {value!r}.") from None
    if not low <= number <= high:
        raise ImproperlyConfigured(f"{name} must be from {low} to {high}; it is {number}.")
    return number


def names(name: str, default: str = "") -> list[str]:
    """A list separated by commas."""
    return [part.strip() for part in _read(name, default).split(",") if part.strip()]


def networks(name: str) -> list[Network]:
    """Networks as "10.0.0.0/8", or single addresses."""
    try:
        return [ipaddress.ip_network(part) for part in names(name)]
    except ValueError as error:
        raise ImproperlyConfigured(
            f"{name} must be a list of networks such as 10.0.0.0/8: {error}."
        ) from None


def ports(name: str, default: str) -> list[int]:
    found = names(name, default)
    wrong = [part for part in found if not (part.isascii() and part.isdecimal() and 0 < int(part) < 65536)]
    if wrong:
        raise ImproperlyConfigured(f"{name} must be a list of ports; {wrong[0]!r} is none.")
    return [int(part) for part in found]


def pairs(name: str) -> dict[str, str]:
    """A list of `one=other`, separated by commas."""
    parts = [part.partition("=")[::2] for part in names(name)]
    found = {key.strip(): value.strip() for key, value in parts}
    if not all(key.count("/") == value.count("/") == 1 for key, value in found.items()):
        raise ImproperlyConfigured(f"{name} must be a list of owner/name=owner/name.")
    return found


def secret(name: str) -> str:
    """A secret from NAME, or from the file that NAME_FILE names; both at once is refused. "" when neither is set."""
    SECRETS.update({name, f"{name}_FILE"})
    value, path = _read(name, ""), _read(f"{name}_FILE", "")
    if value and path:
        raise ImproperlyConfigured(f"Set {name} or {name}_FILE, not both.")
    if not path:
        return value
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except OSError as error:
        raise ImproperlyConfigured(f"{name}_FILE: cannot read {path} ({error.strerror}).") from None
