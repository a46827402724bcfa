"""The doors of shares: what is asked before a link with a password or a view limit shows anything.

Who has passed is remembered in their session, bound to the share's epoch and lock: a new password shuts it again.
"""

import time
from collections.abc import MutableMapping
from typing import Any

from django.contrib.auth.hashers import check_password
from django.contrib.auth.models import AnonymousUser
from django.db.models import F

from accounts import throttle
from accounts.errors import TooMany
from accounts.models import User
from generations.errors import FieldError, InvalidInput, NotFound
from generations.models import Share

KEY = "doors"
REMEMBERED = 40  # doors in one session
OPEN_S = 12 * 3600  # after its password was given
ONCE_S = 600  # for how long one view of a limited link lasts, its files included
TRIES, TRIES_OF_ALL, HOUR_S = 10, 200, 3600

Session = MutableMapping[str, Any]


def is_open(user: User | AnonymousUser, session: Session, share: Share) -> bool:
    """May this visitor see what is behind? Whoever made the link always may."""
    if not share.has_door or (user.is_authenticated and user.pk == share.user_id):
        return True
    at = _passed_at(session, share)
    return at is not None and time.time() - at < (ONCE_S if share.views_most is not None else OPEN_S)


def until(share: Share) -> int:
    """Until when the addresses of its files work: 0 = as long as the link does."""
    return 0 if share.views_most is None else int(time.time()) + ONCE_S


def open_door(session: Session, share: Share, *, password: str, network: str, is_adult: bool = False) -> None:
    """Let this visitor in. `is_adult`: they say so.

    Raises InvalidInput (the password is wrong), TooMany (tries), NotFound (used up).
    """
    if share.is_for_adults and not is_adult:
        raise InvalidInput([FieldError("is_adult", "Say that you are an adult, or leave it closed.")])
    if share.password:
        _check_tries(share, network)
        if not check_password(password, share.password):
            raise InvalidInput([FieldError("password", "That is not the password. Try again.")])
    if share.views_most is not None and not _take_view(share):
        raise NotFound("This link was opened as often as it may be.")
    passed = {**session.get(KEY, {}), share.pk: [*_lock_of(share), int(time.time())]}
    session[KEY] = dict(list(passed.items())[-REMEMBERED:])


def _take_view(share: Share) -> bool:
    """One view less, never one too many: of two at once only as many pass as there are."""
    left = Share.objects.filter(pk=share.pk, views__lt=F("views_most"))
    return bool(left.update(views=F("views") + 1))


def _check_tries(share: Share, network: str) -> None:
    limits = [
        throttle.Limit(f"door:{share.pk}:{network}", most=TRIES, window_s=HOUR_S),
        throttle.Limit(f"door:{share.pk}", most=TRIES_OF_ALL, window_s=HOUR_S),
    ]
    if wait := throttle.wait_of_all_s(limits):
        raise TooMany(
            f"Too many passwords were tried. Try again in {throttle.spoken(wait)}, or ask who sent you the link.",
            retry_after_s=wait,
        )


def _passed_at(session: Session, share: Share) -> int | None:
    told = session.get(KEY, {}).get(share.pk)
    return int(told[-1]) if told and told[:-1] == _lock_of(share) else None


def _lock_of(share: Share) -> list[int | bool]:
    """Whoever passed another door has not passed this one."""
    return [share.epoch, share.lock, share.is_for_adults]
