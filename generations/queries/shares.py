"""Shares as their maker lists them, and as Explore, profiles, feeds and search engines see what is public."""

import re
from datetime import datetime

from django.db.models import Q, QuerySet
from django.utils import timezone

from accounts.models import User
from generations import standing
from generations.errors import NotFound
from generations.ids import is_id
from generations.models import (
    ACTIVE,
    Album,
    Grid,
    Hold,
    Like,
    Origin,
    OriginKind,
    Output,
    Placement,
    Prediction,
    RegisteredModel,
    ScreeningState,
    Share,
    Upload,
    Visibility,
)
from generations.queries.pages import Page

LIKES_MAX = 2**31 - 1
WATCHED_MAX = 50  # predictions of one grid that are under way at once
PLACE = re.compile(r"-?[0-9]{1,18}", re.ASCII)
SITEMAP_MAX = 10_000


def links_page(user: User, *, after: str | None = None, limit: int = 40) -> Page[Share]:
    """Every link that this person made and has not taken back, newest first."""
    rows = _links(user).filter(id__lt=after) if after else _links(user)
    items = list(rows[: limit + 1])
    return Page(items[:limit], next=items[limit - 1].pk if len(items) > limit else None)


def links_to(user: User, subject: Output | Prediction | Album | Grid) -> list[Share]:
    """The links to one thing, newest first."""
    return list(_links(user).filter(**{subject._meta.model_name: subject})[:50])


def _links(user: User) -> QuerySet[Share]:
    rows = Share.objects.filter(user=user, revoked_at__isnull=True).order_by("-id")
    return rows.select_related(
        "user", "output__prediction", "prediction", "album", "grid", "cover__prediction"
    )


# What a share holds


def shared_output(share: Share, output_id: str) -> Output | None:
    """The output, if the share shows it now: among several, not binned, not taken out of its album."""
    rows = _shared(share).select_related("prediction__version__model")
    return rows.filter(pk=output_id).first() if is_id(output_id) else None


def first_shared(share: Share) -> Output | None:
    """The first picture that it shows, in its order."""
    rows = _shared(share).select_related("prediction__version__model")
    if share.album_id:
        return rows.order_by("placements__position").first()
    if share.grid_id:
        return rows.order_by("prediction__cells__row", "prediction__cells__column").first()
    return rows.order_by("index").first()


def shown_behind(share: Share, *, limit: int = 500) -> list[Output]:
    """Every picture that it may show to whoever has the link."""
    return list(_shared(share)[:limit])


def shares_to_publish(*, limit: int) -> list[Share]:
    """Those that wait to become public, the longest first."""
    rows = Share.objects.filter(publish_asked_at__isnull=False, is_public=False, revoked_at__isnull=True)
    return list(rows.select_related("user", "album").order_by("publish_asked_at")[:limit])


def watched_by(share: Share) -> list[Prediction]:
    """The predictions whose steps its page shows while they develop."""
    if share.prediction_id:
        return list(Prediction.objects.filter(pk=share.prediction_id))
    if share.grid_id:
        rows = Prediction.objects.filter(cells__grid_id=share.grid_id, status__in=ACTIVE)
        return list(rows.distinct()[:WATCHED_MAX])
    return []


def origins_of(share: Share, prediction: Prediction) -> list[tuple[str, Output | Upload]]:
    """What a shared picture was made from, as pairs of a word and the picture; nothing unless the share shows it."""
    if not share.shows_origins:
        return []
    uploads = _brought(share).filter(predictions=prediction)
    edges = Origin.objects.filter(prediction=prediction, output__in=_parents(share)).select_related("output")
    made = [(edge.get_kind_display(), edge.output) for edge in edges if edge.output is not None]
    return [*((OriginKind.START_IMAGE.label, upload) for upload in uploads), *made]


def shared_origin(share: Share, id: str) -> Output | Upload | None:
    """A picture that a shared one was made from, where the share shows that."""
    if not share.shows_origins or not is_id(id):
        return None
    uploads = _brought(share).filter(predictions__outputs__in=_shared(share))
    made = _parents(share).filter(descendants__prediction__outputs__in=_shared(share))
    return uploads.filter(pk=id).first() or made.filter(pk=id).first()


def _brought(share: Share) -> QuerySet[Upload]:
    """One that a decision marks or holds in any way is left out; nothing here would say so beside it."""
    return Upload.objects.filter(user_id=share.user_id, is_file=False, standing__lt=standing.BLUR)


def _parents(share: Share) -> QuerySet[Output]:
    rows = Output.objects.filter(user_id=share.user_id, is_published=True, trashed_at__isnull=True)
    return rows.filter(is_sensitive=False, standing__lt=standing.AGE_GATE, hold=Hold.NONE)


def album_shown(share: Share, *, after: str = "", limit: int = 60) -> Page[Output]:
    """The pictures of a shared album in their order; `after` is the `next` of the page before."""
    rows = Placement.objects.filter(album_id=share.album_id, output__in=_shared(share))
    if after:
        position, _, id = after.partition("~")
        if not (PLACE.fullmatch(position) and PLACE.fullmatch(id)):
            raise NotFound("There is no such page.")
        rows = rows.filter(Q(position__gt=int(position)) | Q(position=int(position), id__gt=int(id)))
    found = list(
        rows.select_related("output__prediction__version__model").order_by("position", "id")[: limit + 1]
    )
    last = found[limit - 1] if len(found) > limit else None
    return Page([each.output for each in found[:limit]], next=f"{last.position}~{last.pk}" if last else None)


def _shared(share: Share) -> QuerySet[Output]:
    """Among several, one that asks for something before it is shown is left out."""
    most = Hold.NONE if share.is_public else Hold.PUBLIC
    rows = Output.objects.filter(is_published=True, trashed_at__isnull=True, hold__lte=most)
    if share.is_public and share.is_screened:
        rows = rows.filter(Q(screening__state=ScreeningState.DONE) | Q(screening__cleared_at__isnull=False))
    if share.output_id:
        return rows.filter(pk=share.output_id, standing__lt=standing.HOLD)
    rows = rows.filter(standing__lt=standing.AGE_GATE)
    if share.prediction_id:
        return rows.filter(prediction_id=share.prediction_id)
    if share.album_id:
        return rows.filter(placements__album_id=share.album_id)
    return rows.filter(prediction__cells__grid_id=share.grid_id)


# What is public


def explore(
    viewer: User | None,
    *,
    model: RegisteredModel | None = None,
    person: User | None = None,
    liked: bool = False,
    hides_sensitive: bool = False,
    after: str = "",
    limit: int = 40,
) -> Page[Share]:
    """What people chose to publish, newest or most liked first; of one model or one person where given."""
    rows = _public(viewer)
    if model is not None:
        rows = rows.filter(model=model)
    if person is not None:
        rows = rows.filter(user=person, shows_name=True)
    if hides_sensitive:
        rows = rows.filter(cover__is_sensitive=False)
    rows = rows.order_by("-likes", "-id") if liked else rows.order_by("-published_at", "-id")
    if after:
        rows = rows.filter(_beyond_liked(after) if liked else _beyond(after))
    items = list(rows[: limit + 1])
    last = items[limit - 1] if len(items) > limit else None
    return Page(items[:limit], next=_place(last, liked) if last else None)


def liked_of(user: User, shares: list[Share]) -> set[str]:
    """Those of the shares that this person likes."""
    found = Like.objects.filter(user=user, share__in=shares).values_list("share_id", flat=True)
    return set(found)


def public_shares() -> list[Share]:
    """For the map of the site: the newest of what is public."""
    return list(_public(None).order_by("-published_at", "-id")[:SITEMAP_MAX])


def profile(handle: str) -> User:
    """Who has a public page under this handle. Raises NotFound."""
    found = _with_profile().filter(handle=handle).first()
    if found is None:
        raise NotFound("There is no such page.")
    return found


def profiles() -> list[User]:
    """For the map of the site: who has a public page."""
    rows = _with_profile().filter(handle__isnull=False)
    return list(rows.only("handle").order_by("-id")[:SITEMAP_MAX])


def _with_profile() -> QuerySet[User]:
    rows = User.objects.filter(has_profile=True, is_active=True, is_guest=False)
    return rows.filter(standing__lt=standing.SUSPEND)


def registered_model(owner: str, name: str) -> RegisteredModel:
    """A public one. Raises NotFound."""
    found = RegisteredModel.objects.filter(owner=owner, name=name, visibility=Visibility.PUBLIC).first()
    if found is None:
        raise NotFound("There is no such model on this site.")
    return found


def models_shown() -> list[RegisteredModel]:
    """Models of which something is public, by name."""
    used = Share.objects.filter(is_public=True, revoked_at__isnull=True).values("model")
    return list(
        RegisteredModel.objects.filter(pk__in=used, visibility=Visibility.PUBLIC).order_by("owner", "name")[
            :50
        ]
    )


def _public(viewer: User | None) -> QuerySet[Share]:
    rows = Share.objects.filter(
        Q(expires_at__isnull=True) | Q(expires_at__gt=timezone.now()),
        is_public=True,
        revoked_at__isnull=True,
        user__is_active=True,
        user__standing__lt=standing.SUSPEND,
        standing__lt=standing.UNLIST,
        cover__isnull=False,
        cover__is_published=True,
        cover__hold=Hold.NONE,
        cover__standing__lt=standing.UNLIST,
        cover__trashed_at__isnull=True,
    )
    if viewer is not None:
        apart = Q(user__blocks__blocked=viewer) | Q(user__blocked_by__user=viewer)
        rows = rows.exclude(pk__in=Share.objects.filter(apart).values("pk"))
    return rows.select_related("user", "album", "cover__prediction__version__model")


def _place(share: Share, liked: bool) -> str:
    if liked:
        return f"{share.likes}~{share.pk}"
    return f"{share.published_at.isoformat()}~{share.pk}" if share.published_at else ""


def _beyond(after: str) -> Q:
    at, _, id = after.rpartition("~")
    try:
        moment = datetime.fromisoformat(at)
        is_known = is_id(id) and moment.tzinfo is not None and moment.year > 1
    except (ValueError, OverflowError):
        is_known = False
    if not is_known:
        raise NotFound("There is no such page.")
    return Q(published_at__lt=moment) | Q(published_at=moment, id__lt=id)


def _beyond_liked(after: str) -> Q:
    likes, _, id = after.partition("~")
    if (
        not (likes.isascii() and likes.isdecimal() and len(likes) < 11 and is_id(id))
        or int(likes) > LIKES_MAX
    ):
        raise NotFound("There is no such page.")
    return Q(likes__lt=int(likes)) | Q(likes=int(likes), id__lt=id)
