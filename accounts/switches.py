"""What an administrator can close for the whole site, at once and by everybody obeyed.

Every face asks here. What settings close stays closed; a switch closes what settings left open. The row is kept in the
cache for a few seconds: a process with a cache of its own hears of a change within that time, all others at once.
"""

from dataclasses import asdict, dataclass, fields

from django.conf import settings
from django.core.cache import cache
from django.db import transaction

from accounts import audit
from accounts.models import Switches, User

KEY, KEPT_S = "switches", 5


@dataclass(frozen=True, slots=True)
class State:
    registrations: bool = True
    guests: bool = True
    publishing: bool = True
    generation: bool = True
    banner: str = ""


def current() -> State:
    """As they stand. Reads a row now and then: never in an event loop."""
    kept: State | None = cache.get(KEY)
    if kept is None:
        kept = _of_row()
        cache.set(KEY, kept, timeout=KEPT_S)
    return kept


def may_sign_up() -> bool:
    return settings.SIGN_UP and current().registrations


def may_be_guest() -> bool:
    """May whoever comes now make pictures without an account?"""
    return settings.GUESTS and current().guests


def set_to(wanted: State, *, by: User | str, reason: str = "") -> None:
    """Set them all, with a line in the audit; nothing changes, nothing is written."""
    with transaction.atomic():
        row, _ = Switches.objects.select_for_update().get_or_create(pk=1)
        before = _of(row)
        if before == wanted:
            return
        for name, value in asdict(wanted).items():
            setattr(row, name, value)
        row.save(update_fields=[*asdict(wanted), "set_at"])
        audit.record(
            by, "switches.set", kind="site", before=asdict(before), after=asdict(wanted), reason=reason
        )
        transaction.on_commit(lambda: cache.set(KEY, wanted, timeout=KEPT_S))


def _of_row() -> State:
    row = Switches.objects.filter(pk=1).first()
    return State() if row is None else _of(row)


def _of(row: Switches) -> State:
    return State(**{field.name: getattr(row, field.name) for field in fields(State)})
