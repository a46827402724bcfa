"""What staff, their commands and the site itself did: one line for each act, in the transaction of the act itself.

`record` is called by the verb that does the act, as the last thing in its transaction: lines are numbered one after
the other, so from this call until the commit others who record wait.
"""

import re
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from accounts import audit_head, chain, throttle
from accounts.models import AuditEvent, User

SITE = "site"  # what the site does by itself
ACTOR = re.compile(r"^(site|command:[a-z_]+)$")
VERB = re.compile(r"^[a-z_]+(\.[a-z_]+)+$")
LOCK = 0x5AFE_A0D1  # of PostgreSQL's advisory locks


def record(
    actor: User | str,
    verb: str,
    *,
    kind: str = "",
    id: str | int = "",
    before: Any = None,
    after: Any = None,
    reason: str = "",
) -> AuditEvent:
    """Write a line. `actor`: a person, `command("add_engine")` or SITE; `verb` like "role.give".

    `before` and `after` are states that JSON can say; of them only keyed hashes are kept. `reason` is what staff wrote
    about why, never a prompt.
    """
    key, network = key_of(), throttle.here()
    with transaction.atomic():
        last = _last_locked()
        event = AuditEvent(
            seq=last.seq + 1,
            at=timezone.now(),
            actor=_name_of(actor),
            verb=_checked(verb),
            kind=kind,
            object_id=str(id),
            before=chain.keyed_hash(before, key) if before is not None else "",
            after=chain.keyed_hash(after, key) if after is not None else "",
            reason=reason.strip()[:500],
            address_hash=chain.keyed_hash(["address", network], key) if network else "",
            previous=last.mac,
        )
        event.mac = chain.mac_of(event, key)
        event.save(force_insert=True)
        # Only a line that is there for good may be the head.
        head = chain.Head(event.seq, event.mac)
        transaction.on_commit(lambda: audit_head.advance(head), robust=True)
    return event


def command(name: str) -> str:
    """The actor that a management command is: whoever has the machine."""
    return f"command:{name}"


def verify() -> chain.Break | None:
    """Hold the whole chain against the key and the head; a head that lags behind a true chain is brought up."""
    events = AuditEvent.objects.order_by("seq").iterator(chunk_size=2000)
    last = AuditEvent.objects.order_by("-seq").first()
    found = chain.first_break(events, key_of(), head=audit_head.read())
    if found is None and last is not None:
        audit_head.advance(chain.Head(last.seq, last.mac))
    return found


def key_of() -> bytes:
    return str(settings.AUDIT_KEY).encode()


def _last_locked() -> chain.Head:
    """The newest line; until the transaction ends nobody else can write the next one."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
    # On SQLite a transaction that writes is alone from its first statement on (webapp/databases.py).
    last = AuditEvent.objects.order_by("-seq").values_list("seq", "mac").first()
    return chain.Head(*last) if last else chain.Head(0, chain.FIRST)


def _name_of(actor: User | str) -> str:
    if isinstance(actor, User):
        return f"user:{actor.pk}"
    if not ACTOR.fullmatch(actor):
        raise ValueError(f"{actor!r} is no actor.")
    return actor


def _checked(verb: str) -> str:
    if not VERB.fullmatch(verb):
        raise ValueError(f"{verb!r} is no verb of the audit.")
    return verb
