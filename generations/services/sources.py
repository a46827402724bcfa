"""The pictures that an input names: whose they are, kept while they are used, and handed to an engine.

The row holds a reference to an object of ours, never bytes nor an address; the engine gets a data URI, so that it
fetches nothing from anybody.
"""

from collections.abc import Mapping
from typing import Any

from accounts.models import User
from generations import intake, references, standing
from generations.errors import FieldError, InvalidInput, NotFound
from generations.models import Output, Prediction, Upload
from generations.references import MASK, START, Reference
from generations.services import files

GONE = "That picture is not there any more, or is not yours. Choose another."
ON_THE_WEB = "Addresses on the web are not taken here. Save the picture and add it as a file."
NO_PICTURE = "That is no picture of yours. Add a file, or start from one of your pictures."
NOT_SENT = "The picture was not sent along yet. Press Add beside it, then send again."


def check(user: User, schema: dict[str, Any], values: Mapping[str, Any]) -> None:
    """Every picture that `values` names is this person's. Raises InvalidInput, naming each wrong field."""
    wrong = []
    for name, field in references.picture_fields(schema).items():
        given = values.get(name)
        if given:
            sentence = _complaint(user, given)
            wrong += [FieldError(name, f"{field.label}: {_lower(sentence)}")] if sentence else []
    if values.get(MASK) and not values.get(START) and not wrong:
        wrong.append(FieldError(MASK, "A mask needs a start image. Add one, or take the mask away."))
    if wrong:
        raise InvalidInput(wrong)


def note(prediction: Prediction, schema: dict[str, Any]) -> None:
    """Uploads that a new prediction uses stay; called in the transaction that inserts it.

    Raises InvalidInput when one went between check() and now.
    """
    named = _named(prediction, schema)
    ids = [reference.id for reference in named.values() if reference.kind == "upload"]
    locked = list(Upload.objects.select_for_update().filter(pk__in=ids, user_id=prediction.user_id))
    if len(locked) < len(set(ids)):
        raise InvalidInput([FieldError(START, GONE)])
    for upload in locked:
        upload.predictions.add(prediction)


def locate(prediction: Prediction) -> dict[str, str]:
    """Where in the storage the pictures lie that this input names, by field. Raises NotFound when one is gone."""
    found = {}
    for name, reference in _named(prediction, prediction.version.schema).items():
        path = _path(prediction.user_id, reference)
        if path is None:
            raise NotFound("The picture to start from was deleted before this prompt's turn came.")
        found[name] = path
    return found


def encode(paths: Mapping[str, str]) -> dict[str, str]:
    """The pictures at `paths` as data URIs, by field; a mask in the shape of the start image.

    Raises NotFound, BadPicture. Slow (Pillow, disk): never in an event loop.
    """
    found, shape = {}, None
    for name in sorted(paths, key=lambda name: name == MASK):
        data = _read(paths[name])
        found[name], size = intake.for_engine(data, shape=shape if name == MASK else None)
        shape = size if name == START else shape
    return found


def _named(prediction: Prediction, schema: dict[str, Any]) -> dict[str, Reference]:
    fields = references.picture_fields(schema)
    found = {name: references.parse(prediction.input.get(name)) for name in fields}
    return {name: reference for name, reference in found.items() if reference is not None}


def _complaint(user: User, given: object) -> str:
    reference = references.parse(given)
    if reference is not None:
        return "" if _path(user.pk, reference) else GONE
    return ON_THE_WEB if str(given).lower().startswith(("http:", "https:")) else NO_PICTURE


def _path(user_id: int, reference: Reference) -> str | None:
    if reference.kind == "upload":
        key = (
            Upload.objects.filter(pk=reference.id, user_id=user_id, standing__lt=standing.HIDE)
            .values_list("key", flat=True)
            .first()
        )
        return f"{key}/picture.webp" if key else None
    mine = Output.objects.filter(pk=reference.id, user_id=user_id, is_published=True)
    key = mine.values_list("key", flat=True).first()
    return f"{key}/master.png" if key else None


def _read(path: str) -> bytes:
    key, _, name = path.rpartition("/")
    try:
        return files.read(key, name)
    except FileNotFoundError:
        raise NotFound("The file of the picture to start from is gone.") from None


def _lower(sentence: str) -> str:
    return sentence[:1].lower() + sentence[1:]
