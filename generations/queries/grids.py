"""Grids as pages show them: a table of cells with their predictions, and the list of a person's tables."""

from collections import defaultdict
from dataclasses import dataclass

from django.contrib.auth.models import AnonymousUser
from django.db.models import Count, Q

from accounts.models import User
from generations.axes import Axis
from generations.models import ACTIVE, TERMINAL, Cell, Grid, Output, Prediction, Status
from generations.queries.account import left_today
from generations.queries.pages import Page
from generations.queries.predictions import Snapshot, snapshots

SAMPLES = 4  # pictures of a grid in the list


@dataclass(frozen=True, slots=True)
class Shot:
    """One picture to be in a cell: waiting, with its prediction, or without one for the reason in `cell.error`."""

    cell: Cell
    snapshot: Snapshot | None

    @property
    def is_unmade(self) -> bool:
        """Nothing will come of it unless it is tried again."""
        if self.cell.is_waiting:
            return False
        row = self.snapshot.prediction if self.snapshot else None
        return row is None or (row.is_terminal and row.status != Status.SUCCEEDED)


@dataclass(frozen=True, slots=True)
class Square:
    """What stands at one row and column."""

    row: int
    column: int
    shots: list[Shot]

    @property
    def is_unmade(self) -> bool:
        return any(shot.is_unmade for shot in self.shots)

    @property
    def has_room(self) -> bool:
        return len(self.shots) < 4 and all(shot.snapshot is not None for shot in self.shots)


@dataclass(frozen=True, slots=True)
class Line:
    heading: str
    squares: list[Square]


@dataclass(frozen=True, slots=True)
class Table:
    """`rows` and `columns` None: there is one line of that kind, and it has no heading."""

    grid: Grid
    rows: Axis | None
    columns: Axis | None
    lines: list[Line]
    total: int
    done: int
    waiting: int  # here, for a place in the queue
    active: int  # in the queue or running

    @property
    def is_open(self) -> bool:
        """Something is still to come."""
        return bool(self.waiting or self.active)

    @property
    def headings(self) -> list[str]:
        return self.columns.headings if self.columns else [""]

    @property
    def prediction_ids(self) -> list[str]:
        """Those that are not over, for whoever listens to them one by one."""
        found = [shot.snapshot for line in self.lines for square in line.squares for shot in square.shots]
        return [each.prediction.pk for each in found if each and not each.prediction.is_terminal]


def table(grid: Grid) -> Table:
    cells = list(grid.cells.select_related("prediction").order_by("row", "column", "place"))
    made = {each.prediction.pk: each for each in snapshots(_predictions(cells))}
    squares: dict[tuple[int, int], list[Shot]] = defaultdict(list)
    for cell in cells:
        squares[cell.row, cell.column].append(Shot(cell, made.get(cell.prediction_id or "")))
    rows, columns = Axis.of(grid.rows), Axis.of(grid.columns)
    width = len(columns.values) if columns else 1
    lines = [
        Line(heading, [Square(row, column, squares[row, column]) for column in range(width)])
        for row, heading in enumerate(rows.headings if rows else [""])
    ]
    statuses = [cell.prediction.status for cell in cells if cell.prediction is not None]
    return Table(
        grid=grid,
        rows=rows,
        columns=columns,
        lines=lines,
        total=len(cells),
        done=sum(status in TERMINAL for status in statuses),
        waiting=sum(cell.is_waiting for cell in cells),
        active=sum(status in ACTIVE for status in statuses),
    )


@dataclass(frozen=True, slots=True)
class GridCard:
    """A grid in the list, with a few of its pictures."""

    grid: Grid
    total: int
    done: int
    outputs: list[Output]

    @property
    def size(self) -> str:
        sides = [Axis.of(side) for side in (self.grid.rows, self.grid.columns)]
        return " × ".join(str(len(side.values)) for side in sides if side)


def grids_page(user: User, *, after: str | None = None, limit: int = 24) -> Page[GridCard]:
    """A person's grids, newest first; `after` is the `next` of the page before."""
    rows = Grid.objects.filter(user_id=user.pk)
    rows = rows.filter(id__lt=after) if after else rows
    succeeded = Count("cells", filter=Q(cells__prediction__status=Status.SUCCEEDED))
    rows = rows.annotate(total=Count("cells"), done=succeeded).order_by("-id")
    found = list(rows[: limit + 1])
    samples = _samples(found[:limit])
    cards = [GridCard(grid, grid.total, grid.done, samples[grid.pk]) for grid in found[:limit]]
    return Page(cards, next=found[limit - 1].pk if len(found) > limit else None)


def left_for_grids(user: User | AnonymousUser) -> int:
    """What may still be sent today; what waits in grids is counted as sent."""
    if user.is_anonymous:
        return left_today(user)
    return left_today(user) - Cell.objects.filter(grid__user_id=user.pk, is_waiting=True).count()


def _predictions(cells: list[Cell]) -> list[Prediction]:
    return [cell.prediction for cell in cells if cell.prediction is not None]


def _samples(grids: list[Grid]) -> dict[str, list[Output]]:
    """The first pictures of each, from the corner where rows and columns begin."""
    cells = Cell.objects.filter(
        grid__in=grids, row__lt=2, column__lt=SAMPLES, place=0, prediction__status=Status.SUCCEEDED
    )
    places = {
        prediction: grid
        for grid, prediction in cells.order_by("row", "column").values_list("grid_id", "prediction_id")
    }
    kept = Output.objects.filter(prediction__in=places, index=0, is_published=True, trashed_at=None)
    by_prediction = {output.prediction_id: output for output in kept.select_related("prediction")}
    found: dict[str, list[Output]] = defaultdict(list)
    for prediction, grid in places.items():
        if prediction in by_prediction and len(found[grid]) < SAMPLES:
            found[grid].append(by_prediction[prediction])
    return found
