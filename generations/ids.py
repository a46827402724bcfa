"""Ids of predictions, outputs and uploads: 26 characters of lower-case Crockford base32, ordered by time.

The bits are those of a UUIDv7 (RFC 9562 §5.7): 48 of milliseconds, then version, variant and 74 random ones.
"""

import re
import secrets
import time

ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
PATTERN = re.compile(r"^[0-7][0-9a-hjkmnp-tv-z]{25}$")


def new_id(at: float | None = None) -> str:
    """An id of now, or of `at` (seconds since 1970), for rows whose history is made up."""
    milliseconds = time.time_ns() // 1_000_000 if at is None else int(at * 1000)
    bits = (milliseconds & (2**48 - 1)) << 80 | 0x7 << 76
    bits |= secrets.randbits(12) << 64 | 0b10 << 62 | secrets.randbits(62)
    return "".join(ALPHABET[bits >> shift & 31] for shift in range(125, -1, -5))


def is_id(text: str) -> bool:
    return bool(PATTERN.fullmatch(text))


def lower_bound(at: float) -> str:
    """The smallest id that can have been made at `at` (seconds since 1970): a range of ids is a range of time."""
    bits = (int(at * 1000) & (2**48 - 1)) << 80
    return "".join(ALPHABET[bits >> shift & 31] for shift in range(125, -1, -5))
