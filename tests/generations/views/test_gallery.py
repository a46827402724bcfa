"""Promises of the gallery and the bin."""

from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from accounts.models import User
from generations import queries
from generations.models import Output, Prediction
from generations.services import outputs

pytestmark = pytest.mark.django_db

HTMX = {"HX-Request": "true"}
NOW = 1_790_000_000.0


def shown(response) -> list[str]:
    """The ids of the cards on a page, in their order."""
    return [piece[:26] for piece in response.content.decode().split('data-output="')[1:]]


@pytest.fixture
def many(alice, make_output):
    """many(n): n pictures of Alice, a second apart, newest last."""
    return lambda n: [make_output(alice, at=NOW + i) for i in range(n)]


def test_newest_stands_first(alice, client_of, many):
    """A gallery begins with what was made last."""
    made = many(3)
    response = client_of(alice).get("/gallery/")
    assert shown(response) == [output.pk for output in reversed(made)]


def test_only_own_pictures_show(alice, bob, client_of, picture):
    """Nobody's gallery shows what another made."""
    assert shown(client_of(bob).get("/gallery/")) == []


def test_unpublished_output_does_not_show(alice, client_of, make_output):
    """A picture whose prediction has not succeeded is not in the gallery."""
    make_output(alice, is_published=False)
    assert shown(client_of(alice).get("/gallery/")) == []


def test_stretches_meet(alice, client_of, many):
    """Following "Older pictures" to the end shows every picture once, none twice."""
    made = many(125)
    client = client_of(alice)
    first = client.get("/gallery/")
    second = client.get("/gallery/" + first.context["next"])
    third = client.get("/gallery/" + second.context["next"])
    assert third.context["next"] == ""
    assert shown(first) + shown(second) + shown(third) == [output.pk for output in reversed(made)]


def test_scroll_brings_a_fragment(alice, client_of, many):
    """What htmx loads at the end of the page is the cards alone, put into the day that goes on."""
    many(61)
    client = client_of(alice)
    response = client.get("/gallery/" + client.get("/gallery/").context["next"], headers=HTMX)
    text = response.content.decode()
    assert len(shown(response)) == 1
    assert "<html" not in text
    assert "<hx-partial" in text
    assert "<h2" not in text


def test_newer_pictures_come_alone(alice, client_of, many):
    """A page that asks for what is newer than its first picture gets that, and the new count."""
    made = many(3)
    response = client_of(alice).get(f"/gallery/?newer={made[0].pk}", headers=HTMX)
    assert shown(response) == [made[2].pk, made[1].pk]
    assert "3 pictures" in response.content.decode()


def test_favourites_filter(alice, client_of, many):
    """The filter shows favourites alone and is carried into their links."""
    made = many(2)
    outputs.favourite(made[0], is_favourite=True)
    response = client_of(alice).get("/gallery/?favourites=1")
    assert shown(response) == [made[0].pk]
    assert f"/gallery/{made[0].pk}/?q=is%3Afavourite" in response.content.decode()


def test_days_have_headings(alice, client_of, make_output):
    """Pictures stand under the day that they were made on."""
    now = timezone.now()
    make_output(alice, at=now.timestamp(), created_at=now)
    day_before = now - timedelta(days=1)
    make_output(alice, at=day_before.timestamp(), created_at=day_before)
    text = client_of(alice).get("/gallery/").content.decode()
    assert text.index(">Today<") < text.index(">Yesterday<")


@pytest.mark.parametrize(
    "query", ["?after=", "?after=x", "?after=%00", "?newer=x", "?favourites=2", "?after=" + "z" * 500]
)
def test_odd_address_shows_the_gallery(alice, client_of, picture, query):
    """An address that says nothing we know shows the gallery from its top, never an error."""
    assert shown(client_of(alice).get("/gallery/" + query)) == [picture.pk]


@pytest.mark.parametrize(
    "query", ["?after=x", "?after=%00~%00", "?after=2026-01-01~x", "?after=2026-01-01T00:00:00~" + "0" * 26]
)
def test_odd_address_shows_the_bin(alice, client_of, picture, query):
    """The same for the bin."""
    outputs.trash(picture)
    assert shown(client_of(alice).get("/gallery/bin/" + query)) == [picture.pk]


def test_empty_gallery_has_a_way_out(alice, client_of):
    """A gallery with nothing in it says so and leads to the studio."""
    text = client_of(alice).get("/gallery/").content.decode()
    assert "No pictures yet" in text
    assert "Create a picture" in text


def test_visitor_may_look_at_an_empty_gallery(client_of, settings):
    """Where guests are welcome, somebody new sees an empty gallery and no account is made for them."""
    settings.GUESTS = True
    assert client_of(None).get("/gallery/").status_code == 200
    assert User.objects.count() == 0


def test_visitor_is_asked_to_sign_in(client_of, settings):
    """Where guests are switched off, the gallery leads to the sign-in and back."""
    settings.GUESTS = False
    assert client_of(None).get("/gallery/")["Location"].endswith("?next=/gallery/")


def test_prompt_is_text(alice, client_of, make_output):
    """A prompt full of markup is shown, never run."""
    make_output(alice, prompt='"><script>alert(1)</script>{{ 7|add:7 }}')
    text = client_of(alice).get("/gallery/").content.decode()
    assert "<script>alert" not in text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;{{ 7|add:7 }}" in text


def count_queries(django_assert_max_num_queries, client, address) -> int:
    with django_assert_max_num_queries(20) as asked:
        assert client.get(address).status_code == 200
    return len(asked)


@pytest.mark.parametrize("address", ["/gallery/", "/gallery/?favourites=1", "/gallery/bin/"])
def test_queries_do_not_grow(alice, client_of, make_output, django_assert_max_num_queries, address):
    """A page of 60 pictures asks the database no more than a page of 10."""
    client = client_of(alice)
    fields = {
        "is_favourite": "favourites" in address,
        "trashed_at": timezone.now() if "bin" in address else None,
    }
    few = [make_output(alice, **fields) for _ in range(10)]
    before = count_queries(django_assert_max_num_queries, client, address)
    more = [make_output(alice, **fields) for _ in range(50)]
    assert len(few + more) == 60
    assert count_queries(django_assert_max_num_queries, client, address) == before


def test_bin_tells_the_days_left(alice, client_of, make_output):
    """Each picture in the bin says how long it is kept yet."""
    make_output(alice, trashed_at=timezone.now() - timedelta(minutes=1))
    make_output(alice, trashed_at=timezone.now() - timedelta(days=28, hours=18))
    make_output(alice, trashed_at=timezone.now() - timedelta(days=29, hours=12))
    text = client_of(alice).get("/gallery/bin/").content.decode()
    assert "30 days left" in text
    assert "1 day left" in text
    assert "less than a day left" in text


def test_bin_pages_meet(alice, client_of, make_output):
    """The bin goes on page by page as the gallery does."""
    at = timezone.now()
    for _ in range(61):
        make_output(alice, trashed_at=at)
    client = client_of(alice)
    first = client.get("/gallery/bin/")
    second = client.get("/gallery/bin/", {"after": first.context["next"]})
    assert len({*shown(first), *shown(second)}) == 61


def test_emptying_asks_first(alice, client_of, picture):
    """Emptying the bin takes a second click on a page that says it is for ever."""
    outputs.trash(picture)
    client = client_of(alice)
    text = client.get("/gallery/bin/?empty=1").content.decode()
    assert "cannot be undone" in text
    assert Output.objects.filter(pk=picture.pk).exists()
    client.post("/gallery/bin/empty/")
    assert not Output.objects.filter(pk=picture.pk).exists()


def test_emptying_touches_nobody_else(alice, bob, client_of, make_output):
    """Emptying one's bin deletes neither what is not in it nor what is in another's."""
    mine, theirs = make_output(alice), make_output(bob, trashed_at=timezone.now())
    client_of(alice).post("/gallery/bin/empty/")
    assert Output.objects.filter(pk__in=[mine.pk, theirs.pk]).count() == 2


def test_seed_gallery_fills_a_gallery():
    """seed_gallery makes the person when missing, and n published pictures whose ids are ordered like their times."""
    call_command("seed_gallery", "ada", "9", verbosity=0)
    ada = User.objects.get(handle="ada")
    rows = list(Output.objects.filter(user=ada).order_by("id"))
    assert len(rows) == 9
    assert [row.created_at for row in rows] == sorted(row.created_at for row in rows)
    assert len(queries.gallery_page(ada, limit=100).items) == 9
    assert {row.status for row in Prediction.objects.filter(user=ada)} == {"succeeded"}


def test_seeded_pictures_open(client_of, client):
    """The files of a seeded gallery are real pictures."""
    call_command("seed_gallery", "ada@example.org", "2", verbosity=0)
    ada = User.objects.get(email="ada@example.org")
    output = Output.objects.filter(user=ada).first()
    response = client_of(ada).get(f"/gallery/{output.pk}/download/webp/")
    assert response.content[:4] == b"RIFF"


def test_seed_gallery_refuses_a_bad_name():
    """A name that cannot be a handle is a sentence, not a traceback."""
    with pytest.raises(CommandError, match="handle"):
        call_command("seed_gallery", "not a handle", "1", verbosity=0)
