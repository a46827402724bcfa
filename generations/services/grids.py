"""Grids: one input in rows and columns. Cells wait here while their person has no place in the queue.

`feed` sends what waits, as places come free: at once from the page that made the grid, then from the dispatcher, so a
server that is killed forgets nothing. A cell is sent once a try: its key makes the prediction unique.
"""

import secrets
from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.db.models import F, Max, QuerySet

from accounts.models import User
from generations import axes, schema
from generations.axes import Axis
from generations.errors import Conflict, FieldError, GenerationsError, InvalidInput, OverLimit, QueueFull
from generations.ids import is_id
from generations.models import ACTIVE, Cell, Grid, Prediction, Status
from generations.services import gates, limits, predictions, prompts
from generations.services.plans import Plan, check_day, check_size
from inference.protocol import SEED_MAX

PLACES_MAX = 4  # predictions in one cell
FEED_MOST = 8  # sent for one person in one go, so that nothing else waits long
PEOPLE_MOST = 200
NAME_MAX = 120
CANCELED = "Canceled."


def create(user: User, plan: Plan, *, id: str = "") -> Grid:
    """The grid with all of its cells, and the first of them sent. Raises InvalidInput, OverLimit.

    The same person and `id` again (a double click, a repeated request) give the first grid.
    """
    known = Grid.objects.filter(pk=id).first() if is_id(id) else None
    if known is not None and known.user_id == user.pk:
        return known
    gates.check_generation(user)
    check_size(user, plan.cells)
    grid = Grid(user=user, version=plan.version, name=plan.name[:NAME_MAX], input=plan.input)
    grid.pk = id if is_id(id) and known is None else grid.pk
    grid.rows = plan.rows.stored if plan.rows else None
    grid.columns = plan.columns.stored if plan.columns else None
    with transaction.atomic():
        User.objects.select_for_update().only("pk").get(pk=user.pk)
        if Grid.objects.filter(pk=grid.pk).exists():
            raise Conflict("This grid was made a moment ago. You find it under Grids.")
        check_day(user, plan.cells)
        grid.save(force_insert=True)
        Cell.objects.bulk_create(_cells(grid, range(plan.height), range(plan.width)))
    feed(user)
    first = grid.cells.exclude(prediction=None).order_by("pk").first()
    prompts.remember(user, plan.prompt, at=(first.prediction_id or "") if first else "")
    return grid


def add(grid: Grid, side: str, values: Iterable[Any]) -> None:
    """More rows or columns: values that are there already are passed over. Raises InvalidInput, OverLimit."""
    with transaction.atomic():
        grid = Grid.objects.select_for_update().get(pk=grid.pk)
        axis = Axis.of(getattr(grid, side))
        if axis is None:
            raise InvalidInput([FieldError("values", f"This grid has no {side} to add to.")])
        fresh = [value for value in values if value not in axis.values]
        if not fresh:
            raise InvalidInput([FieldError("values", f"{axis.label} has these values already.")])
        longer = Axis(axis.field, axis.label, (*axis.values, *fresh), axis.finds)
        added = range(len(axis.values), len(longer.values))
        height, width = shape(grid)
        rows, columns = (added, range(width)) if side == "rows" else (range(height), added)
        check_size(grid.user, len(rows) * len(columns), more_than=height * width)
        check_day(grid.user, len(rows) * len(columns))
        setattr(grid, side, longer.stored)
        _check_inputs(grid, [(row, column) for row in rows for column in columns])
        grid.save(update_fields=[side])
        Cell.objects.bulk_create(_cells(grid, rows, columns))
    feed(grid.user)


def extend(grid: Grid, *, row: int, column: int) -> None:
    """One more picture of the same in a cell, with a seed of its own. Raises InvalidInput, OverLimit, Conflict."""
    with transaction.atomic():
        Grid.objects.select_for_update().only("pk").get(pk=grid.pk)
        there = grid.cells.filter(row=row, column=column).aggregate(last=Max("place"))["last"]
        if there is None or there + 1 >= PLACES_MAX:
            raise Conflict(f"A cell holds at most {PLACES_MAX} pictures. Vary one of them instead.")
        check_day(grid.user, 1)
        Cell.objects.create(
            grid=grid, row=row, column=column, place=there + 1, seed=secrets.randbelow(SEED_MAX + 1)
        )
    feed(grid.user)


def retry(grid: Grid, *, row: int, column: int) -> None:
    """What failed, was canceled or is gone in a cell is sent again. Raises OverLimit, Conflict."""
    stuck = _unmade(grid.cells.filter(row=row, column=column))
    if not stuck:
        raise Conflict("There is nothing to try again in this cell.")
    check_day(grid.user, len(stuck))
    again = Cell.objects.filter(pk__in=[cell.pk for cell in stuck], is_waiting=False)
    again.update(is_waiting=True, prediction=None, error="")
    feed(grid.user)


def cancel(grid: Grid) -> None:
    """All that waits or runs."""
    waiting = list(grid.cells.filter(is_waiting=True).values_list("pk", flat=True))
    Cell.objects.filter(pk__in=waiting, is_waiting=True).update(is_waiting=False, error=CANCELED)
    for prediction in Prediction.objects.filter(cells__grid=grid, status__in=ACTIVE):
        predictions.cancel(prediction)


def rename(grid: Grid, name: str) -> None:
    name = " ".join(schema.clean_text(name[: 4 * NAME_MAX], field="name", label="The name").split())
    if not name or len(name) > NAME_MAX:
        raise InvalidInput([FieldError("name", f"A name holds 1 to {NAME_MAX} characters.")])
    grid.name = name
    grid.save(update_fields=["name"])


def delete(grid: Grid) -> None:
    """The table; what was made stays in the gallery."""
    cancel(grid)
    grid.delete()


def shape(grid: Grid) -> tuple[int, int]:
    """Rows and columns."""
    return tuple(len(side["values"]) if side else 1 for side in (grid.rows, grid.columns))  # type: ignore[return-value]


def input_of(grid: Grid, *, row: int, column: int, seed: int | None = None) -> dict[str, Any]:
    """What the prediction of a cell is asked."""
    chosen = [(Axis.of(grid.rows), row), (Axis.of(grid.columns), column)]
    found = axes.put(grid.input, [(axis, index) for axis, index in chosen if axis is not None])
    return found if seed is None else {**found, "seed": seed}


def feed(user: User | None = None) -> int:
    """Send what waits, as far as its people have room; how many. Safe to call from several processes at once."""
    waiting = Cell.objects.filter(is_waiting=True)
    people = (
        [user.pk] if user else list(waiting.values_list("grid__user", flat=True).distinct()[:PEOPLE_MOST])
    )
    return sum(_feed(person) for person in User.objects.filter(pk__in=people)) if people else 0


def _feed(person: User) -> int:
    room = min(limits.room(person), FEED_MOST)
    waiting = Cell.objects.filter(grid__user=person, is_waiting=True).select_related("grid__version__model")
    sent = 0
    for cell in waiting.order_by("pk")[:room] if room else ():
        try:
            _send(cell, person)
        except (OverLimit, QueueFull):
            break
        except Conflict:
            continue
        except GenerationsError as error:
            Cell.objects.filter(pk=cell.pk, is_waiting=True).update(is_waiting=False, error=error.sentence)
        else:
            sent += 1
    return sent


@transaction.atomic
def _send(cell: Cell, person: User) -> None:
    """The prediction and its place in the grid come together, or not at all."""
    asked = input_of(cell.grid, row=cell.row, column=cell.column, seed=cell.seed)
    key = f"cell-{cell.pk}-{cell.tries}"
    made = predictions.create(person, cell.grid.version, asked, idempotency_key=key, typed="")
    still = Cell.objects.filter(pk=cell.pk, is_waiting=True, tries=cell.tries)
    if not still.update(is_waiting=False, prediction=made, tries=F("tries") + 1):
        raise Conflict("This cell was sent or canceled meanwhile.")


def _cells(grid: Grid, rows: Iterable[int], columns: Iterable[int]) -> list[Cell]:
    columns = list(columns)
    return [Cell(grid=grid, row=row, column=column) for row in rows for column in columns]


def _unmade(cells: QuerySet[Cell]) -> list[Cell]:
    ended = (Status.FAILED, Status.CANCELED, Status.ABORTED)
    rows = cells.filter(is_waiting=False).select_related("prediction")
    return [cell for cell in rows if cell.prediction is None or cell.prediction.status in ended]


def _check_inputs(grid: Grid, places: Iterable[tuple[int, int]]) -> None:
    for row, column in places:
        schema.validate(grid.version.schema, input_of(grid, row=row, column=column))
