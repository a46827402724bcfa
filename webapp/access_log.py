"""One line for each answered request, without what could open a door: no query, no token out of a path."""

import logging
import re
from typing import Any

logger = logging.getLogger("webapp.access")

# A long path segment is a capability (a signature, a one-time link), unless it is one of our ids.
CAPABILITY = re.compile(r"(?<=/)(?![0-9a-hjkmnp-tv-z]{26}(?:/|$))[A-Za-z0-9_\-:]{20,}(?=/|$)")


def log(protocol: str, action: str, details: dict[str, Any]) -> None:
    """daphne's action logger: (protocol, action) are ("http", "complete"), ("websocket", "connected") and so on."""
    if not logger.isEnabledFor(logging.INFO):
        return
    path = CAPABILITY.sub("…", str(details["path"]).partition("?")[0])
    if protocol == "http":
        logger.info(
            "%s %s %s %d ms %d B",
            details["method"],
            path,
            details["status"],
            details["time_taken"] * 1000,
            details["size"],
        )
    else:
        logger.info("socket %s %s", path, action)
