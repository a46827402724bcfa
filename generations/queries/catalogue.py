"""The models on offer: which the studio shows, and the catalogue as pages and programs list it."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.db.models import Case, IntegerField, OuterRef, Prefetch, Q, QuerySet, Subquery, Value, When

from accounts.models import User
from generations import standing
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
from generations.queries.programs import with_outputs

BROKEN = {"SETUP_FAILED", "CRASHING"}  # an engine that comes up, but cannot draw
WORDS_MAX = 8  # of a search
COLLECTION_MAX = 100
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
    """What the studio offers when nothing is chosen: the newest version that an engine reported and that draws."""
    served = served_versions()
    draws = next((version for version in served if not version.makes_text), None)
    everybodys = Version.objects.filter(_shown_to(None, "model__"), removed_at=None).select_related("model")
    return draws or next(iter(served), None) or everybodys.last()


def served_versions() -> list[Version]:
    """The newest version of every public model that an engine reported, newest first."""
    served = Version.objects.filter(
        _shown_to(None, "model__"), engines__is_enabled=True, removed_at=None
    ).select_related("model")
    newest: dict[int, Version] = {}
    for version in served.distinct().order_by("-created_at"):
        newest.setdefault(version.model_id, version)
    return list(newest.values())


def served_models() -> tuple[RegisteredModel, ...]:
    """The public models that an engine reported, in the order in which they came."""
    served = RegisteredModel.objects.filter(_shown_to(None), versions__engines__is_enabled=True)
    return tuple(served.distinct().order_by("pk"))


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


def search_models(viewer: Viewer, words: str) -> QuerySet[RegisteredModel]:
    """Models that hold every word, in their name or in what they say of themselves; those named so first."""
    rows = models_visible(viewer)
    found = _words(words)
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
    return rows.order_by(rank, "-run_count", "pk")


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
    examples = {example.model_id: example.prediction for example in _examples(ids).order_by("-pk")}
    return [Listed(model, versions.get(model.pk), examples.get(model.pk)) for model in models]


def versions_of(model: RegisteredModel) -> QuerySet[Version]:
    """Newest first."""
    rows = Version.objects.filter(model=model, removed_at=None).select_related("model")
    return rows.order_by("-created_at", "-pk")


def examples_of(model: RegisteredModel) -> list[Prediction]:
    """In the order in which they were chosen; a model shows a dozen at most."""
    return [example.prediction for example in _examples([model.pk]).order_by("pk")]


def collections() -> list[Collection]:
    return list(Collection.objects.order_by("slug"))


def search_collections(words: str) -> QuerySet[Collection]:
    rows = Collection.objects.order_by("slug")
    for word in _words(words):
        rows = rows.filter(Q(slug__icontains=word) | Q(name__icontains=word) | Q(description__icontains=word))
    return rows


def collection_models(collection: Collection, viewer: Viewer) -> list[Listed]:
    rows = models_visible(viewer).filter(collections=collection)
    return listed(rows.order_by("-run_count", "owner", "name")[:COLLECTION_MAX])


def deployments_of(user: User) -> QuerySet[Deployment]:
    return Deployment.objects.filter(user=user).select_related("user", "current__version__model")


def trainings_of(user: User) -> QuerySet[Training]:
    return Training.objects.filter(user=user).select_related("version__model", "destination")


def _words(text: str) -> list[str]:
    words = (word.strip("\"'") for word in text.replace("\0", " ").split())
    return [word for word in words if word][:WORDS_MAX]


def _shown_to(viewer: Viewer, to: str = "") -> Q:
    """Public models and their maker's own. `to`: how the rows that are filtered lead to the model."""
    public = Q(**{f"{to}visibility": Visibility.PUBLIC})
    if viewer is None or viewer.is_anonymous:
        return public
    return public | Q(**{f"{to}user": viewer.pk})


def _newest_of(model: Any) -> QuerySet[Version]:
    return Version.objects.filter(model=model, removed_at=None).order_by("-created_at", "-pk")


def _examples(models: list[int]) -> QuerySet[Example]:
    """Those that can still be shown: not what is in the bin, is withheld, or has lost its data."""
    hidden = Output.objects.filter(
        Q(trashed_at__isnull=False) | Q(is_published=False) | Q(standing__gte=standing.AGE_GATE)
    )
    rows = Example.objects.filter(model__in=models, prediction__data_removed_at=None)
    rows = rows.exclude(prediction__in=hidden.values("prediction"))
    shown = with_outputs(Prediction.objects.select_related("user"))
    return rows.prefetch_related(Prefetch("prediction", queryset=shown))
