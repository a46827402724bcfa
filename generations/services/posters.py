"""Card images of shares, drawn: once for each state of what they show. Slow (Pillow, disk): never in the event loop."""

from dataclasses import replace

from generations import poster
from generations.errors import BadPicture
from generations.exhibits import SOMEONE, Exhibit
from generations.models import Output
from generations.services import cards, files


def card_of(exhibit: Exhibit, cover: Output | None) -> bytes:
    """The JPEG, from storage where it was drawn before. `cover`: the row of exhibit.cover, where there is one."""
    data = cards.kept(exhibit)
    if data is None:
        data = _drawn(exhibit, cover)
        cards.keep(exhibit, data)
    return data


def _drawn(exhibit: Exhibit, cover: Output | None) -> bytes:
    by = "" if exhibit.by == SOMEONE else f"by {exhibit.by}"
    bare = poster.Poster(None, exhibit.title, by, exhibit.model)
    if cover is None:
        return poster.draw(bare)
    try:
        return poster.draw(replace(bare, picture=files.read(cover.key, "master.png")))
    except (
        FileNotFoundError,
        BadPicture,
    ):  # the file is lost or damaged: what the link says can be said without
        return poster.draw(bare)
