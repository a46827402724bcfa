"""Origins: what a prediction was made from, of which kind, and in which tree."""

import pytest

from generations.models import Origin, OriginKind, Output, Prediction
from generations.services import predictions


@pytest.fixture
def parent(alice, create, make_stored, engine) -> Output:
    """A picture of "a fox" in 10 steps with the seed 7, one of two."""
    row = create(alice, seed=7, num_outputs=2)
    output = Output(prediction=row, user=alice, index=1, key="k", size=1, sha256="0" * 64, seed=8)
    output.width = output.height = 1
    output.save(force_insert=True)
    return output


@pytest.mark.parametrize(
    ("input", "kind"),
    [
        ({"prompt": "a fox", "seed": 8}, OriginKind.AGAIN),
        ({"prompt": "a fox", "seed": 8, "num_outputs": 4}, OriginKind.AGAIN),
        ({"prompt": "a fox", "seed": 9}, OriginKind.VARY),
        ({"prompt": "a fox"}, OriginKind.VARY),
        ({"prompt": "a hen", "seed": 8}, OriginKind.EDIT),
        ({"prompt": "a fox", "steps": 11, "seed": 8}, OriginKind.EDIT),
    ],
)
def test_the_recipes_say_which_kind(alice, version, parent, input, kind):
    """The same to the seed, another seed, or something changed; the number asked for does not matter."""
    made = predictions.create(alice, version, input, origin=parent)
    origin = made.origins.get()
    assert (origin.kind, origin.parent, origin.output) == (kind, parent.prediction, parent)


def test_a_tree_has_one_root(alice, version, parent):
    """Child and grandchild name the prediction that all began with."""
    child = predictions.create(alice, version, {"prompt": "a hen"}, origin=parent)
    grandchild = predictions.create(alice, version, {"prompt": "a cat"}, origin=child)
    assert set(Origin.objects.values_list("root", flat=True)) == {parent.prediction_id}
    assert grandchild.origins.get().output is None


def test_somebody_elses_work_begins_no_common_tree(alice, bob, version, parent):
    """The edge is kept, and the tree of each stays their own."""
    made = predictions.create(bob, version, {"prompt": "a fox"}, origin=parent)
    assert made.origins.get().root == made.pk


def test_a_deleted_parent_leaves_the_edge(alice, version, parent):
    """What was made from it keeps its place in the tree."""
    made = predictions.create(alice, version, {"prompt": "a hen"}, origin=parent)
    root = parent.prediction_id
    Prediction.objects.filter(pk=root).delete()
    origin = made.origins.get()
    assert (origin.parent, origin.output, origin.root) == (None, None, root)


def test_a_refused_prediction_leaves_no_edge(alice, version, parent, settings):
    """An edge comes with its prediction or not at all."""
    settings.LIMITS = {**settings.LIMITS, "per_day": 1}
    with pytest.raises(Exception, match="within a day"):
        predictions.create(alice, version, {"prompt": "a hen"}, origin=parent)
    assert not Origin.objects.exists()
