"""Many pages come back at once after a restart: all of them catch up, and the site answers meanwhile."""

import asyncio

import pytest

from tests.crowd import PAGES, Crowd, come_back
from tests.site import Person, Site

pytestmark = [pytest.mark.processes, pytest.mark.timeout(300)]


def test_a_crowd_comes_back(site: Site, person: Person) -> None:
    """All of 500 pages have the end of their prediction after the server was killed, and a cheap page is answered.

    How quick it stays is measured by `make bench`.
    """
    crowd = Crowd(site, person, id="")
    _, busy = asyncio.run(come_back(crowd))
    assert len(crowd.tries) == PAGES
    assert min(crowd.tries) > 1
    assert busy
    assert max(busy) < 5.0
    site.check()
