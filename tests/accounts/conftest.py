"""A guest in a browser of their own, and something they made."""

from collections.abc import Callable

import pytest
from django.contrib.auth import get_user
from django.test import Client

from accounts.models import User
from generations.models import Prediction, RegisteredModel, Status, Version


@pytest.fixture
def version(db: None) -> Version:
    model = RegisteredModel.objects.create(owner="safelight", name="picto")
    return Version.objects.create(pk="a" * 64, model=model, schema={"type": "object", "properties": {}})


@pytest.fixture
def make_prediction(version: Version) -> Callable[..., Prediction]:
    """make_prediction(user, **fields): one that waits in the queue, if the fields say nothing else."""

    def make(user: User, **fields) -> Prediction:
        told = {"input": {"prompt": "a fox"}, "prompt": "a fox", "status": Status.STARTING, **fields}
        return Prediction.objects.create(user=user, version=version, **told)

    return make


@pytest.fixture
def guest_client(guest: User, client_of: Callable[..., Client]) -> Client:
    return client_of(guest)


@pytest.fixture
def person_of() -> Callable[[Client], User]:
    """person_of(client): who the site believes is asking."""

    def who(client: Client) -> User:
        class Request:
            session = client.session
            META: dict = {}

        return get_user(Request())

    return who
