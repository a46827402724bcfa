"""Promises of handles: which may be had, and that none is ever given to another."""

import pytest

from accounts import handles
from accounts.errors import HandleRefused
from accounts.models import Handle

pytestmark = pytest.mark.django_db


def test_is_given(alice):
    """A free handle is given."""
    assert handles.take(alice, "alice-1").handle == "alice-1"


def test_is_given_once(alice, bob):
    """A handle that somebody has is refused to another, however it is written."""
    handles.take(alice, "alice")
    with pytest.raises(HandleRefused, match="taken"):
        handles.take(bob, " Alice ")


def test_is_kept_for_ever(alice, bob):
    """A handle whose person is gone is given to nobody."""
    handles.take(alice, "alice")
    alice.delete()
    with pytest.raises(HandleRefused):
        handles.take(bob, "alice")


def test_given_up_handle_comes_back_to_its_person_only(alice, bob):
    """Somebody who took another handle may return to the first; nobody else gets it meanwhile."""
    handles.take(alice, "alice")
    handles.take(alice, "alison")
    with pytest.raises(HandleRefused):
        handles.take(bob, "alice")
    assert handles.take(alice, "alice").handle == "alice"


@pytest.mark.parametrize("name", ["", "-a", "a-", "a b", "a_b", "ä", "a" * 40, "а", "../a", "a.b"])
def test_rules(alice, name):
    """Anything but 1 to 39 letters a–z, digits and inner hyphens is refused with the rule."""
    with pytest.raises(HandleRefused, match="1 to 39 letters"):
        handles.take(alice, name)
    assert not Handle.objects.exists()


@pytest.mark.parametrize("name", ["admin", "safelight", "v1", "settings"])
def test_reserved(alice, name):
    """The site's own words are given to nobody."""
    with pytest.raises(HandleRefused, match="kept for the site"):
        handles.take(alice, name)


def test_every_first_part_of_an_address_is_reserved():
    """No handle can be mistaken for a room of the site."""
    rooms = {
        "gallery",
        "explore",
        "models",
        "verify",
        "moderation",
        "account",
        "docs",
        "media",
        "predictions",
        "static",
    }
    assert rooms <= handles.RESERVED
