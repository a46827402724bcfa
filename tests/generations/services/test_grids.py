"""Grids: planned before anything is made, sent as there is room, each cell an ordinary prediction."""

from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings as site_settings
from django.db.models import F

from accounts.models import User
from generations import queries
from generations.errors import Conflict, InvalidInput, OverLimit
from generations.models import Cell, Grid, PastPrompt, Prediction, Status, Version
from generations.services import grids, plans, predictions, snippets
from generations.services.plans import Wish


@pytest.fixture
def make_grid(version: Version) -> Callable[..., Grid]:
    """make_grid(user, rows="1, 2", columns="7, 8", prompt="a fox"): steps down, seeds across."""

    def make(user: User, *, rows: str = "1, 2", columns: str = "7, 8", prompt: str = "a fox") -> Grid:
        plan = plans.plan(
            user,
            version,
            {"prompt": prompt, "steps": 10, "num_outputs": 1},
            rows=Wish("steps", rows),
            columns=Wish("seed", columns),
        )
        return grids.create(user, plan)

    return make


def sent(grid: Grid) -> list[tuple[int, int, dict[str, Any]]]:
    """Row, column and input of each cell that has a prediction."""
    rows = grid.cells.exclude(prediction=None).select_related("prediction").order_by("row", "column", "place")
    return [(cell.row, cell.column, cell.prediction.input) for cell in rows]


def end(**which: Any) -> None:
    """As if they had been drawn."""
    Prediction.objects.filter(status=Status.STARTING, **which).update(
        status=Status.SUCCEEDED, completed_at=F("created_at")
    )


def limit(settings: Any, **limits: int) -> None:
    settings.LIMITS = {**site_settings.LIMITS, **limits}


def test_each_cell_is_a_prediction_with_its_values(alice, make_grid):
    """Rows and columns give each cell its settings, all else is shared."""
    grid = make_grid(alice)
    assert [(row, column, asked["steps"], asked["seed"]) for row, column, asked in sent(grid)] == [
        (0, 0, 1, 7),
        (0, 1, 1, 8),
        (1, 0, 2, 7),
        (1, 1, 2, 8),
    ]


def test_all_cells_share_a_seed(alice, version):
    """A seed that nobody named is drawn once for the grid, so that cells differ by their values alone."""
    plan = plans.plan(alice, version, {"prompt": "a fox"}, rows=Wish("steps", "1, 2, 3"), columns=None)
    assert len({asked["seed"] for _, _, asked in sent(grids.create(alice, plan))}) == 1


def test_cells_without_room_wait_and_are_sent_as_places_come_free(alice, make_grid, settings):
    """Beyond the cap a cell waits in the grid, and one place of the queue stays free for a prompt by hand."""
    limit(settings, queued=3)
    grid = make_grid(alice, rows="1, 2, 3")
    assert (len(sent(grid)), grid.cells.filter(is_waiting=True).count()) == (2, 4)
    predictions.create(alice, grid.version, {"prompt": "by hand"})
    assert grids.feed() == 0
    end()
    assert grids.feed() == 2
    end()
    grids.feed()
    assert len(sent(grid)) == 6


def test_one_persons_grid_stops_nobody(alice, bob, make_grid, settings):
    """Each person's cells are sent as that person has room."""
    limit(settings, queued=2)
    mine, theirs = make_grid(alice), make_grid(bob)
    end(user=bob)
    grids.feed()
    assert (len(sent(mine)), len(sent(theirs))) == (1, 2)


def test_a_cell_is_sent_once(alice, make_grid):
    """A second look at the same cell, as by another dispatcher, makes no second prediction."""
    grid = make_grid(alice)
    cell = grid.cells.select_related("grid__version__model").first()
    Cell.objects.filter(pk=cell.pk).update(is_waiting=True, prediction=None, tries=0)
    cell.refresh_from_db()
    grids._send(cell, alice)
    assert Prediction.objects.count() == 4
    with pytest.raises(Conflict):
        grids._send(cell, alice)


def test_what_was_canceled_meanwhile_is_not_sent(alice, make_grid, settings):
    """A cell that is canceled while it is about to be sent leaves no prediction."""
    limit(settings, queued=2)
    grid = make_grid(alice)
    cell = grid.cells.filter(is_waiting=True).select_related("grid__version__model").first()
    grids.cancel(grid)
    with pytest.raises(Conflict):
        grids._send(cell, alice)
    assert Prediction.objects.count() == 1


def test_a_grid_beyond_the_day_is_refused_before_anything_is_made(alice, make_grid, settings):
    """The sentence says how many it takes and how many are left; cells that wait elsewhere count."""
    limit(settings, per_day=6, queued=2)
    make_grid(alice)
    with pytest.raises(OverLimit, match="takes 4 prompts of your daily limit, and 2 are left"):
        make_grid(alice)
    assert Grid.objects.count() == 1


def test_too_many_cells_are_refused(alice, guest, make_grid, settings):
    """A guest may have fewer."""
    limit(settings, grid=6, grid_guest=3)
    make_grid(alice, rows="1-3")
    with pytest.raises(InvalidInput, match="would have 8 cells, and 6 is the most"):
        make_grid(alice, rows="1-4")
    with pytest.raises(InvalidInput, match="3 is the most"):
        make_grid(guest)


def test_a_value_that_the_model_refuses_is_said_at_its_side(alice, version):
    """Steps beyond the schema's maximum are an error of the rows, and nothing is made."""
    with pytest.raises(InvalidInput) as caught:
        plans.plan(alice, version, {"prompt": "a"}, rows=Wish("steps", "50, 51"), columns=None)
    assert caught.value.by_field() == {"rows-values": "Steps must be a whole number from 1 to 50."}


@pytest.mark.parametrize(
    ("rows", "columns", "field"),
    [
        (Wish("nothing", "1"), None, "rows-field"),
        (Wish("num_outputs", "1"), None, "rows-field"),
        (None, None, "rows-field"),
        (Wish("steps", "1"), Wish("steps", "2"), "columns-field"),
        (None, Wish("prompt", "cat", find="dog"), "columns-find"),
        (None, Wish("prompt", "  ", find="fox"), "columns-values"),
        (None, Wish("prompt", "{none}", find="fox"), "columns-values"),
    ],
)
def test_a_wrong_side_is_named(alice, version, rows, columns, field):
    """Whatever does not fit is said at its own field."""
    with pytest.raises(InvalidInput) as caught:
        plans.plan(alice, version, {"prompt": "a fox"}, rows=rows, columns=columns)
    assert list(caught.value.by_field()) == [field]


def test_words_of_a_prompt_are_replaced_by_a_saved_list(alice, version):
    """{animal} as a value stands for all of its words."""
    snippets.save(alice, kind="list", name="Animal", text="cat\ndog\n\ncat", values={})
    plan = plans.plan(
        alice, version, {"prompt": "a fox"}, rows=None, columns=Wish("prompt", "{animal}|owl", find="fox")
    )
    prompts = [asked["prompt"] for _, _, asked in sent(grids.create(alice, plan))]
    assert prompts == ["a cat", "a dog", "a owl"]


def test_choices_in_braces_become_rows_and_columns(alice, version):
    """The last choice stands side by side, all others below each other."""
    snippets.save(alice, kind="list", name="animal", text="cat\ndog", values={})
    plan = plans.plan_of_braces(alice, version, {"prompt": "{a|the} {red|blue} {animal}", "num_outputs": 2})
    assert (plan.height, plan.width, plan.cells, plan.pictures) == (4, 2, 8, 16)
    assert plan.rows.headings[1] == "a · blue"
    assert sent(grids.create(alice, plan))[3][2]["prompt"] == "a blue dog"


def test_a_prompt_without_choices_is_no_grid(alice, version):
    """Nothing is planned."""
    assert plans.plan_of_braces(alice, version, {"prompt": "a {{fox}}"}) is None


@pytest.mark.parametrize(
    ("prompt", "sentence"),
    [
        ("a {dragon}", "no list called 'dragon'"),
        ("a {b|{c|d}}", "cannot stand inside"),
        (" ".join("{" + "|".join(f"{n}{m}" for m in range(9)) + "}" for n in "abc"), "make 81 prompts"),
    ],
)
def test_choices_that_cannot_be_made_are_refused(alice, version, prompt, sentence):
    """Unknown, nested or too many: the sentence says which."""
    with pytest.raises(InvalidInput, match=sentence):
        plans.plan_of_braces(alice, version, {"prompt": prompt})


def test_nobody_elses_list_is_used(alice, bob, version):
    """A list belongs to its person."""
    snippets.save(bob, kind="list", name="animal", text="cat\ndog", values={})
    with pytest.raises(InvalidInput, match="no list"):
        plans.plan_of_braces(alice, version, {"prompt": "{animal}"})


def test_a_row_is_added(alice, version, make_grid):
    """More values make more cells; those that are there stay as they are."""
    grid = make_grid(alice)
    before = set(Prediction.objects.values_list("pk", flat=True))
    values = plans.more_values(alice, version, queries.table(grid).rows, "2, 3")
    grids.add(grid, "rows", values)
    assert [place[:2] for place in sent(grid)][4:] == [(2, 0), (2, 1)]
    assert before < set(Prediction.objects.values_list("pk", flat=True))
    with pytest.raises(InvalidInput, match="these values already"):
        grids.add(grid, "rows", [3])


def test_a_cell_is_extended_by_more_of_the_same(alice, make_grid):
    """With a seed of its own, up to four in a cell."""
    grid = make_grid(alice)
    for _ in range(3):
        grids.extend(grid, row=1, column=1)
    inputs = [asked for row, column, asked in sent(grid) if (row, column) == (1, 1)]
    assert len({asked["seed"] for asked in inputs}) == 4
    assert {asked["steps"] for asked in inputs} == {2}
    with pytest.raises(Conflict):
        grids.extend(grid, row=1, column=1)
    with pytest.raises(Conflict):
        grids.extend(grid, row=9, column=9)


def test_a_failed_cell_is_tried_again(alice, make_grid):
    """With a new prediction; a cell that is well has nothing to try."""
    grid = make_grid(alice)
    cell = grid.cells.get(row=0, column=1)
    Prediction.objects.filter(pk=cell.prediction_id).update(
        status=Status.FAILED, completed_at=F("created_at")
    )
    grids.retry(grid, row=0, column=1)
    again = grid.cells.get(row=0, column=1)
    assert again.prediction_id not in (None, cell.prediction_id)
    with pytest.raises(Conflict):
        grids.retry(grid, row=0, column=1)


def test_canceling_ends_what_waits_and_what_runs(alice, make_grid, settings):
    """No cell is sent after it."""
    limit(settings, queued=3)
    grid = make_grid(alice)
    grids.cancel(grid)
    assert set(Prediction.objects.values_list("status", flat=True)) == {Status.CANCELED}
    assert grids.feed() == 0
    assert not queries.table(grid).is_open


def test_deleting_a_grid_keeps_its_predictions(alice, make_grid):
    """The table goes, what was made stays."""
    grid = make_grid(alice)
    end()
    grids.delete(grid)
    assert (Grid.objects.count(), Cell.objects.count(), Prediction.objects.count()) == (0, 0, 4)


def test_history_keeps_the_prompt_as_it_was_typed(alice, version):
    """Once, with its braces, not each of the prompts that it made."""
    grids.create(alice, plans.plan_of_braces(alice, version, {"prompt": "a {red|blue} fox"}))
    assert list(PastPrompt.objects.values_list("prompt", "times")) == [("a {red|blue} fox", 1)]


def test_a_table_costs_a_constant_number_of_queries(alice, make_grid, django_assert_max_num_queries):
    """Sixteen cells cost no more than four."""
    grid = make_grid(alice, rows="1-4", columns="1-4")
    with django_assert_max_num_queries(9):
        assert queries.table(grid).total == 16


def test_the_list_costs_a_constant_number_of_queries(alice, make_grid, django_assert_max_num_queries):
    """However many grids there are."""
    for _ in range(4):
        make_grid(alice)
    with django_assert_max_num_queries(3):
        assert len(queries.grids_page(alice).items) == 4
