"""Grids in the browser: the lab counts before it makes, the composer's braces, a table with its verbs."""

import re

import pytest
from django.template.loader import render_to_string
from django.test import Client

from accounts.models import User
from generations import queries
from generations.ids import new_id
from generations.models import Grid, Prediction, RegisteredModel, Version
from tests.generations.views.test_studio import HTMX, SCHEMA

LAB = {"lab": "1", "prompt": "a fox", "rows-field": "steps", "rows-values": "1, 2"}
COLUMNS = {"columns-field": "mood", "columns-values": "all"}


@pytest.fixture
def version(db) -> Version:
    model = RegisteredModel.objects.create(owner="safelight", name="picto", hint="Things.")
    return Version.objects.create(id="a" * 64, model=model, schema=SCHEMA, output={"width": 64, "height": 48})


@pytest.fixture
def studio(alice, version, client_of) -> Client:
    return client_of(alice)


def make(client: Client, **fields: str) -> Grid:
    """A grid made through the lab's form."""
    form = {**LAB, **COLUMNS, "num_outputs": "1", **fields}
    count = re.search(
        r'name="composer-plan" value="(\d+)"', client.post("/grids/new/", form).content.decode()
    )
    return Grid.objects.get(
        pk=client.post("/grids/new/", {**form, "composer-plan": count[1]})["Location"].split("/")[2]
    )


def test_the_lab_counts_before_it_makes(studio):
    """The number of pictures, and what they take of today's limit; nothing is made."""
    page = studio.post("/grids/new/", {**LAB, **COLUMNS}).content.decode()
    assert "<b>2 × 2: 8 pictures.</b> They take 4 of the 500 prompts that you have left today." in page
    assert "Make 8 pictures" in page
    assert not Prediction.objects.exists()


def test_the_count_alone_is_asked_for_by_the_page(studio):
    """As the form is filled in, only that part is sent, with what is wrong in it."""
    page = studio.post("/grids/new/", {**LAB, "rows-values": "1, 99"}, headers=HTMX)
    assert page.status_code == 422
    assert "<html" not in page.content.decode()
    assert "Steps must be a whole number from 1 to 50." in page.content.decode()


def test_confirmed_it_is_made_and_shown(studio):
    """The page of the grid has a heading for each value and a cell for each pair."""
    grid = make(studio)
    page = studio.get(f"/grids/{grid.pk}/").content.decode()
    assert len(re.findall(r'data-cell="[01]-[01]"', page)) == 4
    assert page.count("data-prediction=") == 4
    assert '<th scope="col" dir="auto">wild</th>' in page
    assert '<th scope="row" dir="auto">2</th>' in page


def test_another_number_than_was_confirmed_is_asked_again(studio):
    """Nobody gets more pictures than they agreed to."""
    page = studio.post("/grids/new/", {**LAB, "composer-plan": "1"})
    assert page.status_code == 200
    assert not Grid.objects.exists()


def test_sent_twice_it_is_made_once(studio):
    """A double click makes one grid."""
    form = {**LAB, "composer-plan": "2", "composer-key": new_id()}
    first, second = (studio.post("/grids/new/", form)["Location"] for _ in range(2))
    assert first == second
    assert Prediction.objects.count() == 2


def test_what_is_wrong_stands_at_its_field(studio):
    """With everything that was typed."""
    page = studio.post("/grids/new/", {**LAB, "columns-field": "prompt", "columns-find": "hen"})
    text = page.content.decode()
    assert page.status_code == 422
    assert re.search(r'id="error-columns-find">&#x27;hen&#x27; does not stand in the prompt\.', text)
    assert 'value="hen"' in text


def test_the_composer_hands_over_what_it_holds(studio):
    """The way to the lab keeps prompt and settings."""
    page = studio.post("/grids/new/", {"prompt": "a hen", "mood": "wild"}).content.decode()
    assert re.search(r"<textarea[^>]*name=\"prompt\"[^>]*>\na hen</textarea>", page)
    assert re.search(r'name="mood" value="wild" checked', page)


def test_braces_are_counted_first(studio):
    """A prompt with choices asks before it makes, and everything typed stays."""
    answer = studio.post("/", {"prompt": "a {red|blue} {fox|hen|owl}", "num_outputs": "1"}, headers=HTMX)
    page = answer.content.decode()
    assert (answer.status_code, answer["HX-Retarget"]) == (202, "#composer")
    assert "<b>6 pictures</b>" in page
    assert "They take 6 of the 500 prompts" in page
    assert "a {red|blue} {fox|hen|owl}</textarea>" in page
    assert not Prediction.objects.exists()


def test_braces_confirmed_lead_to_their_grid(client, version):
    """Also for somebody without an account, who becomes a guest by it."""
    answer = client.post("/", {"prompt": "a {red|blue} fox", "composer-plan": "2"}, headers=HTMX)
    grid = Grid.objects.get()
    assert answer["HX-Redirect"] == f"/grids/{grid.pk}/"
    assert User.objects.get().is_guest
    assert sorted(Prediction.objects.values_list("prompt", flat=True)) == ["a blue fox", "a red fox"]


@pytest.mark.parametrize("prompt", ["a {dragon}", "{a|{b|c}}"])
def test_braces_that_cannot_be_made_are_said_at_the_prompt(studio, prompt):
    """An unknown list, a choice within a choice."""
    page = studio.post("/", {"prompt": prompt}, headers=HTMX)
    assert page.status_code == 422
    assert re.search(r'id="error-prompt" data-error>[^<]{20,}<', page.content.decode())


def test_more_than_today_allows_is_refused(studio, settings):
    """With how many are left."""
    settings.LIMITS = {**settings.LIMITS, "per_day": 1}
    page = studio.post("/", {"prompt": "a {red|blue} fox"}, headers=HTMX)
    assert page.status_code == 429
    assert "takes 2 prompts of your daily limit, and 1 is left" in page.content.decode()


def test_a_row_is_added(studio):
    """The table grows; what is wrong is said at the field."""
    grid = make(studio)
    studio.post(f"/grids/{grid.pk}/add/", {"side": "rows", "values": "3"})
    assert grid.cells.count() == 6
    page = studio.post(f"/grids/{grid.pk}/add/", {"side": "rows", "values": "99"})
    assert page.status_code == 422
    assert "Steps must be a whole number" in page.content.decode()
    assert grid.cells.count() == 6


def test_a_cell_is_extended_and_its_table_comes_back(studio):
    """By htmx the table alone."""
    grid = make(studio)
    page = studio.post(f"/grids/{grid.pk}/extend/", {"place": "1-0"}, headers=HTMX).content.decode()
    assert page.count("data-prediction=") == 5
    assert "<html" not in page


@pytest.mark.parametrize("place", ["", "1", "1-", "a-b", "-1-0", "9999-0", "1-0-0", "١-0"])
def test_a_strange_place_is_refused(studio, place):
    """As bad input, never as a mistake of ours."""
    grid = make(studio)
    assert studio.post(f"/grids/{grid.pk}/extend/", {"place": place}).status_code == 400


def test_a_place_outside_is_refused(studio):
    """There is no such cell."""
    grid = make(studio)
    assert studio.post(f"/grids/{grid.pk}/extend/", {"place": "8-8"}).status_code == 409


def test_cancel_rename_delete(studio):
    """What a person does with a table."""
    grid = make(studio)
    studio.post(f"/grids/{grid.pk}/cancel/")
    assert "data-open" not in studio.get(f"/grids/{grid.pk}/").content.decode()
    studio.post(f"/grids/{grid.pk}/rename/", {"name": "  by   mood "})
    assert "by mood" in studio.get("/grids/").content.decode()
    assert studio.post(f"/grids/{grid.pk}/delete/")["Location"] == "/grids/"
    assert Prediction.objects.count() == 4


def test_a_viewers_table_holds_no_form(studio):
    """What a share may show: no button, no address of the owner's pages, no token."""

    context = {"table": queries.table(make(studio)), "audience": "viewer"}
    page = render_to_string("generations/_grid_table.html", context)
    assert page.count("data-prediction=") == 4
    assert re.findall(r"<form|<button|href=|csrf|/predictions/", page) == []


def test_a_page_costs_a_constant_number_of_queries(studio, django_assert_max_num_queries):
    """Sixteen cells cost no more than four."""
    grid = make(studio, **{"rows-values": "1-8"})
    with django_assert_max_num_queries(15):
        studio.get(f"/grids/{grid.pk}/")
