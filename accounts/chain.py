"""The arithmetic of the audit's chain: what a line's mac is made of, and where a list of lines stops being true.

A mac is an HMAC over the whole line, the mac of the line before it included, with a key that the database does not
hold. Whoever can write to the database alone can neither change a line, nor take one out, nor put one in; that the
newest are still there is told by the head, a copy of the last (seq, mac) outside the database.
"""

import hashlib
import hmac
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC
from typing import Any

from accounts.models import AuditEvent

FIRST = "0" * 64  # what stands before the first line


@dataclass(frozen=True, slots=True)
class Head:
    seq: int
    mac: str


@dataclass(frozen=True, slots=True)
class Break:
    """Where the chain breaks: the first line that cannot be believed, and why in a sentence."""

    seq: int
    sentence: str


def mac_of(event: AuditEvent, key: bytes) -> str:
    line = [
        *(event.seq, event.at.astimezone(UTC).isoformat(timespec="microseconds"), event.actor, event.verb),
        *(event.kind, event.object_id, event.before, event.after, event.reason, event.address_hash),
        event.previous,
    ]
    return keyed_hash(line, key)


def keyed_hash(value: Any, key: bytes) -> str:
    """Of anything that JSON can say; keyed, so that a short value is not found by trying."""
    text = json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"), default=str)
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()


def first_break(events: Iterable[AuditEvent], key: bytes, *, head: Head | None) -> Break | None:
    """The first line that breaks the chain, of all lines in their order; None when every one of them is true."""
    last = Head(0, FIRST)
    for event in events:
        if found := _broken_by(event, last, key, head):
            return found
        last = Head(event.seq, event.mac)
    if head is None:
        sentence = (
            "No head outside the database says which line is the newest, so a missing end cannot be seen."
        )
        return Break(last.seq, sentence) if last.seq else None
    if head.seq > last.seq:
        return Break(last.seq + 1, f"Lines {last.seq + 1} to {head.seq} were there and are gone.")
    return None


def _broken_by(event: AuditEvent, last: Head, key: bytes, head: Head | None) -> Break | None:
    if event.seq != last.seq + 1:
        return Break(last.seq + 1, f"Line {last.seq + 1} is missing; {event.seq} is the next.")
    if not hmac.compare_digest(event.previous, last.mac):
        return Break(event.seq, f"Line {event.seq} does not follow on the line before it.")
    if not hmac.compare_digest(event.mac, mac_of(event, key)):
        return Break(event.seq, f"Line {event.seq} was changed, or written with another key.")
    if head is not None and head.seq == event.seq and not hmac.compare_digest(head.mac, event.mac):
        return Break(event.seq, f"Line {event.seq} is another than the one that the head names.")
    return None
