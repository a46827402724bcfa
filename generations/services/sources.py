"""The pictures and files that an input names: whose they are, kept while they are used, and handed to an engine.

The row holds a reference to an object of ours, never bytes nor an address; the engine gets a data URI, so that it
fetches nothing from anybody.
"""

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from accounts.models import User
from generations import intake, references, sentences, standing
from generations.errors import FieldError, InvalidInput, NotFound
from generations.models import Output, Prediction, Upload
from generations.references import MASK, PICTURES, START, Reference
from generations.services import blocklist, files

BLOCKED = "That picture is not allowed here. Choose another."
GONE = "That picture is not there any more, or is not yours. Choose another."
ON_THE_WEB = "Addresses on the web are not taken here. Save the picture and add it as a file."
NO_FILE = "That is no file of yours. Send one, or give its address."
NO_PICTURE = "That is no picture of yours. Add a file, or start from one of your pictures."
NOT_SENT = "The picture was not sent along yet. Press Add beside it, then send again."


def check(user: User, schema: dict[str, Any], values: Mapping[str, Any]) -> None:
    """Every picture and file that `values` names is this person's. Raises InvalidInput, naming each wrong field."""
    wrong = _wrong_files(user, schema, values)
    for name, field in references.picture_fields(schema).items():
        given = values.get(name)
        if given:
            sentence = _complaint(user, given)
            wrong += (
                [FieldError(name, f"{field.label}: {sentences.after_colon(sentence)}")] if sentence else []
            )
    if values.get(MASK) and not values.get(START) and not wrong:
        wrong.append(FieldError(MASK, "A mask needs a start image. Add one, or take the mask away."))
    if wrong:
        raise InvalidInput(wrong)


def note(prediction: Prediction, schema: dict[str, Any]) -> None:
    """Uploads that a new prediction uses stay; called in the transaction that inserts it.

    Raises InvalidInput when one went between check() and now.
    """
    named = _named(prediction, schema)
    ids = {each.id: name for name, found in named.items() for each in found if each.kind != "output"}
    locked = list(Upload.objects.select_for_update().filter(pk__in=ids, user_id=prediction.user_id))
    gone = ids.keys() - {upload.pk for upload in locked}
    if gone:
        raise InvalidInput([FieldError(ids[id], GONE) for id in sorted(gone)])
    for upload in locked:
        upload.predictions.add(prediction)


@dataclass(frozen=True, slots=True)
class Place:
    """Where one lies in the storage. `type`: of a file; a picture has none, it is drawn anew for the engine."""

    path: str
    type: str = ""


Places = dict[str, Place | list[Place]]


def locate(prediction: Prediction) -> Places:
    """Where the pictures and files lie that this input names, by field. Raises NotFound when one is gone."""
    found: Places = {}
    for name, named in _named(prediction, prediction.version.schema).items():
        places = [_place(prediction.user_id, reference) for reference in named]
        kept = [place for place in places if place is not None]
        if len(kept) < len(places):
            raise NotFound("The picture to start from was deleted before this prompt's turn came.")
        found[name] = kept if isinstance(prediction.input[name], list) else kept[0]
    return found


def encode(places: Places) -> dict[str, Any]:
    """What lies at `places` as data URIs, by field; a mask in the shape of the start image.

    Raises NotFound, BadPicture. Slow (Pillow, disk): never in an event loop.
    """
    found: dict[str, Any] = {}
    shape = None
    for name in sorted(places, key=lambda name: name == MASK):
        place = places[name]
        if isinstance(place, list):
            found[name] = [_as_uri(each) for each in place]
        elif place.type:
            found[name] = _as_uri(place)
        else:
            data = _read(place.path)
            found[name], size = intake.for_engine(data, shape=shape if name == MASK else None)
            shape = size if name == START else shape
    return found


def _as_uri(place: Place) -> str:
    type = place.type or f"image/{place.path.rpartition('.')[2]}"
    return f"data:{type};base64,{base64.b64encode(_read(place.path)).decode('ascii')}"


def _named(prediction: Prediction, schema: dict[str, Any]) -> dict[str, list[Reference]]:
    """What of ours each field names; a field that names nothing is left out."""
    takers = {**references.picture_fields(schema), **references.file_fields(schema)}
    found = {name: references.all_in(prediction.input.get(name)) for name in takers}
    return {name: kept for name, named in found.items() if (kept := [each for each in named if each])}


def _wrong_files(user: User, schema: dict[str, Any], values: Mapping[str, Any]) -> list[FieldError]:
    wrong = []
    for name, field in references.file_fields(schema).items():
        named = references.all_in(values[name]) if values.get(name) else []
        if not all(each is not None and _place(user.pk, each) for each in named):
            wrong.append(FieldError(name, f"{field.label}: {sentences.after_colon(NO_FILE)}"))
    return wrong


def _complaint(user: User, given: object) -> str:
    reference = references.parse(given)
    if reference is not None:
        is_there = reference.kind in PICTURES and _place(user.pk, reference)
        if is_there and _is_blocked(reference):
            return BLOCKED
        return "" if is_there else GONE
    return ON_THE_WEB if str(given).lower().startswith(("http:", "https:")) else NO_PICTURE


def _is_blocked(reference: Reference) -> bool:
    """Was it put on the block-list since it was brought or made?"""
    rows = Output.objects.all() if reference.kind == "output" else Upload.objects.all()
    found = rows.filter(pk=reference.id).values_list("fingerprint", flat=True).first()
    return bool(found) and blocklist.match((str(found),)) is not None


def _place(user_id: int, reference: Reference) -> Place | None:
    if reference.kind == "output":
        mine = Output.objects.filter(pk=reference.id, user_id=user_id, is_published=True)
        key = mine.values_list("key", flat=True).first()
        return Place(f"{key}/master.png") if key else None
    rows = Upload.objects.filter(pk=reference.id, user_id=user_id, standing__lt=standing.HIDE)
    upload = rows.only("key", "is_file", "content_type").first()
    if upload is None or upload.is_file != (reference.kind == "file"):
        return None
    return (
        Place(f"{upload.key}/file", upload.content_type)
        if upload.is_file
        else Place(f"{upload.key}/picture.webp")
    )


def _read(path: str) -> bytes:
    key, _, name = path.rpartition("/")
    try:
        return files.read(key, name)
    except FileNotFoundError:
        raise NotFound("The file of the picture to start from is gone.") from None
