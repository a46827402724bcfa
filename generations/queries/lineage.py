"""The tree that a picture stands in: what it was made from, what was made from it, and what changed each time.

Only what its person made is read: of a parent that is gone, or somebody else's, the tree says that and no more.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db.models import QuerySet

from generations.models import Origin, OriginKind, Output, Prediction
from generations.recipes import Difference, difference

LOOKED_AT = 300  # edges on either side in time
SHOWN = 120  # predictions
DEEP = 60  # parents above the picture

Edge = tuple[str, str | None]  # child and parent


@dataclass(slots=True)
class Node:
    """One prediction of the tree. `prediction` None: it was deleted. `source`: the picture that it was made from."""

    prediction: Prediction | None
    outputs: list[Output] = field(default_factory=list)
    kind: str = ""
    source: Output | None = None
    is_foreign: bool = False  # it was made from somebody else's picture
    difference: Difference = field(default_factory=Difference)
    is_here: bool = False
    children: list["Node"] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Step:
    """A node in the order of reading: `opens` a list before it; after one without children `closes` lists end."""

    node: Node
    opens: bool
    closes: range


@dataclass(frozen=True, slots=True)
class Tree:
    steps: list[Step]
    size: int
    hidden: int  # predictions that are not shown, because there are too many


def has_lineage(output: Output) -> bool:
    """Was it made from something, or something from it?"""
    made = Origin.objects.filter(prediction=output.prediction_id)
    return made.exists() or Origin.objects.filter(root=output.prediction_id).exists()


def lineage_of(output: Output) -> Tree:
    """Bounded in size and in queries, however large the tree is."""
    here = output.prediction_id
    first = Origin.objects.filter(prediction=here).order_by("pk").values_list("root", flat=True).first()
    root = first or here
    edges = Origin.objects.filter(root=root, prediction__user_id=output.user_id)
    near = _near(edges, here)
    kept = _kept(near, here=here, root=root)
    nodes = _nodes(kept, output=output)
    _join(nodes, edges.filter(prediction__in=kept), user_id=output.user_id)
    total = edges.exclude(prediction=root).values("prediction").distinct().count() + 1
    return Tree(
        list(_read_out(_top(nodes, near, root=root))), size=len(nodes), hidden=max(0, total - len(nodes))
    )


def _near(edges: QuerySet[Origin], here: str) -> dict[str, str | None]:
    """Child → parent, around the picture in time."""
    pairs = edges.order_by("-pk").values_list("prediction_id", "parent_id")
    older = pairs.filter(prediction_id__lte=here).order_by("-prediction_id", "-pk")[:LOOKED_AT]
    newer = pairs.filter(prediction_id__gt=here).order_by("prediction_id", "-pk")[:LOOKED_AT]
    return dict([*older, *newer])


def _kept(near: dict[str, str | None], *, here: str, root: str) -> list[str]:
    """The picture, all above it, then what is closest to it."""
    kept = dict.fromkeys([here])
    above: str | None = here
    for _ in range(DEEP):
        above = near.get(above) if above else None
        if above is None:
            break
        kept[above] = None
    kept[root] = None
    below: dict[str | None, list[str]] = defaultdict(list)
    for child, parent in near.items():
        below[parent].append(child)
    queue = list(kept)
    while queue and len(kept) < SHOWN:
        fresh = [child for child in sorted(below[queue.pop(0)]) if child not in kept]
        fresh = fresh[: SHOWN - len(kept)]
        kept |= dict.fromkeys(fresh)
        queue += fresh
    orphans = [child for child, parent in near.items() if parent is None and child not in kept]
    return [*kept, *orphans[: max(0, SHOWN - len(kept))]]


def _nodes(ids: Iterable[str], *, output: Output) -> dict[str, Node]:
    rows = Prediction.objects.filter(pk__in=ids, user_id=output.user_id).select_related("version__model")
    found = {row.pk: Node(row, is_here=row.pk == output.prediction_id) for row in rows}
    made = Output.objects.filter(prediction__in=found, is_published=True, trashed_at=None).order_by("index")
    for each in made.select_related("prediction"):
        found[each.prediction_id].outputs.append(each)
    return found


def _join(nodes: dict[str, Node], edges: QuerySet[Origin], *, user_id: int) -> None:
    """Each node under its parent, with what changed on the way."""
    for edge in edges.select_related("output__prediction", "parent").order_by("-pk"):
        node, parent = nodes.get(edge.prediction_id), edge.parent
        if node is None or node.prediction is None:
            continue
        node.kind = edge.kind
        if parent is None or parent.user_id != user_id:
            node.is_foreign = parent is not None
            continue
        node.source = edge.output if edge.output and edge.output.is_published else None
        _tell(node, parent, edge)


def _tell(node: Node, parent: Prediction, edge: Origin) -> None:
    child = node.prediction
    if child is None or edge.kind == OriginKind.START_IMAGE:
        return
    recipe = edge.output.recipe if edge.output else parent.input
    node.difference = difference(child.version.schema, recipe, {**child.input, "prompt": child.prompt})


def _top(nodes: dict[str, Node], near: dict[str, str | None], *, root: str) -> Node:
    """Children put below their parents; what lost its parent hangs at the root."""
    top = nodes.get(root) or Node(None)
    for id in sorted(nodes):
        if id != root:
            (nodes.get(near.get(id) or "") or top).children.append(nodes[id])
    return top


def _read_out(top: Node) -> Iterable[Step]:
    """Depth first, without recursion: a chain may be long."""
    stack = [(top, False, 0)]
    while stack:
        node, opens, ending = stack.pop()
        yield Step(node, opens, range(0 if node.children else ending))
        last = len(node.children) - 1
        below = [
            (child, place == 0, ending + 1 if place == last else 0)
            for place, child in enumerate(node.children)
        ]
        stack += below[::-1]
