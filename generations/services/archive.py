"""Chosen pictures as one zip, made while it is sent; each as its own download would be, with its recipe inside."""

import re
import zipfile
from collections.abc import Iterator

from accounts.models import User
from generations import imaging
from generations.errors import BadPicture
from generations.models import Output
from generations.queries import Selection
from generations.services import files
from generations.services.export import Pipe

PAGE = 100
MISSING = "These pictures could not be read, so they are not in this zip:\n\n{}\n"


def zip_of(person: User, chosen: Selection) -> Iterator[bytes]:
    """The zip in pieces. Reads rows page by page and one file at a time, in the caller's thread."""
    pipe = Pipe()
    missing: list[str] = []
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_STORED) as archive:  # type: ignore[call-overload]
        for row in _newest_first(person, chosen):
            entry = zipfile.ZipInfo(name_of(row), row.created_at.timetuple()[:6])
            try:
                data = imaging.export(files.read(row.key, "master.png"), format="png", recipe=row.recipe)
            except (FileNotFoundError, BadPicture):
                missing.append(entry.filename)
                continue
            archive.writestr(entry, data)
            yield pipe.take()
        if missing:
            archive.writestr("MISSING.txt", MISSING.format("\n".join(missing)))
    yield pipe.take()


def name_of(output: Output) -> str:
    """After the prompt, in plain letters for every system, and the end of the id, which is told by no two."""
    words = output.prediction.prompt[:60].encode("ascii", "ignore").decode().lower()
    stem = re.sub(r"[^a-z0-9]+", "-", words).strip("-") or "picture"
    return f"{stem}-{output.pk[-10:]}.png"


def _newest_first(person: User, chosen: Selection) -> Iterator[Output]:
    """Page after page, so that no cursor stays open while a slow reader takes its time."""
    rows = chosen.rows(person).select_related("prediction").order_by("-pk")
    page = list(rows[:PAGE])
    while page:
        yield from page
        page = list(rows.filter(pk__lt=page[-1].pk)[:PAGE])
