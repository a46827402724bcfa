"""Who may touch what: one function per noun and right, the only door to a row from a face.

"Not there" and "not yours" are the same NotFound, so an answer never tells that something exists.
"""

from django.contrib.auth.models import AnonymousUser

from accounts.models import User
from generations.errors import NotFound
from generations.ids import is_id
from generations.models import Grid, Output, PastPrompt, Prediction, Snippet, Upload
from generations.references import Reference
from generations.signing import verify_media, verify_upload

Asker = User | AnonymousUser


def prediction_read(user: Asker, id: str) -> Prediction:
    """The prediction of this person; its owner alone may read it."""
    if user.is_anonymous or not is_id(id):
        raise NotFound("There is no such prediction.")
    rows = Prediction.objects.select_related("version__model", "user")
    found = rows.filter(pk=id, user_id=user.pk).first()
    if found is None:
        raise NotFound("There is no such prediction.")
    return found


def prediction_write(user: Asker, id: str) -> Prediction:
    """To cancel it: its owner alone."""
    return prediction_read(user, id)


def predictions_readable(user: Asker, ids: list[str]) -> list[str]:
    """Those of `ids` that this person may watch, in their order."""
    if user.is_anonymous:
        return []
    wanted = [id for id in ids if is_id(id)]
    mine = set(Prediction.objects.filter(pk__in=wanted, user_id=user.pk).values_list("pk", flat=True))
    return [id for id in wanted if id in mine]


def output_read(user: Asker, id: str) -> Output:
    """The output of this person, also when it lies in the bin."""
    if user.is_anonymous or not is_id(id):
        raise NotFound("There is no such picture.")
    rows = Output.objects.select_related("prediction__version__model")
    found = rows.filter(pk=id, user_id=user.pk, is_published=True).first()
    if found is None:
        raise NotFound("There is no such picture.")
    return found


def output_write(user: Asker, id: str) -> Output:
    """To mark, bin, restore or delete it: its owner alone."""
    return output_read(user, id)


def origin_read(user: Asker, text: str) -> Output | Prediction | None:
    """What a new prediction goes on from, as the composer names it ("from:<output>", "again:<prediction>").

    None for what is not there or not theirs: the prompt is sent all the same, and begins a tree of its own.
    """
    kind, _, id = text.partition(":")
    try:
        if kind == "from":
            return output_read(user, id)
        return prediction_read(user, id) if kind == "again" else None
    except NotFound:
        return None


def grid_read(user: Asker, id: str) -> Grid:
    """The grid of this person; its owner alone."""
    rows = Grid.objects.select_related("version__model", "user")
    found = None if user.is_anonymous or not is_id(id) else rows.filter(pk=id, user_id=user.pk).first()
    if found is None:
        raise NotFound("There is no such grid.")
    return found


def grid_write(user: Asker, id: str) -> Grid:
    """To add to it, try again, cancel, rename or delete it: its owner alone."""
    return grid_read(user, id)


def snippet_write(user: Asker, id: str) -> Snippet:
    """To read, change or delete it: its owner alone."""
    mine = None if user.is_anonymous or not is_id(id) else Snippet.objects.filter(pk=id, user_id=user.pk)
    found = None if mine is None else mine.first()
    if found is None:
        raise NotFound("There is no such snippet.")
    return found


def past_prompt_write(user: Asker, id: str) -> PastPrompt:
    """To forget it: its owner alone."""
    is_number = id.isascii() and id.isdecimal() and len(id) < 19
    mine = (
        PastPrompt.objects.filter(pk=int(id), user_id=user.pk)
        if is_number and not user.is_anonymous
        else None
    )
    found = None if mine is None else mine.first()
    if found is None:
        raise NotFound("There is no such prompt.")
    return found


def output_by_link(id: str, signature: str) -> Output:
    """The output whose files a signed link opens, whoever asks; in the bin as well, until it is deleted for good."""
    rows = Output.objects.only("id", "key", "sha256", "epoch", "renditions", "has_timelapse")
    found = rows.filter(pk=id).first() if is_id(id) else None
    if found is None or not verify_media(found, signature):
        raise NotFound("There is no such picture.")
    return found


def upload_by_link(id: str, signature: str) -> Upload:
    """The upload whose files a signed link opens; only its owner is given such a link."""
    found = Upload.objects.filter(pk=id).first() if is_id(id) else None
    if found is None or not verify_upload(found, signature):
        raise NotFound("There is no such picture.")
    return found


def picture_of(user: Asker, reference: Reference) -> Output | Upload | None:
    """What a reference in an input means to this person: a picture of their own, None where it is not theirs."""
    if user.is_anonymous:
        return None
    if reference.kind == "upload":
        return Upload.objects.filter(pk=reference.id, user_id=user.pk).first()
    return Output.objects.filter(pk=reference.id, user_id=user.pk, is_published=True).first()
