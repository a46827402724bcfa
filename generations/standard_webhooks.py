"""Signatures of webhooks, as the Standard Webhooks specification and its verifiers have them. Pure.

A key is "whsec_" and standard base64: one verifier cannot read the alphabet that is safe in addresses.
"""

import base64
import hmac
import secrets
from collections.abc import Iterable

PREFIX = "whsec_"
BYTES = 24


def new_key() -> str:
    return PREFIX + base64.b64encode(secrets.token_bytes(BYTES)).decode("ascii")


def headers(keys: Iterable[str], *, id: str, at: int, body: bytes) -> dict[str, str]:
    """What a receiver verifies; a signature for each key, so that either opens it while one replaces the other."""
    return {
        "webhook-id": id,
        "webhook-timestamp": str(at),
        "webhook-signature": " ".join(signature(key, id=id, at=at, body=body) for key in keys),
    }


def signature(key: str, *, id: str, at: int, body: bytes) -> str:
    secret = base64.b64decode(key.removeprefix(PREFIX))
    digest = hmac.digest(secret, f"{id}.{at}.".encode() + body, "sha256")
    return f"v1,{base64.b64encode(digest).decode('ascii')}"
