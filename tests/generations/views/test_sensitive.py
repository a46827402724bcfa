"""What is marked as sensitive: on every surface as each viewer has chosen, and on none that others make of it."""

import json
import re
from collections.abc import Callable

import pytest
from django.test import Client

from accounts.models import User
from generations.models import Album, Output, Placement
from generations.services import outputs, shares
from generations.services.shares import Options
from generations.signing import token_of

pytestmark = pytest.mark.django_db

PAGES = ("/explore/", "/explore/?sort=liked", "/explore/safelight/picto/", "/@ada/")


@pytest.fixture
def ada(alice: User) -> User:
    alice.name, alice.handle, alice.has_profile = "Ada", "ada", True
    alice.save(update_fields=["name", "handle", "has_profile"])
    return alice


@pytest.fixture
def output(ada: User, make_output: Callable[..., Output]) -> Output:
    return outputs.mark_sensitive(make_output(ada, prompt="a fox"), is_sensitive=True)


def address_of(subject: Output | Album, **options: bool) -> str:
    share = shares.create(subject.user, subject, Options(is_public=True, **options))
    return f"/s/{token_of('share', share)}/"


@pytest.fixture
def address(output: Output) -> str:
    return address_of(output)


@pytest.fixture(params=["signed in", "visitor"])
def viewer(request: pytest.FixtureRequest, client_of: Callable[..., Client], bob: User) -> Client:
    return client_of(bob if request.param == "signed in" else None)


def text(response) -> str:
    return response.content.decode()


def test_blurred_until_one_chooses(viewer: Client, address: str) -> None:
    """Nobody who has chosen nothing sees it unasked."""
    for page in (*PAGES, address):
        shown = text(viewer.get(page))
        assert 'data-sees="blur"' in shown
        assert "data-sensitive" in shown


@pytest.mark.parametrize("page", PAGES)
def test_hidden_from_lists(viewer: Client, address: str, page: str) -> None:
    """Who hides what is sensitive finds none of it in Explore, at a model, or on a profile."""
    assert address in text(viewer.get(page))
    viewer.post("/viewing/", {"sensitive": "hide"})
    shown = text(viewer.get(page))
    assert address not in shown
    assert "data-sensitive" not in shown
    viewer.post("/viewing/", {"sensitive": "show"})
    assert 'data-sees="show"' in text(viewer.get(page))


@pytest.mark.parametrize("choice", ["hide", "blur", "show"])
def test_the_choice_holds_on_the_page_of_a_link(viewer: Client, address: str, choice: str) -> None:
    """A link's page is told the choice, and offers to change it; unless one shows all, the picture has a veil."""
    viewer.post("/viewing/", {"sensitive": choice, "next": address})
    page = text(viewer.get(address))
    assert f'data-sees="{choice}"' in page
    assert f"Sensitive: {choice}" in page
    assert 'class="veil"' in page


def test_nothing_to_choose_where_nothing_is_sensitive(client: Client, ada: User, make_output) -> None:
    """The page of a link to any other picture asks nothing."""
    assert "Sensitive" not in text(client.get(address_of(make_output(ada))))


def test_among_others(client: Client, ada: User, output: Output, make_output) -> None:
    """In an album it alone is veiled, and the album is no more on a card than the picture would be."""
    album = Album.objects.create(user=ada, name="both")
    for position, each in enumerate([make_output(ada, prompt="plain"), output]):
        Placement.objects.create(album=album, output=each, position=position)
    page = text(client.get(address_of(album)))
    assert page.count("data-sensitive") == 1
    assert page.count('class="veil"') == 1


@pytest.mark.parametrize("kind", ["atom", "rss"])
@pytest.mark.parametrize("feed", ["/explore/feed/", "/explore/safelight/picto/feed/", "/@ada/feed/"])
def test_feeds_show_no_file_of_it(client: Client, address: str, feed: str, kind: str) -> None:
    """Readers of feeds choose nothing, so they are given the link alone."""
    shown = text(client.get(feed, {"format": kind}))
    assert address in shown
    assert "/media/" not in shown
    assert "Marked as sensitive" in shown


def test_programs_are_shown_no_file_of_it(client: Client, address: str) -> None:
    """No frame, card, oEmbed or mark for search engines holds it or leads to its file."""
    page = text(client.get(address))
    head = page.partition("<body")[0]
    told = json.loads(
        re.search(r'<script type="application/ld\+json"[^>]*>(.*?)</script>', page, re.DOTALL)[1]
    )
    assert "/media/" not in head
    assert "contentUrl" not in told
    assert told["isFamilyFriendly"] is False
    assert "/media/" not in text(client.get(f"{address}embed/"))
    assert "/media/" not in text(client.get("/oembed/", {"url": f"http://testserver{address}"}))


def test_card_is_of_words_alone(client: Client, output: Output, address: str) -> None:
    """The card of a sensitive picture is drawn without it, also when one with it was drawn before."""
    outputs.mark_sensitive(output, is_sensitive=False)
    with_it = client.get(f"{address}card.jpg")
    outputs.mark_sensitive(output, is_sensitive=True)
    without = client.get(f"{address}card.jpg")
    assert with_it["ETag"] != without["ETag"]


def test_only_its_publisher_marks_it(output: Output, client_of, bob: User, ada: User) -> None:
    """The mark is its owner's to set and to take away."""
    at = f"/gallery/{output.pk}/sensitive/"
    assert client_of(bob).post(at, {"is_sensitive": "0"}).status_code == 404
    assert Output.objects.get(pk=output.pk).is_sensitive
    client_of(ada).post(at, {"is_sensitive": "0"})
    assert not Output.objects.get(pk=output.pk).is_sensitive


def test_a_choice_that_there_is_none_of_is_refused(viewer: Client) -> None:
    """The choice is one of three, and leads to no other site."""
    assert viewer.post("/viewing/", {"sensitive": "all"}).status_code == 400
    sent = viewer.post("/viewing/", {"sensitive": "show", "next": "https://evil.example/"})
    assert sent["Location"] == "/explore/"
