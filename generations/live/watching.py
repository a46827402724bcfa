"""What a page may watch: read from the address of a socket or stream, checked by access.py."""

from dataclasses import dataclass
from typing import Any

from django.core.exceptions import TooManyFieldsSent
from django.http import QueryDict

from generations import access, queries
from generations.errors import NotFound
from generations.events import person_group, prediction_group
from generations.live import shared
from generations.live.hub import Watcher
from generations.models import Prediction
from generations.services import doors

GROUPS_MAX = 50
HAVE_MAX = 200


@dataclass(frozen=True, slots=True)
class Wish:
    """`?person=1`: everything of who asks; `?prediction=<id>`, repeated: these; `?share=<token>`: what it shows."""

    person: bool
    predictions: list[str]
    share: str = ""


def wish_of(query: str) -> Wish | None:
    """None when the address asks for nothing, or for too much."""
    try:
        values = QueryDict(query)
    except TooManyFieldsSent:
        return None
    if "share" in values:
        return Wish(person=False, predictions=[], share=values["share"])
    ids, person = values.getlist("prediction"), values.get("person") == "1"
    if len(ids) > GROUPS_MAX or not (ids or person):
        return None
    return Wish(person=person, predictions=ids)


def open_watcher(user: Any, wish: Wish, session: Any) -> tuple[Watcher, list[str]] | None:
    """A watcher of what is wished, and the ids to catch up with. None: not there, or not theirs. Reads rows."""
    if wish.share:
        return _open_share(user, wish.share, session)
    if user.is_anonymous:
        return None
    ids = access.predictions_readable(user, wish.predictions)
    if len(ids) != len(wish.predictions):
        return None
    groups = [prediction_group(id) for id in ids]
    if wish.person:
        groups.append(person_group(user.pk))
        ids = [*ids, *(row.pk for row in queries.active(user))]
    return Watcher(groups), ids


def _open_share(user: Any, token: str, session: Any) -> tuple[Watcher, list[str]] | None:
    """What a share shows of one prediction; its door must have been passed in this session."""
    try:
        share = access.share_by_link(user, token)
    except NotFound:
        return None
    watched = queries.watched_by(share) if doors.is_open(user, session, share) else []
    if not watched:
        return None
    return Watcher([prediction_group(row.pk) for row in watched], share_id=share.pk), [share.pk]


def heard(user: Any, watcher: Watcher, have: dict[str, int]) -> dict[str, int]:
    """What the page has, of what it may watch: prediction (or share) → seq."""
    if watcher.share_id:
        return {id: seq for id, seq in have.items() if id == watcher.share_id}
    return {id: have[id] for id in access.predictions_readable(user, list(have))}


def is_over(watcher: Watcher, ids: list[str]) -> bool:
    """Has the watcher the last state of all that its page is about?"""
    if watcher.share_id:
        return shared.is_over(watcher.share_id, watcher.sent.get(watcher.share_id, -1))
    return all_ended(ids, dict(watcher.sent))


def all_ended(ids: list[str], sent: dict[str, int]) -> bool:
    """Have these predictions ended, and has the watcher their last state?"""
    rows = Prediction.objects.filter(pk__in=ids).only("status", "seq")
    return all(row.is_terminal and sent.get(row.pk, -1) >= row.seq for row in rows)


def have_of(content: Any) -> dict[str, int] | None:
    """{"have": {id: seq}} as a page says it; None when it has another shape."""
    have = content.get("have") if isinstance(content, dict) else None
    if not isinstance(have, dict) or len(have) > HAVE_MAX:
        return None
    if not all(isinstance(seq, int) and not isinstance(seq, bool) for seq in have.values()):
        return None
    return have


def have_of_query(text: str) -> dict[str, int]:
    """`id:seq,id:seq` as the address of a stream says it; what does not fit is left out, so it is sent again."""
    pairs = [part.split(":") for part in text.split(",") if part][:HAVE_MAX]
    return {
        pair[0]: int(pair[1])
        for pair in pairs
        if len(pair) == 2 and pair[1].isdecimal() and len(pair[1]) < 10
    }
