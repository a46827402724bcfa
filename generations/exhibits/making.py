"""An exhibit of each kind of thing that can be shared. Reads rows; a constant number of queries each."""

from collections.abc import Iterable
from dataclasses import replace

from generations import queries, recipes
from generations.axes import Axis
from generations.exhibits import showing
from generations.exhibits.pieces import Exhibit, Line, Place
from generations.models import Grid, Output, Prediction, Share, Status

TRY = 10_000  # of a cell counts as so many steps, so that what is shown only ever rises


def exhibit_of(share: Share, *, until: int = 0, after: str = "") -> Exhibit:
    """`until`: when the addresses of its files end (seconds since 1970; 0 = with the share).

    `after`: the `next` of the exhibit before, of an album.
    """
    if share.output is not None:
        begun = showing.beginnings(share, share.output.prediction, until)
        return replace(_of_output(share, share.output, until), beginnings=begun)
    if share.prediction is not None:
        return _of_prediction(share, share.prediction, until)
    if share.grid is not None:
        return _of_grid(share, share.grid, until)
    return _of_album(share, until, after)


def picture_of(share: Share, output_id: str, *, until: int = 0) -> Exhibit | None:
    """One of several pictures alone; None where it is not among them."""
    output = queries.shared_output(share, output_id)
    if output is None:
        return None
    kind = "output" if share.output_id else "picture"
    begun = showing.beginnings(share, output.prediction, until)
    return replace(_of_output(share, output, until), kind=kind, beginnings=begun)


def covers_of(shares: Iterable[Share]) -> list[Exhibit]:
    """Of many shares at once, each as its cover alone: for lists. Reads no rows; `cover` and the rest are selected."""
    covers = ((share, _of_output(share, share.cover, 0)) for share in shares if share.cover is not None)
    return [replace(cover, title=share.album.name) if share.album else cover for share, cover in covers]


def _of_output(share: Share, output: Output, until: int) -> Exhibit:
    picture = showing.picture(share, output, until)
    return Exhibit(
        **showing.told(share),
        title=picture.title,
        model=output.prediction.version.model.ref,
        pictures=[picture],
        recipe=picture.recipe,
        settings=recipes.settings_of(output.prediction.version.schema, picture.recipe),
        made_at=output.created_at,
        width=output.width,
        height=output.height,
        places=[Place(0, picture=picture)],
    )


def _of_prediction(share: Share, row: Prediction, until: int) -> Exhibit:
    snapshot = queries.snapshot(row)
    places = [showing.place(share, row, tray, until) for tray in snapshot.trays]
    pictures = [place.picture for place in places if place.picture]
    recipe = pictures[0].recipe if pictures else showing.shown(share, row.version.schema, row.input)
    return Exhibit(
        **showing.told(share),
        title=row.prompt if share.shows_prompt else "",
        model=row.version.model.ref,
        pictures=pictures,
        recipe=recipe,
        settings=recipes.settings_of(row.version.schema, recipe),
        made_at=row.created_at,
        status=row.shown_status,
        seq=row.seq,
        step=row.step,
        steps=row.steps,
        width=row.width,
        height=row.height,
        wait=snapshot.wait,
        beginnings=showing.beginnings(share, row, until),
        places=places,
    )


def _of_album(share: Share, until: int, after: str) -> Exhibit:
    page = queries.album_shown(share, after=after)
    return Exhibit(
        **showing.told(share),
        title=share.album.name if share.album else "",
        model="",
        pictures=[showing.picture(share, output, until) for output in page.items],
        settings=[],
        recipe={},
        made_at=share.album.created_at if share.album else share.created_at,
        next=page.next or "",
    )


def _of_grid(share: Share, grid: Grid, until: int) -> Exhibit:
    """Its headings are values of settings, or words of prompts: they are shown where those are."""
    table = queries.table(grid)
    lines = [
        Line(
            line.heading if _shows(share, grid, table.rows) else "",
            [_cell(share, grid, square.shots, until) for square in line.squares],
        )
        for line in table.lines
    ]
    pictures = [place.picture for line in lines for cell in line.cells for place in cell if place.picture]
    axes = {axis.field for axis in (table.rows, table.columns) if axis is not None}
    common = {name: value for name, value in grid.input.items() if name not in axes}
    recipe = showing.shown(share, grid.version.schema, common)
    return Exhibit(
        **showing.told(share),
        title=grid.prompt if share.shows_prompt else "",
        model=grid.version.model.ref,
        pictures=pictures,
        settings=recipes.settings_of(grid.version.schema, recipe),
        recipe=recipe,
        made_at=grid.created_at,
        status=Status.PROCESSING if table.is_open else Status.SUCCEEDED,
        seq=_seq_of(table),
        steps=table.total,
        step=table.done,
        headings=table.headings if _shows(share, grid, table.columns) else [],
        lines=lines,
    )


def _cell(share: Share, grid: Grid, shots: list[queries.Shot], until: int) -> list[Place]:
    found = []
    for index, shot in enumerate(shots):
        if shot.snapshot is None or not shot.snapshot.trays:
            found.append(Place(index))
            continue
        row = shot.snapshot.prediction
        row.version = grid.version
        found.append(replace(showing.place(share, row, shot.snapshot.trays[0], until), index=index))
    return found


def _seq_of(table: queries.Table) -> int:
    shots = [shot for line in table.lines for square in line.squares for shot in square.shots]
    steps = sum(shot.snapshot.prediction.seq for shot in shots if shot.snapshot)
    return steps + sum(shot.cell.tries for shot in shots) * TRY


def _shows(share: Share, grid: Grid, axis: Axis | None) -> bool:
    if axis is None:
        return False
    return bool(showing.shown(share, grid.version.schema, {axis.field: axis.values[0]}))
