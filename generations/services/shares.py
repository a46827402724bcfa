"""Links to what a person made: made, changed, published and taken back; likes of what is public."""

from collections.abc import Iterator
from dataclasses import dataclass, fields
from datetime import datetime
from functools import partial

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from accounts import throttle
from accounts.models import User
from generations import events, queries, standing
from generations.errors import FieldError, InvalidInput, NotAllowed, OverLimit
from generations.models import Album, Grid, Like, Output, Prediction, Share
from generations.services import barred, cards, gates, holding, publishing

MOST = 2000  # links of one person that live
HOUR_S = 3600

PUBLIC_NEEDS = {
    "account": "To publish, sign up first. Until then your links are for those to whom you send them.",
    "handle": "To publish, choose a handle on your account page first: it says whose pictures these are.",
    "open": "A public link has neither a password nor a view limit. Take them away, or keep it unlisted.",
    "picture": "There is no finished picture to publish yet. Share it unlisted, and publish it when it is done.",
}


Subject = Output | Prediction | Album | Grid


@dataclass(frozen=True, slots=True)
class Options:
    """What a link shows, and who may open it. `password`: None = as it is, "" = none."""

    shows_prompt: bool = True
    shows_seed: bool = True
    shows_recipe: bool = True
    shows_name: bool = True
    shows_origins: bool = False
    strips_metadata: bool = False
    is_public: bool = False
    password: str | None = None
    expires_at: datetime | None = None
    views_most: int | None = None


def create(user: User, subject: Subject, options: Options) -> Share:
    """A new link to `subject`, which is this person's. Raises InvalidInput, NotAllowed, OverLimit."""
    if isinstance(subject, Prediction) and subject.makes_text:
        raise NotAllowed("A link shows pictures, and this is a text. Copy the text instead.")
    gates.check_publishing()
    if Share.objects.filter(user=user, revoked_at__isnull=True)[:MOST].count() >= MOST:
        raise OverLimit("You have very many links. Take some back first.", retry_after_s=60)
    barred.check_may_publish(user)
    _check_standing(subject)
    holding.check_shareable(subject)
    _check_rate(f"shares:{user.pk}", "shares_per_hour", "You have made many links within the hour.")
    share = Share(user=user)
    setattr(share, str(subject._meta.model_name), subject)
    _apply(share, options)
    share.save(force_insert=True)
    return share


def change(share: Share, options: Options) -> Share:
    """Raises InvalidInput, NotAllowed."""
    if options.is_public and not share.is_public:
        gates.check_publishing()
        barred.check_may_publish(share.user)
    _apply(share, options)
    share.save(update_fields=[*(field.name for field in fields(Options)), *APPLIED])
    tell(share)
    return share


APPLIED = ("lock", "published_at", "publish_asked_at", "is_screened", "cover", "model")


def revoke(share: Share) -> None:
    """The link, its files, its card and its open pages end now. It cannot be undone: a new link has a new address."""
    now = timezone.now()
    Share.objects.filter(pk=share.pk).update(
        epoch=F("epoch") + 1,
        revoked_at=now,
        is_public=False,
        password="",
        views_most=None,
        publish_asked_at=None,
    )
    share.refresh_from_db(
        fields=["epoch", "revoked_at", "is_public", "password", "views_most", "publish_asked_at"]
    )
    tell(share)


def _check_rate(subject: str, limit: str, sentence: str) -> None:
    wait_s = throttle.wait_s(subject, most=settings.LIMITS[limit], window_s=HOUR_S)
    if wait_s:
        told = f"{sentence} The next one is possible in {throttle.spoken(wait_s)}."
        raise OverLimit(told, retry_after_s=wait_s)


def _check_standing(subject: Subject) -> None:
    """What a decision keeps from others gets no new link meanwhile."""
    if getattr(subject, "standing", 0) >= standing.HOLD:
        raise NotAllowed("This picture cannot be shared: it waits for a moderator, or a decision says so.")


def like(user: User, share: Share, *, is_liked: bool) -> int:
    """How many like it now. Raises NotAllowed where nobody may."""
    if user.is_guest:
        raise NotAllowed("Sign up to like what others publish.")
    barred.check_may_publish(user)
    if not share.is_public:
        raise NotAllowed("Only what is public can be liked.")
    _check_rate(f"likes:{user.pk}", "likes_per_hour", "You have liked many pictures within the hour.")
    with transaction.atomic():
        if is_liked:
            change = int(Like.objects.get_or_create(user=user, share=share)[1])
        else:
            change = -Like.objects.filter(user=user, share=share).delete()[0]
        if change:
            Share.objects.filter(pk=share.pk).update(likes=F("likes") + change)
    share.refresh_from_db(fields=["likes"])
    return share.likes


def _apply(share: Share, options: Options) -> None:
    for name in (field.name for field in fields(Options) if field.name != "password"):
        setattr(share, name, getattr(options, name))
    if options.password is not None:
        share.password = make_password(options.password) if options.password else ""
        share.lock += 1
    _publish(share)


def _publish(share: Share) -> None:
    """Where something has to be looked at first, it is unlisted until then."""
    is_asked, share.is_public = share.is_public, False
    share.cover = publishing.cover(share)
    share.model = share.cover.prediction.version.model if share.cover else None
    share.publish_asked_at = (share.publish_asked_at or timezone.now()) if is_asked else None
    if not is_asked:
        share.published_at, share.is_screened = None, False
        return
    wrong = next(_lacking(share), None)
    if wrong:
        raise InvalidInput([FieldError("is_public", PUBLIC_NEEDS[wrong])])
    publishing.enter(share)


def _lacking(share: Share) -> Iterator[str]:
    if share.user.is_guest:
        yield "account"
    if not share.user.handle:
        yield "handle"
    if share.has_door:
        yield "open"
    if share.cover is None:
        yield "picture"


def tell(share: Share) -> None:
    """What was drawn of it is void, and pages that watch it look again."""
    transaction.on_commit(partial(cards.remove, share.pk))
    for row in queries.watched_by(share):
        events.nudge_on_commit(row.pk, row.user_id, seq=row.seq)
