"""From what a prediction was made: an edge for each picture or prediction that its person went on from."""

from typing import Any

from generations import references
from generations.models import Origin, OriginKind, Output, Prediction
from generations.references import START

Source = Output | Prediction


def record(made: Prediction, source: Source, *, kind: str | None = None) -> Origin:
    """Note that `made` comes from `source`; without a `kind`, what the two recipes say.

    Somebody else's work begins no common tree: the edge is kept, the tree stays each one's own.
    """
    parent = source.prediction if isinstance(source, Output) else source
    return Origin.objects.create(
        prediction=made,
        kind=kind or kind_of(source, made),
        parent=parent,
        output=source if isinstance(source, Output) else None,
        root=_root(parent) if parent.user_id == made.user_id else made.pk,
    )


def record_start(made: Prediction) -> None:
    """Note the picture that a start image names."""
    named = references.parse(made.input.get(START))
    if named is None or named.kind != "output":
        return
    rows = Output.objects.filter(pk=named.id, user_id=made.user_id).select_related("prediction")
    for output in rows:
        record(made, output, kind=OriginKind.START_IMAGE)


def kind_of(source: Source, made: Prediction) -> str:
    """The same to the seed: again. Another seed: varied. Anything else: changed."""
    parent = source.prediction if isinstance(source, Output) else source
    recipe = source.recipe if isinstance(source, Output) else source.input
    if parent.version.model_id != made.version.model_id or _apart(recipe) != _apart(made.input):
        return OriginKind.EDIT
    return OriginKind.AGAIN if recipe.get("seed") == made.input.get("seed") else OriginKind.VARY


def _apart(recipe: dict[str, Any]) -> dict[str, Any]:
    """What a picture is made of but for chance; how many were asked for says nothing of it."""
    return {name: value for name, value in recipe.items() if name not in ("seed", "num_outputs")}


def _root(parent: Prediction) -> str:
    first = Origin.objects.filter(prediction=parent).order_by("pk").values_list("root", flat=True).first()
    return first or parent.pk
