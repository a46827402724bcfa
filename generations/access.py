"""Who may touch what: one function per noun and right, the only door to a row from a face.

"Not there" and "not yours" are the same NotFound, so an answer never tells that something exists.
"""

from django.contrib.auth.models import AnonymousUser

from accounts.models import User
from generations.errors import NotFound
from generations.ids import is_id
from generations.models import Output, Prediction, Upload
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
