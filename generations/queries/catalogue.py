"""The models on offer: which the studio shows, and the catalogue as pages and programs list it."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.db.models import Case, F, IntegerField, OuterRef, Q, QuerySet, Subquery, Value, When

from accounts.models import User
from generations.models import (
    Collection,
    Deployment,
    Engine,
    Example,
    Output,
    Prediction,
    RegisteredModel,
    Training,
    Version,
    Visibility,
)
from generations.queries.pages import Page

BROKEN = {"SETUP_FAILED", "CRASHING"}  # an engine that comes up, but cannot draw
PAGE = 100
WORDS_MAX = 8  # of a search
SORTS = ("model_created_at", "latest_version_created_at")
Viewer = User | AnonymousUser | None


@dataclass(frozen=True, slots=True)
class Hardware:
    name: str
    sku: str


@dataclass(frozen=True, slots=True)
class Listed:
    """A model with its newest version, and the prediction that shows what it does."""

    model: RegisteredModel
    version: Version | None
    example: Prediction | None


def default_version() -> Version | None:
    """What the studio offers when nothing is chosen: the newest version that an engine reported, in its order."""
    everybodys = Version.objects.filter(_shown_to(None, "model__"), removed_at=None).select_related("model")
    served = everybodys.filter(engines__is_enabled=True)
    return served.order_by("-created_at").first() or everybodys.last()


def served_versions() -> list[Version]:
    """The newest version of every public model that an engine reported, newest first."""
    served = Version.objects.filter(
        _shown_to(None, "model__"), engines__is_enabled=True, removed_at=None
    ).select_related("model")
    newest: dict[int, Version] = {}
    for version in served.distinct().order_by("-created_at"):
        newest.setdefault(version.model_id, version)
    return list(newest.values())


def version_of(ref: str, viewer: Viewer = None) -> Version | None:
    """The newest version of "owner/name", when this person may see the model."""
    owner, _, name = ref.partition("/")
    rows = Version.objects.filter(
        _shown_to(viewer, "model__"), model__owner=owner, model__name=name, removed_at=None
    )
    return rows.select_related("model").order_by("-created_at").first()


def catalogue() -> list[RegisteredModel]:
    return list(RegisteredModel.objects.filter(_shown_to(None)).order_by("owner", "name"))


def is_out_of_order() -> bool:
    """Has every engine said that it cannot draw? One that is silent or starting may still come."""
    statuses = set(Engine.objects.filter(is_enabled=True).values_list("status", flat=True))
    return bool(statuses) and statuses <= BROKEN


def hardware() -> list[Hardware]:
    """What a model can be run on here: engines share one kind."""
    return [Hardware("CPU", "cpu")]


# The catalogue


def models_visible(viewer: Viewer) -> QuerySet[RegisteredModel]:
    """Public ones and one's own."""
    return RegisteredModel.objects.filter(_shown_to(viewer))


def models_page(
    viewer: Viewer, *, sort: str = SORTS[0], ascending: bool = False, after: str = ""
) -> Page[Listed]:
    """`after`: `next` of the page before. Raises ValueError for an `after` that no page gave."""
    rows = models_visible(viewer)
    if sort == SORTS[1]:
        rows = rows.annotate(at=Subquery(_newest_of(OuterRef("pk")).values("created_at")[:1]))
        rows = rows.order_by(
            F("at").asc(nulls_first=True) if ascending else F("at").desc(nulls_last=True), "pk"
        )
    else:
        rows = rows.order_by(*(("created_at", "pk") if ascending else ("-created_at", "-pk")))
    return _stretch(rows, after)


def search_models(viewer: Viewer, words: str, *, after: str = "", most: int = PAGE) -> Page[Listed]:
    """Models that hold every word, in their name or in what they say of themselves; those named so first."""
    rows = models_visible(viewer)
    found = words.replace("\0", " ").split()[:WORDS_MAX]
    for word in found:
        rows = rows.filter(
            Q(owner__icontains=word)
            | Q(name__icontains=word)
            | Q(title__icontains=word)
            | Q(description__icontains=word)
            | Q(readme__icontains=word)
        )
    first = found[0] if found else ""
    rank = Case(
        When(name__iexact=first, then=Value(0)),
        When(name__icontains=first, then=Value(1)),
        When(title__icontains=first, then=Value(2)),
        default=Value(3),
        output_field=IntegerField(),
    )
    return _stretch(rows.order_by(rank, "-run_count", "pk"), after, most=most)


def listed(models: Iterable[RegisteredModel]) -> list[Listed]:
    """Each with its newest version and first example; two queries for any number."""
    models = list(models)
    ids = [model.pk for model in models]
    newest = Version.objects.filter(
        pk__in=RegisteredModel.objects.filter(pk__in=ids).values(
            newest=Subquery(_newest_of(OuterRef("pk")).values("pk")[:1])
        )
    ).select_related("model")
    versions = {version.model_id: version for version in newest}
    shown = _examples().filter(model__in=ids).order_by("-pk")
    examples = {example.model_id: example.prediction for example in shown}
    return [Listed(model, versions.get(model.pk), examples.get(model.pk)) for model in models]


def versions_of(model: RegisteredModel, *, after: str = "") -> Page[Version]:
    rows = Version.objects.filter(model=model, removed_at=None).select_related("model")
    return _page(rows.order_by("-created_at", "pk"), after)


def examples_of(model: RegisteredModel, *, after: str = "") -> Page[Prediction]:
    page = _page(_examples().filter(model=model).order_by("pk"), after)
    return Page([example.prediction for example in page.items], page.next)


def collections_page(*, after: str = "") -> Page[Collection]:
    return _page(Collection.objects.order_by("slug"), after)


def collection_models(collection: Collection, viewer: Viewer) -> list[Listed]:
    rows = models_visible(viewer).filter(collections=collection)
    return listed(rows.order_by("-run_count", "owner", "name")[:PAGE])


def search_collections(words: str, *, most: int) -> list[Collection]:
    rows = Collection.objects.all()
    for word in words.replace("\0", " ").split()[:WORDS_MAX]:
        rows = rows.filter(Q(slug__icontains=word) | Q(name__icontains=word) | Q(description__icontains=word))
    return list(rows.order_by("slug")[:most])


def deployments_page(user: User, *, after: str = "") -> Page[Deployment]:
    rows = Deployment.objects.filter(user=user).select_related("user", "current__version__model")
    return _page(rows.order_by("-pk"), after)


def trainings_page(user: User, *, after: str = "") -> Page[Training]:
    rows = Training.objects.filter(user=user).select_related("version__model", "destination")
    return _page(rows.order_by("-pk"), after)


def _shown_to(viewer: Viewer, to: str = "") -> Q:
    """Public models and their maker's own. `to`: how the rows that are filtered lead to the model."""
    public = Q(**{f"{to}visibility": Visibility.PUBLIC})
    if viewer is None or viewer.is_anonymous:
        return public
    return public | Q(**{f"{to}user": viewer.pk})


def _newest_of(model: Any) -> QuerySet[Version]:
    return Version.objects.filter(model=model, removed_at=None).order_by("-created_at", "pk")


def _examples() -> QuerySet[Example]:
    """Those that can still be shown: what is in the bin is not."""
    hidden = Output.objects.filter(Q(trashed_at__isnull=False) | Q(is_published=False))
    rows = Example.objects.exclude(prediction__in=hidden.values("prediction"))
    return rows.select_related("prediction__version__model", "prediction__user")


def _stretch(rows: QuerySet[RegisteredModel], after: str, *, most: int = PAGE) -> Page[Listed]:
    page = _page(rows, after, most=most)
    return Page(listed(page.items), page.next)


def _page(rows: QuerySet[Any], after: str, *, most: int = PAGE) -> Page[Any]:
    """Catalogues are short, so a place in them is a number."""
    start = int(after) if after.isascii() and after.isdecimal() and len(after) < 10 else 0
    if after and not start:
        raise ValueError("This is no place in the list.")
    items = list(rows[start : start + most + 1])
    return Page(items[:most], str(start + most) if len(items) > most else None)
