"""Leases: fair order, caps, fencing, return."""

from collections import Counter

from accounts.limits import MB
from accounts.models import User
from generations import queries, standing
from generations.models import Prediction, Status
from generations.services import claims, running


def test_who_sends_many_waits_behind_who_sends_one(alice, bob, create, engine):
    """Fair time: bob's only prompt is served before alice's second, though she sent three first."""
    first, *_ = create(alice), create(alice), create(alice)
    only = create(bob)
    rows = claims.claim("north", engine, outputs=2, predictions=2)
    assert {row.pk for row in rows} == {first.pk, only.pk}


def test_an_idle_person_saves_up_no_turns(alice, bob, create, engine):
    """Who comes after a long queue was served starts where the queue is, not at zero."""
    for _ in range(3):
        create(alice)
        claims.claim("north", engine, outputs=9, predictions=9)
    assert create(bob).vtime > Prediction.objects.filter(user=alice, claim__gt=0).last().vtime - 1


def test_the_cap_of_running_predictions_holds(guest, create, engine, settings):
    """A guest's second prediction is not taken while the first runs, however much room there is."""
    settings.LIMITS = {**settings.LIMITS, "running_guest": 1}
    create(guest), create(guest)
    assert len(claims.claim("north", engine, outputs=9, predictions=9)) == 1
    assert claims.claim("north", engine, outputs=9, predictions=9) == []


def test_who_is_limited_runs_as_many_as_a_guest(alice, create, engine, settings):
    """A decision that limits somebody holds for what runs and for the day, not for the room of what they have."""
    settings.LIMITS = {**settings.LIMITS, "running_guest": 1, "per_day_guest": 7}
    create(alice), create(alice)
    User.objects.filter(pk=alice.pk).update(standing=standing.LIMIT)
    assert len(claims.claim("north", engine, outputs=9, predictions=9)) == 1
    assert claims.claim("north", engine, outputs=9, predictions=9) == []
    alice.refresh_from_db()
    usage = queries.usage(alice)
    assert (usage.per_day, queries.left_today(alice)) == (7, 5)
    assert usage.room == settings.LIMITS["storage_mb"] * MB


def test_a_row_is_claimed_once(alice, create, engine):
    """Two dispatchers never get the same row."""
    create(alice), create(alice)
    north = claims.claim("north", engine, outputs=1, predictions=1)
    south = claims.claim("south", engine, outputs=9, predictions=9)
    assert Counter(row.pk for row in north + south).most_common(1)[0][1] == 1


def test_only_versions_that_the_engine_has_are_claimed(alice, create, engine):
    """An engine is never sent what it cannot run."""
    engine.versions.clear()
    create(alice)
    assert claims.claim("north", engine, outputs=9, predictions=9) == []


def test_a_late_owner_changes_nothing(alice, create, engine):
    """After the row was returned and taken by another, the first owner's events touch no row."""
    create(alice)
    [late] = claims.claim("north", engine, outputs=1, predictions=1)
    claims.give_back(late, fault=True)
    [now] = claims.claim("south", engine, outputs=1, predictions=1)
    assert running.start(late, engine_seq=1) is None
    assert running.finish(late, Status.FAILED, error="late") is None
    assert running.start(now, engine_seq=1) is not None


def test_the_third_fault_ends_it_with_a_sentence(alice, create, engine):
    """Three crashes while alone are enough."""
    created = create(alice)
    for _ in range(3):
        [row] = claims.claim("north", engine, outputs=1, predictions=1)
        running.start(row, engine_seq=1)
        running.lose(row, fault=True)
    created.refresh_from_db()
    assert (created.status, created.failures) == (Status.FAILED, 3)
    assert "3 times" in created.error


def test_returning_without_fault_counts_nothing(alice, create, engine):
    """An orderly stop is nobody's failure."""
    created = create(alice)
    [row] = claims.claim("north", engine, outputs=1, predictions=1)
    claims.give_back(row)
    created.refresh_from_db()
    assert (created.status, created.failures, created.owner) == (Status.STARTING, 0, "")


def test_the_queue_moving_raises_seq_of_those_who_wait(alice, create):
    """A page that shows a place in the queue learns of the new one."""
    created = create(alice)
    assert claims.stir(first=10) == [(created.pk, alice.pk, 1)]


def test_the_heavy_user_gets_no_more_than_a_fair_share(db, create, engine, settings):
    """With 90 % of the queue one person's, five others are served as often as they are."""
    settings.LIMITS = {**settings.LIMITS, "queued": 500, "running": 500}
    heavy, *others = [User.objects.create_user(f"p{n}@example.org") for n in range(6)]
    for _ in range(90):
        create(heavy)
    for person in others * 2:
        create(person)
    served = Counter(row.user_id for row in claims.claim("north", engine, outputs=12, predictions=12))
    assert served[heavy.pk] <= 3
