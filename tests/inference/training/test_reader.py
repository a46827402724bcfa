"""The reader's network, untrained: what must hold of it before it has learned anything. Needs the `train` extra."""

from __future__ import annotations

import pytest

torch = pytest.importorskip("torch")

from inference.runners.picto.scene import PLACES, THINGS_MAX
from inference.training.captions import Caption
from inference.training.phrases import Named
from inference.training.reader import Exported, Reader
from inference.training.said import IGNORED
from inference.training.text_features import BANK, KEYS, WIDTH
from inference.training.train_reader import RIGHT_MAX, answers_of, loss_of

KNOWN = 7


@pytest.fixture
def reader() -> Reader:
    torch.manual_seed(1)
    return Reader(torch.randn(KNOWN, KEYS, WIDTH)).eval()


def test_a_things_own_name_is_its_first_answer(reader):
    """The keys begin as the vectors of the names, so that it knows them before it has learned anything."""
    tokens = reader.keys[:, :1].detach()
    answers = reader(tokens, torch.ones(KNOWN, 1))
    assert answers["things"][:, 0, :KNOWN].argmax(-1).tolist() == list(range(KNOWN))


def test_padding_changes_nothing(reader):
    tokens = torch.randn(1, 5, WIDTH)
    padded = torch.cat([tokens, torch.randn(1, 3, WIDTH)], dim=1)
    mask = torch.tensor([[1.0] * 5 + [0.0] * 3])
    alone, beside = reader(tokens, torch.ones(1, 5)), reader(padded, mask)
    for name in ("things", "style", "count", "features"):
        assert torch.allclose(alone[name], beside[name], atol=1e-5), name


def test_the_graph_gives_probabilities(reader):
    with torch.no_grad():
        given = Exported(reader, bank(torch.randn(KNOWN, BANK, WIDTH)))(
            torch.randn(2, 4, WIDTH), torch.ones(2, 4, dtype=torch.int64)
        )
    answers = dict(zip(Exported.OUTPUTS, given, strict=True))
    assert answers["things"].shape == (2, THINGS_MAX, KNOWN + 2)
    assert answers["place"].shape == (2, len(PLACES) + 1)
    for name in ("things", "pointing", "count", "size", "relation", "style", "place", "light", "weather"):
        assert torch.allclose(answers[name].sum(-1), torch.ones(())), name
    for name in ("used", "recolour", "ground", "colour", "ground_rgb"):
        assert ((answers[name] >= 0) & (answers[name] <= 1)).all(), name


def test_a_second_opinion_moves_what_is_known_and_nothing_else(reader):
    """The bank decides between things, not whether there is one."""
    tokens, mask = torch.randn(1, 4, WIDTH), torch.ones(1, 4, dtype=torch.int64)
    vectors = torch.randn(KNOWN, BANK, WIDTH)
    with torch.no_grad():
        plain = torch.softmax(reader(tokens, mask.float())["things"], -1)
        vectors[4] = reader(tokens, mask.float())["around"][0, 0]
        agreed = Exported(reader, bank(vectors))(tokens, mask)[0]
    assert torch.allclose(agreed[..., KNOWN:], plain[..., KNOWN:])
    assert torch.allclose(agreed.sum(-1), torch.ones(()))
    assert agreed[0, 0, 4] > plain[0, 0, 4]


def bank(vectors: torch.Tensor) -> torch.Tensor:
    return vectors / vectors.norm(dim=-1, keepdim=True)


def test_answers_of_captions_are_numbered():
    """A thing, an unknown one and an empty slot; what is not said has the last number."""
    caption = Caption(
        text="two blue cats and a stapler",
        spans=[],
        things=[Named([3], count=2, colour=(0, 0, 1)), Named([])],
        relation=1,
        place=4,
    )
    right = answers_of([caption], known=KNOWN)
    assert right["right"].shape == (1, THINGS_MAX, RIGHT_MAX)
    assert right["right"][0, :, 0].tolist() == [3, KNOWN, KNOWN + 1]
    assert right["count"][0].tolist() == [1, 0, 0]
    assert right["colours"][0, 0].tolist() == [1, 0, 0, 1]
    assert (right["place"][0], right["light"][0], right["relation"][0]) == (4, 4, 1)


def test_any_of_several_right_answers_is_good(reader):
    """Of a shared word's things none is preferred: the loss is the same whichever comes first."""
    answers = reader(torch.randn(1, 3, WIDTH), torch.ones(1, 3))
    losses = []
    for numbers in ([1, 2], [2, 1]):
        caption = Caption(text="a pet", spans=[], things=[Named(numbers)])
        right = {
            name: torch.from_numpy(values) for name, values in answers_of([caption], known=KNOWN).items()
        }
        right["roles"] = torch.full((1, 3), IGNORED)
        losses.append(float(loss_of(answers, right, known=KNOWN)["thing"]))
    assert losses[0] == pytest.approx(losses[1])
