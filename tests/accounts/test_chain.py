"""The audit's chain: any tampering by whoever can write to the database alone is seen."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from accounts import chain
from accounts.models import AuditEvent

KEY, OTHER_KEY = b"the key of this site", b"another key"
FIELDS = [
    *("seq", "at", "actor", "verb", "kind", "object_id", "before", "after", "reason", "address_hash"),
    *("previous", "mac"),
]


def lines(count: int) -> list[AuditEvent]:
    made: list[AuditEvent] = []
    for seq in range(1, count + 1):
        event = AuditEvent(
            seq=seq, at=timezone.now(), actor=f"user:{seq % 3}", verb="role.give", kind="user", object_id="7"
        )
        made.append(chained(event, made[-1].mac if made else chain.FIRST))
    return made


def chained(event: AuditEvent, previous: str, key: bytes = KEY) -> AuditEvent:
    event.previous = previous
    event.mac = chain.mac_of(event, key)
    return event


def head_of(events: list[AuditEvent]) -> chain.Head:
    return chain.Head(events[-1].seq, events[-1].mac)


def changed(value: Any) -> Any:
    if isinstance(value, int):
        return value + 1
    return value + "x" if isinstance(value, str) else value + timedelta(microseconds=1)


@given(count=st.integers(1, 12))
def test_a_chain_that_nobody_touched_is_whole(count: int) -> None:
    events = lines(count)
    assert chain.first_break(events, KEY, head=head_of(events)) is None


@given(data=st.data(), count=st.integers(1, 12), field=st.sampled_from(FIELDS))
def test_a_changed_field_breaks_the_chain_where_it_is(data: Any, count: int, field: str) -> None:
    """Whichever field of whichever line: the break is there."""
    events = lines(count)
    head = head_of(events)
    at = data.draw(st.integers(0, count - 1))
    setattr(events[at], field, changed(getattr(events[at], field)))
    found = chain.first_break(events, KEY, head=head)
    assert found is not None
    assert found.seq == at + 1


@given(data=st.data(), count=st.integers(2, 12))
def test_a_missing_run_of_lines_breaks_the_chain(data: Any, count: int) -> None:
    """At the beginning, in the middle or at the end, however many."""
    events = lines(count)
    head = head_of(events)
    first = data.draw(st.integers(0, count - 1))
    last = data.draw(st.integers(first, count - 1))
    found = chain.first_break(events[:first] + events[last + 1 :], KEY, head=head)
    assert found is not None
    assert found.seq == first + 1


@given(data=st.data(), count=st.integers(1, 10))
def test_whoever_writes_the_rest_anew_has_not_the_key(data: Any, count: int) -> None:
    """Lines written anew from one on, with another key, break there, even where the head was not reached."""
    events = lines(count)
    head = data.draw(st.sampled_from([head_of(events), chain.Head(1, events[0].mac)]))
    at = data.draw(st.integers(0, count - 1))
    for number in range(at, count):
        events[number].reason = "forged"
        chained(events[number], events[number - 1].mac if number else chain.FIRST, OTHER_KEY)
    found = chain.first_break(events, KEY, head=head)
    assert found is not None
    assert found.seq == at + 1


@given(data=st.data(), count=st.integers(2, 10))
def test_lines_that_changed_places_break_the_chain(data: Any, count: int) -> None:
    events = lines(count)
    head = head_of(events)
    one, other = data.draw(st.lists(st.integers(0, count - 1), min_size=2, max_size=2, unique=True))
    events[one].seq, events[other].seq = events[other].seq, events[one].seq
    found = chain.first_break(sorted(events, key=lambda event: event.seq), KEY, head=head)
    assert found is not None
    assert found.seq == min(one, other) + 1


def test_an_end_without_a_head_is_not_believed() -> None:
    found = chain.first_break(lines(2), KEY, head=None)
    assert found is not None
    assert "head" in found.sentence


def test_a_head_that_lags_behind_is_no_break() -> None:
    """A process that was killed between the commit and the file has lost nothing."""
    events = lines(3)
    assert chain.first_break(events, KEY, head=chain.Head(2, events[1].mac)) is None


@pytest.mark.parametrize("value", ["1 ", "", "two lines\nhere", "x abc"])
def test_a_spoilt_head_is_none(value: str, settings: Any) -> None:
    from accounts import audit_head

    settings.AUDIT_HEAD.write_text(value)
    assert audit_head.read() is None
