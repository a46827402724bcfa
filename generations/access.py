"""Who may touch what: one function per noun and right, the only door to a row from a face.

"Not there" and "not yours" are the same NotFound, so an answer never tells that something exists.
"""

import time
from datetime import timedelta

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.utils import timezone

from accounts import blocks, roles
from accounts.models import Right, Token, User
from generations import queries, standing
from generations.desk_rights import *  # noqa: F403 - those of the desk, by their names in its __all__
from generations.errors import NotAllowed, NotFound
from generations.file_rights import *  # noqa: F403 - the rights of files, by their names in its __all__
from generations.ids import is_id
from generations.models import (
    Album,
    BulkAction,
    Collection,
    Delivery,
    Deployment,
    Grid,
    Notice,
    Output,
    PastPrompt,
    Prediction,
    RegisteredModel,
    Report,
    SavedSearch,
    Share,
    Snippet,
    Tag,
    Training,
    Upload,
    Version,
)
from generations.signing import (
    id_of_token,
    verify_shown,
    verify_stream,
    verify_token,
)
from generations.staff_rights import *  # noqa: F403 - the rights of staff, by their names in its __all__

Asker = User | AnonymousUser
STREAMED_FOR = timedelta(days=1)
BIG = 2**63 - 1  # more is no key of any database


def prediction_read(user: Asker, id: str) -> Prediction:
    """The prediction of this person; its owner alone may read it."""
    if user.is_anonymous or not is_id(id):
        raise NotFound("There is no such prediction.")
    rows = Prediction.objects.select_related("version__model", "user")
    found = rows.filter(pk=id, user_id=user.pk).first()
    if found is None:
        raise NotFound("There is no such prediction.")
    return found


def prediction_by_stream(token: str) -> Prediction:
    """The prediction whose events a signed link lets anybody read who has it, for STREAMED_FOR after it was made."""
    id = id_of_token(token)
    found = Prediction.objects.filter(pk=id, user__is_active=True).first() if is_id(id) else None
    if found is None or not verify_stream(found, token) or not is_streamed(found):
        raise NotFound("There is no such stream.")
    return found


def is_streamed(row: Prediction) -> bool:
    """Does a link to its events still open anything?"""
    return row.created_at > timezone.now() - STREAMED_FOR


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


def output_withheld(user: Asker, id: str) -> Output | None:
    """The output of this person that a moderator's decision keeps from them, so that they can be told."""
    if user.is_anonymous or not is_id(id):
        return None
    return Output.objects.filter(pk=id, user_id=user.pk, standing__gte=standing.HIDE).first()


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


def token_write(user: Asker, id: int) -> Token:
    """To revoke it: its owner alone."""
    found = None if user.is_anonymous else Token.objects.filter(pk=min(id, BIG), user_id=user.pk).first()
    if found is None:
        raise NotFound("There is no such token.")
    return found


def delivery_write(user: Asker, id: str) -> Delivery:
    """To send it again: whose prediction it tells of."""
    mine = None if user.is_anonymous or not is_id(id) else Delivery.objects.filter(pk=id, user_id=user.pk)
    found = None if mine is None else mine.first()
    if found is None:
        raise NotFound("There is no such webhook.")
    return found


# Shares: whoever holds the link; its door (services/doors.py) may ask for more

SHARED = (
    "user",
    "output__prediction__version__model",
    "prediction__version__model",
    "album",
    "grid__version__model",
    "cover",
)


def share_by_link(user: Asker, token: str) -> Share:
    """The share that a link leads to, whoever asks, while it lives and what it leads to is not in the bin.

    A link that was opened often enough is still found: its door says no, but to those whom it let in last.
    """
    id = id_of_token(token)
    found = Share.objects.select_related(*SHARED).filter(pk=id).first() if is_id(id) else None
    if found is None or not verify_token("share", found, token) or not is_open_to(user, found):
        raise NotFound("This link leads nowhere: it was taken back, has run out, or never was.")
    return found


def is_open_to(user: Asker, share: Share) -> bool:
    """Is there anything to see for this person, password and view limit aside?"""
    if share.revoked_at is not None or share.is_over or not share.user.is_active:
        return False
    if share.standing >= standing.HOLD or share.user.standing >= standing.SUSPEND:
        return False
    if share.output is not None and (share.output.trashed_at or not share.output.is_published):
        return False
    is_apart = user.is_authenticated and user.pk != share.user_id and blocks.is_apart(user.pk, share.user_id)
    return not is_apart


def share_write(user: Asker, id: str) -> Share:
    """To change or revoke it: who made it alone."""
    mine = Share.objects.select_related(*SHARED).filter(user_id=user.pk) if user.is_authenticated else None
    found = mine.filter(pk=id).first() if mine is not None and is_id(id) else None
    if found is None:
        raise NotFound("There is no such link of yours.")
    return found


def picture_shown(share_id: str, picture_id: str, signature: str, *, until: int) -> Output | Upload:
    """The picture whose files a share's page links to, whoever asks: a shared one, or one that it was made from."""
    share = Share.objects.select_related("user", "output").filter(pk=share_id).first()
    if share is None or not is_open_to(AnonymousUser(), share) or (until and until < time.time()):
        raise NotFound("There is no such picture.")
    found = queries.shared_output(share, picture_id) or queries.shared_origin(share, picture_id)
    if found is None or not verify_shown(share, found, signature, until=until):
        raise NotFound("There is no such picture.")
    return found


def report_by_link(token: str) -> Report:
    """The report whose receipt this is."""
    id = id_of_token(token)
    found = Report.objects.filter(pk=id).first() if is_id(id) else None
    if found is None or not verify_token("report", found, token):
        raise NotFound("There is no such receipt.")
    return found


def notice_read(user: Asker, id: str) -> Notice:
    """A notice that has left, and to appeal: whom it is for alone."""
    rows = queries.notices_left().select_related("decision__case", "decision__appeal")
    found = rows.filter(pk=id, user_id=user.pk).first() if user.is_authenticated and is_id(id) else None
    if found is None:
        raise NotFound("There is no such notice.")
    return found


# What a person sorts by


def album_read(user: Asker, id: str) -> Album:
    """The album of this person."""
    found = (
        None if user.is_anonymous or not is_id(id) else Album.objects.filter(pk=id, user_id=user.pk).first()
    )
    if found is None:
        raise NotFound("There is no such album.")
    return found


def album_write(user: Asker, id: str) -> Album:
    """To rename, fill, order or delete it: its owner alone."""
    return album_read(user, id)


def tag_write(user: Asker, id: int) -> Tag:
    """To put it on, rename or delete it: its owner alone."""
    found = None if user.is_anonymous else Tag.objects.filter(pk=min(id, BIG), user_id=user.pk).first()
    if found is None:
        raise NotFound("There is no such tag.")
    return found


def search_write(user: Asker, id: int) -> SavedSearch:
    """To rename or delete it: its owner alone."""
    found = (
        None if user.is_anonymous else SavedSearch.objects.filter(pk=min(id, BIG), user_id=user.pk).first()
    )
    if found is None:
        raise NotFound("There is no such search.")
    return found


def bulk_write(user: Asker, id: str) -> BulkAction:
    """To watch it and to undo it: whoever began it."""
    rows = BulkAction.objects.filter(pk=id)
    found = None if user.is_anonymous or not is_id(id) else rows.filter(user_id=user.pk).first()
    if found is None:
        raise NotFound("There is no such action.")
    return found


# The catalogue: public models are everybody's to see and run, private ones their maker's


def model_read(user: Asker, owner: str, name: str) -> RegisteredModel:
    """The model of this name, or the one that the site's administrator lets answer to it."""
    ref = settings.MODEL_ALIASES.get(f"{owner}/{name}", f"{owner}/{name}")
    if not ref.isprintable():  # a NUL is no question for PostgreSQL
        raise NotFound("There is no such model.")
    owner, _, name = ref.partition("/")
    found = queries.models_visible(user).select_related("user").filter(owner=owner, name=name).first()
    if found is None:
        raise NotFound("There is no such model.")
    return found


def model_write(user: Asker, owner: str, name: str) -> RegisteredModel:
    """To change or delete it: its maker; for the site's own models an administrator. Raises NotAllowed."""
    found = model_read(user, owner, name)
    if not may_write_model(user, found):
        raise NotAllowed(f"{found.ref} is not yours to change.")
    return found


def may_write_model(user: Asker, model: RegisteredModel) -> bool:
    if user.is_anonymous or model.user_id is not None:
        return not user.is_anonymous and model.user_id == user.pk
    return isinstance(user, User) and roles.has_right(user, Right.KEEP_CATALOGUE)


def version_read(user: Asker, id: str) -> Version:
    """A version of a model that this person may see, to run it."""
    rows = Version.objects.filter(pk=id[:64], removed_at=None, model__in=queries.models_visible(user))
    found = rows.select_related("model").first() if id.isascii() and id.isalnum() else None
    if found is None or found.pk != id:
        raise NotFound("There is no such version.")
    return found


def version_of_model(user: Asker, model: RegisteredModel, id: str) -> Version:
    found = version_read(user, id)
    if found.model_id != model.pk:
        raise NotFound("This model has no such version.")
    return found


def version_newest(user: Asker, owner: str, name: str) -> Version:
    """What a model runs when no version is named."""
    model = model_read(user, owner, name)
    found = queries.version_of(model.ref, user)
    if found is None:
        raise NotFound("This model has no version yet.")
    return found


def collection_read(slug: str) -> Collection:
    """Collections are public; which of their models one sees is asked of each model."""
    found = Collection.objects.filter(pk=slug).first() if slug.isprintable() else None
    if found is None:
        raise NotFound("There is no such collection.")
    return found


def deployment_read(user: Asker, owner: str, name: str) -> Deployment:
    """The deployment of this person, under their handle."""
    found = None
    if user.is_authenticated and user.handle and user.handle == owner and name.isprintable():
        rows = Deployment.objects.select_related("user", "current__version__model")
        found = rows.filter(user_id=user.pk, name=name).first()
    if found is None:
        raise NotFound("There is no such deployment.")
    return found


def deployment_write(user: Asker, owner: str, name: str) -> Deployment:
    """To run, change or delete it: its owner alone."""
    return deployment_read(user, owner, name)


def training_read(user: Asker, id: str) -> Training:
    """The training of this person; its owner alone."""
    rows = Training.objects.select_related("version__model", "destination")
    found = None if user.is_anonymous or not is_id(id) else rows.filter(pk=id, user_id=user.pk).first()
    if found is None:
        raise NotFound("There is no such training.")
    return found


def training_write(user: Asker, id: str) -> Training:
    """To cancel it: its owner alone."""
    return training_read(user, id)
