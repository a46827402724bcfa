"""What the filters of a search mean for rows of outputs; one function a kind, found by its name."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time

from django.db.models import F, Q, QuerySet
from django.utils import timezone

from accounts.models import User
from generations.ids import lower_bound
from generations.models import Album, Output, Placement, Share, Tag, Tagging, Version
from generations.queries.search import matching
from generations.search import Search, Term

FEW = 1000  # predictions with the words: so many are asked for by their ids


def narrowed(rows: QuerySet[Output], user: User, search: Search) -> QuerySet[Output]:
    """Those of `rows`, all of `user`, that the search asks for."""
    for term in search.filters:
        held = FILTERS[term.kind](user, term)
        rows = rows.exclude(held) if term.is_not else rows.filter(held)
    return _with_words(rows, user, search) if search.words else rows


def unknown_names(user: User, search: Search) -> list[str]:
    """A sentence for each tag, album or model that is asked for and is not there."""
    return [
        NOT_THERE[term.kind].format(term.value)
        for term in search.filters
        if term.kind in NOT_THERE and not NAMED[term.kind](user, term.value).exists()
    ]


def _with_words(rows: QuerySet[Output], user: User, search: Search) -> QuerySet[Output]:
    """Few are looked up by their ids; of many the next in order is soon found while the gallery is gone through."""
    entries = matching(user, search.words).values_list("prediction_id", flat=True)
    few = list(entries[: FEW + 1])
    return rows.filter(prediction__in=few if len(few) <= FEW else entries)


def _tags(user: User, name: str) -> QuerySet[Tag]:
    return Tag.objects.filter(user=user, name__iexact=name)


def _albums(user: User, name: str) -> QuerySet[Album]:
    return Album.objects.filter(user=user, name__iexact=name)


def _versions(user: User, ref: str) -> QuerySet[Version]:
    owner, _, name = ref.rpartition("/")
    rows = Version.objects.filter(model__name__iexact=name)
    return rows.filter(model__owner__iexact=owner) if owner else rows


def _tag(user: User, term: Term) -> Q:
    return Q(pk__in=Tagging.objects.filter(tag__in=_tags(user, term.value)).values("output"))


def _album(user: User, term: Term) -> Q:
    return Q(pk__in=Placement.objects.filter(album__in=_albums(user, term.value)).values("output"))


def _model(user: User, term: Term) -> Q:
    return Q(prediction__version__in=list(_versions(user, term.value).values_list("pk", flat=True)))


def _seed(user: User, term: Term) -> Q:
    return Q(seed=int(term.value))


def _rating(user: User, term: Term) -> Q:
    return Q(rating__gte=term.low, rating__lte=term.high)


def _size(user: User, term: Term) -> Q:
    shapes = {
        "wide": Q(width__gt=F("height")),
        "tall": Q(width__lt=F("height")),
        "square": Q(width=F("height")),
    }
    return shapes.get(term.value) or Q(width=term.low, height=term.high)


def _date(user: User, term: Term) -> Q:
    """An id tells when it was made, so a span of time is a span of ids."""
    since = Q(pk__gte=_first_id(term.since)) if term.since else Q()
    until = Q(pk__lt=_first_id(term.until)) if term.until else Q()
    return since & until


def _first_id(day: date) -> str:
    """The smallest id of a day, in the zone that the site tells times in."""
    start = datetime.combine(max(day, date(1970, 1, 2)), time.min)
    return lower_bound(timezone.make_aware(start).astimezone(UTC).timestamp())


def _is(user: User, term: Term) -> Q:
    return FLAGS[term.value](user)


def _shared(user: User) -> Q:
    """By a link that still works."""
    now = timezone.now()
    live = Share.objects.filter(user=user, revoked_at=None).filter(Q(expires_at=None) | Q(expires_at__gt=now))
    outputs = live.filter(output__isnull=False).values("output")
    predictions = live.filter(prediction__isnull=False).values("prediction")
    return Q(pk__in=outputs) | Q(prediction__in=predictions)


FLAGS: dict[str, Callable[[User], Q]] = {
    "favourite": lambda user: Q(is_favourite=True),
    "rated": lambda user: Q(rating__gt=0),
    "tagged": lambda user: Q(pk__in=Tagging.objects.filter(tag__user=user).values("output")),
    "placed": lambda user: Q(pk__in=Placement.objects.filter(album__user=user).values("output")),
    "shared": _shared,
}
FILTERS: dict[str, Callable[[User, Term], Q]] = {
    "tag": _tag,
    "album": _album,
    "model": _model,
    "seed": _seed,
    "rating": _rating,
    "size": _size,
    "before": _date,
    "after": _date,
    "on": _date,
    "is": _is,
}
NAMED: dict[str, Callable[[User, str], QuerySet]] = {"tag": _tags, "album": _albums, "model": _versions}
NOT_THERE = {
    "tag": "You have no tag “{}”.",
    "album": "You have no album “{}”.",
    "model": "There is no model “{}” on this site.",
}
