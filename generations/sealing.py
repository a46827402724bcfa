"""Sealing: bytes that nobody reads without the key, nor swaps for others, nor moves under another name. AES-256-GCM."""

import hashlib
import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

NONCE = 12


class BrokenSeal(ValueError):
    """The bytes were changed, or belong to another name or key."""


def seal(content: bytes, *, key: str, name: str) -> bytes:
    nonce = os.urandom(NONCE)
    return nonce + _cipher(key).encrypt(nonce, content, name.encode())


def unseal(sealed: bytes, *, key: str, name: str) -> bytes:
    """Raises BrokenSeal."""
    try:
        return _cipher(key).decrypt(sealed[:NONCE], sealed[NONCE:], name.encode())
    except (InvalidTag, ValueError) as error:
        raise BrokenSeal("This file is not what was sealed.") from error


def _cipher(key: str) -> AESGCM:
    """The key is long and random already: a hash brings it to length."""
    return AESGCM(hashlib.sha256(b"safelight evidence\0" + key.encode()).digest())
