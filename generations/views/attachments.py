"""The name of a file that is taken away: in plain letters for every client, in its own for those that know RFC 6266."""

import re
from urllib.parse import quote

WORDS = 60
NAMELESS = "picture"


def named(words: str, *, tail: str) -> str:
    """A Content-Disposition: `words` as the name's beginning, however they read, then `tail`."""
    told = re.sub(r"[^\w-]+", "-", words[:WORDS]).strip("-_")
    plain = re.sub(r"-{2,}", "-", told.encode("ascii", "ignore").decode()).strip("-_").lower()
    own = f"{told or NAMELESS}-{tail}"
    return f"attachment; filename=\"{plain or NAMELESS}-{tail}\"; filename*=UTF-8''{quote(own, safe='')}"
