"""Pictures with links, as in the tests of the pages, and somebody at the desk."""

from collections.abc import Callable

import pytest

from accounts.models import User
from generations.models import Output, Share
from tests.generations.views.conftest import make_output, version  # noqa: F401 - fixtures


@pytest.fixture
def picture(alice: User, make_output: Callable[..., Output]) -> Output:  # noqa: F811
    """Alice's, with a fingerprint."""
    return make_output(alice, fingerprint="a5" * 32)


@pytest.fixture
def link(alice: User, picture: Output) -> Share:
    return Share.objects.create(user=alice, output=picture, cover=picture)
