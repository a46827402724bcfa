"""Deployments: releases, limits of their own, and when one may be deleted."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts import handles
from accounts.models import User
from generations import access, queries
from generations.errors import Conflict, InvalidInput, NotAllowed, NotFound
from generations.models import Deployment, Engine, Prediction, Training, Version
from generations.services import claims, deployments, predictions, trainings

pytestmark = pytest.mark.django_db


@pytest.fixture
def owner(alice: User) -> User:
    return handles.take(alice, "alice")


@pytest.fixture
def make(owner: User, version: Version) -> Callable[..., Deployment]:
    def make(**fields: Any) -> Deployment:
        given = {
            "name": "live",
            "version": version,
            "hardware": "cpu",
            "min_instances": 0,
            "max_instances": 1,
        }
        return deployments.create(owner, **{**given, **fields})

    return make


def test_each_change_is_a_release(make: Callable[..., Deployment], owner: User) -> None:
    """Numbers rise by one; what was set before stays to be seen; no change is no release."""
    made = make()
    assert (made.current.number, made.current.max_instances) == (1, 1)
    changed = deployments.update(made, version=None, settings={"max_instances": 3})
    assert (changed.current.number, changed.current.max_instances, changed.current.min_instances) == (2, 3, 0)
    assert deployments.update(made, version=None, settings={}).current.number == 2
    assert list(made.releases.order_by("number").values_list("max_instances", flat=True)) == [1, 3]
    assert [row.current.number for row in queries.deployments_of(owner)] == [2]


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"name": "no spaces"}, "name"),
        ({"hardware": "gpu-t4"}, "hardware"),
        ({"min_instances": 6, "max_instances": 20}, "min_instances"),
        ({"min_instances": -1}, "min_instances"),
        ({"max_instances": 21}, "max_instances"),
        ({"min_instances": 2, "max_instances": 1}, "min_instances"),
    ],
)
def test_deployment_that_does_not_fit_is_refused(
    make: Callable[..., Deployment], wrong: dict[str, Any], field: str
) -> None:
    """The error names the field."""
    with pytest.raises(InvalidInput) as caught:
        make(**wrong)
    assert list(caught.value.by_field()) == [field]
    assert not Deployment.objects.exists()


def test_names_are_unique_for_a_person(make: Callable[..., Deployment]) -> None:
    """The second of a name is a conflict."""
    make()
    with pytest.raises(Conflict):
        make()


def test_deployment_is_its_owners(make: Callable[..., Deployment], owner: User, bob: User) -> None:
    """Under its owner's handle, for its owner alone."""
    made = make()
    handles.take(bob, "bob")
    assert access.deployment_read(owner, "alice", "live") == made
    for who, handle in ((bob, "alice"), (bob, "bob"), (owner, "bob"), (owner, "")):
        with pytest.raises(NotFound):
            access.deployment_read(who, handle, "live")


def test_as_many_run_at_once_as_it_has_instances(
    make: Callable[..., Deployment], owner: User, engine: Engine, version: Version
) -> None:
    """The next waits for an end, while what is outside of the deployment runs."""
    pinned = make(max_instances=1)
    rows = [
        predictions.create(owner, version, {"prompt": "a fox"}, deployment=to)
        for to in (pinned, pinned, None)
    ]
    taken = claims.claim("me", engine, outputs=9, predictions=9)
    assert [row.pk for row in taken] == [rows[0].pk, rows[2].pk]
    assert claims.claim("me", engine, outputs=9, predictions=9) == []
    deployments.update(pinned, version=None, settings={"max_instances": 2})
    assert [row.pk for row in claims.claim("me", engine, outputs=9, predictions=9)] == [rows[1].pk]


def test_switched_off_takes_nothing_new(
    make: Callable[..., Deployment], owner: User, engine: Engine, version: Version
) -> None:
    """max_instances 0 refuses; what was taken before still runs."""
    pinned = make()
    predictions.create(owner, version, {"prompt": "a fox"}, deployment=pinned)
    off = deployments.update(pinned, version=None, settings={"max_instances": 0})
    with pytest.raises(NotAllowed, match="switched off"):
        deployments.version_to_run(off)
    assert len(claims.claim("me", engine, outputs=9, predictions=9)) == 1


def test_deployment_in_use_is_not_deleted(
    make: Callable[..., Deployment], owner: User, version: Version
) -> None:
    """Not while it works, nor within 15 minutes; its predictions outlive it."""
    pinned = make()
    row = predictions.create(owner, version, {"prompt": "a fox"}, deployment=pinned)
    with pytest.raises(NotAllowed):
        deployments.delete(pinned)
    ended = timezone.now() - timedelta(minutes=14)
    Prediction.objects.update(status="canceled", created_at=ended, completed_at=ended)
    with pytest.raises(NotAllowed):
        deployments.delete(pinned)
    Prediction.objects.update(completed_at=ended - timedelta(minutes=2))
    deployments.delete(pinned)
    row.refresh_from_db()
    assert row.deployment is None
    assert not Deployment.objects.exists()


def test_no_version_can_be_trained(owner: User, bob: User, version: Version) -> None:
    """What is wrong with the request is said first; nothing is kept."""
    mine = version.model
    with pytest.raises(NotFound, match="destination"):
        trainings.create(bob, version, destination=mine, input={})
    mine.user = owner
    with pytest.raises(InvalidInput):
        trainings.create(owner, version, destination=mine, input=[])
    with pytest.raises(NotAllowed, match="cannot be trained"):
        trainings.create(owner, version, destination=mine, input={})
    assert not Training.objects.exists()


def test_training_is_canceled_once(owner: User, bob: User, version: Version) -> None:
    """It ends at once; a second time nothing changes; nobody else finds it."""
    row = Training.objects.create(user=owner, version=version, destination=version.model, input={})
    assert access.training_read(owner, row.pk) == row
    with pytest.raises(NotFound):
        access.training_write(bob, row.pk)
    at = trainings.cancel(row).completed_at
    assert (row.status, trainings.cancel(row).completed_at) == ("canceled", at)
    assert list(queries.trainings_of(owner)) == [row]
    assert list(queries.trainings_of(bob)) == []
