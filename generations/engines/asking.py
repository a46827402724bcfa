"""Asks a Cog server once what it is: for the command that registers it."""

import http.client
import json
import urllib.request
from typing import Any
from urllib.parse import urlsplit

from generations.errors import EngineRefused, EngineUnavailable

LARGEST = 16 * 1024 * 1024  # bytes of a document
WITHIN_S = 10.0


class _Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *args: Any) -> None:
        return None


def ask(base_url: str, path: str, *, token: str = "") -> dict[str, Any]:
    """The JSON object at a path of it. Raises EngineUnavailable, EngineRefused. Follows no redirect."""
    if urlsplit(base_url).scheme not in ("http", "https"):
        raise EngineRefused("The address of a Cog server begins with http:// or https://.")
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    request = urllib.request.Request(f"{base_url.rstrip('/')}/{path}", headers=headers)  # noqa: S310
    try:
        with urllib.request.build_opener(_Stay()).open(request, timeout=WITHIN_S) as response:
            data = response.read(LARGEST + 1)
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise EngineUnavailable(f"{base_url} does not answer /{path}: {error}.") from error
    if len(data) > LARGEST:
        raise EngineRefused(f"What {base_url} says of itself is too long.")
    try:
        found = json.loads(data)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise EngineRefused(f"{base_url} is no Cog server: /{path} is no JSON object.")
    return found
