"""From rows to the parts of an exhibit: what a share's options leave of them."""

from typing import Any

from generations import queries, recipes, references, standing
from generations.exhibits.pieces import SOMEONE, Beginning, Picture, Place
from generations.models import Hold, Output, Prediction, Share, Upload
from generations.signing import shown_url, token_of

ALT_MAX = 160


def told(share: Share) -> dict[str, Any]:
    """Of the share itself: whose it is, and how it is reached."""
    person = share.user
    has_name = share.shows_name and bool(person.name or person.handle)
    return {
        "id": share.pk,
        "token": token_of("share", share),
        "kind": share.kind,
        "by": (person.name or person.handle or SOMEONE) if has_name else SOMEONE,
        "handle": (person.handle or "") if has_name and person.has_profile else "",
        "is_public": share.is_public,
        "strips_metadata": share.strips_metadata,
    }


def shown(share: Share, schema: dict[str, Any], values: dict[str, Any]) -> dict[str, Any]:
    """As much of a recipe as the share shows; which of our pictures it began with is told by beginnings() alone."""
    return recipes.shown_of(
        schema,
        references.without_pictures(values),
        words=share.shows_prompt,
        seed=share.shows_seed,
        settings=share.shows_recipe,
        origins=share.shows_origins,
    )


def place(share: Share, row: Prediction, tray: queries.Tray, until: int) -> Place:
    output = tray.output
    if output is not None and _is_shown(share, output):
        output.prediction = row  # with its version, which is read already
        return Place(tray.index, picture=picture(share, output, until))
    if output is not None:
        is_there = output.is_published or output.is_withheld
        return Place(tray.index, is_withheld=is_there and output.trashed_at is None)
    if tray.index in row.withheld:
        return Place(tray.index, is_withheld=True)
    return Place(tray.index, preview=tray.preview.uri if tray.preview else "")


def _is_shown(share: Share, output: Output) -> bool:
    """Among several: not what a decision withholds, nor what asks for something before it is shown."""
    if output.hold > (Hold.NONE if share.is_public else Hold.PUBLIC):
        return False
    return output.is_published and output.trashed_at is None and output.standing < standing.AGE_GATE


def beginnings(share: Share, row: Prediction, until: int) -> list[Beginning]:
    """What it was made from, where the share shows that: pictures alone, nothing of their own recipes."""
    return [
        Beginning(words.capitalize(), _small(share, found, until), found.width, found.height)
        for words, found in queries.origins_of(share, row)
    ]


def _small(share: Share, found: Output | Upload, until: int) -> str:
    if isinstance(found, Upload):
        return shown_url(share, found, "thumb.webp", until=until)
    widths = [made["width"] for made in found.renditions if made["format"] == "webp"]
    return shown_url(share, found, f"{min(widths)}.webp" if widths else "master.png", until=until)


def picture(share: Share, output: Output, until: int) -> Picture:
    title = output.prediction.prompt if share.shows_prompt else ""
    widths: dict[str, list[tuple[int, str]]] = {made["format"]: [] for made in output.renditions}
    for made in output.renditions:
        address = shown_url(share, output, f"{made['width']}.{made['format']}", until=until)
        widths[made["format"]].append((made["width"], address))
    sets = {form: ", ".join(f"{url} {width}w" for width, url in some) for form, some in widths.items()}
    master = shown_url(share, output, "master.png", until=until)
    return Picture(
        id=output.pk,
        width=output.width,
        height=output.height,
        placeholder=output.placeholder,
        is_sensitive=output.is_sensitive,
        is_labelled=bool(output.standing & standing.LABEL),
        title=title,
        alt=title[:ALT_MAX] or "A picture made by AI",
        master=master,
        small=min(widths["webp"])[1] if widths.get("webp") else master,
        avif=sets.get("avif", ""),
        webp=sets.get("webp", ""),
        recipe=shown(share, output.prediction.version.schema, output.recipe),
    )
