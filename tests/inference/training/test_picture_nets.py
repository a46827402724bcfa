"""Denoiser, decoders and what is exported of them: shapes, the closed-form guess, and no row knows its neighbours."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("onnx")
onnxruntime = pytest.importorskip("onnxruntime")

from inference.preview import LinearMap
from inference.runners.picto.composition import CONDITIONS
from inference.training import export, machine
from inference.training.decoder import Decoder
from inference.training.denoiser import Denoiser, loss_of
from inference.training.latent import CHANNELS, Latent, fit


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A latent, and networks that have learned nothing but are not trivial, as checkpoints."""
    at = tmp_path_factory.mktemp("training")
    torch.manual_seed(1)
    torch.set_num_threads(1)
    smooth = np.random.default_rng(0).random((6, 16, 16, 3), np.float32).repeat(16, axis=1).repeat(16, axis=2)
    fit(at, smooth + np.random.default_rng(1).normal(0, 0.05, smooth.shape).astype(np.float32))
    for name, net in (("denoiser", Denoiser()), ("decoder", Decoder(Latent.load(at)))):
        for parameter in net.parameters():
            parameter.data += 0.02 * torch.randn_like(parameter)
        machine.save(at / f"{name}.pt", {"average": net.state_dict()})
    export.export(folder=at)
    return at


def session(path: Path) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    return onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])


def rows(count: int, high: int, wide: int) -> dict[str, np.ndarray]:
    dice = np.random.default_rng(4)
    return {
        "x": dice.standard_normal((count, CHANNELS, high, wide), np.float32),
        "t": np.linspace(0, 0.6, count, dtype=np.float32),
        "coarse": dice.standard_normal((count, CHANNELS, high, wide), np.float32),
        "cond": dice.random((count, CONDITIONS), np.float32),
    }


@pytest.mark.parametrize(("high", "wide"), [(16, 16), (16, 12), (12, 16), (9, 16)])
def test_a_row_is_the_same_alone_and_in_a_batch(folder: Path, high: int, wide: int) -> None:
    """Bit for bit on one thread, at every shape, for the denoiser and both decoders."""
    given = rows(4, high, wide)
    net = session(folder / "onnx" / "denoiser.onnx")
    (together,) = net.run(None, given)
    for i in range(4):
        (alone,) = net.run(None, {name: values[i : i + 1] for name, values in given.items()})
        assert np.array_equal(together[i], alone[0])
    for name, cell in (("decoder", 16), ("decoder_512", 32)):
        graph = session(folder / "onnx" / f"{name}.onnx")
        (pictures,) = graph.run(None, {"latent": given["x"]})
        assert pictures.shape == (4, 3, high * cell, wide * cell)
        (alone,) = graph.run(None, {"latent": given["x"][2:3]})
        assert np.array_equal(pictures[2], alone[0])


def test_the_graph_is_the_network(folder: Path) -> None:
    """But for the rounding of its weights."""
    state = machine.load(folder / "denoiser.pt")
    net = Denoiser()
    net.load_state_dict(state["average"])
    given = rows(2, 16, 16)
    with torch.no_grad():
        wanted = net.eval()(*(torch.from_numpy(given[name]) for name in ("x", "t", "coarse", "cond"))).numpy()
    (found,) = session(folder / "onnx" / "denoiser.onnx").run(None, given)
    assert np.abs(found - wanted).mean() < 0.03 * np.abs(wanted).mean()


def test_without_learning_the_guess_is_the_closed_form() -> None:
    """A new network trusts the rough picture by its measured error, and the noise by the time."""
    net = Denoiser()
    torch.nn.init.constant_(net.gate.bias, -40.0)
    net.error.fill_(0.04)
    x, coarse = torch.randn(1, CHANNELS, 4, 4), torch.randn(1, CHANNELS, 4, 4)
    condition = torch.ones(1, CONDITIONS)
    with torch.no_grad():
        start = net.truth(x, torch.tensor([0.0]), coarse, condition)
        half = net.truth(x, torch.tensor([0.5]), coarse, condition)
    assert torch.allclose(start, coarse, atol=1e-4)
    assert torch.allclose(half, (coarse * 25 + x * 0.5 / 0.25) / (25 + 1), atol=1e-4)


def test_learning_lowers_the_loss() -> None:
    """Thirty steps on four scenes are enough to see it."""
    torch.manual_seed(2)
    net = Denoiser()
    truth = torch.randn(4, CHANNELS, 8, 8)
    coarse, condition = truth + 0.3 * torch.randn_like(truth), torch.ones(4, CONDITIONS)
    net.error.fill_(0.09)
    optimizer = torch.optim.AdamW(net.parameters(), lr=2e-3)
    losses = []
    for _ in range(30):
        loss = loss_of(net, truth, coarse, condition)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    assert np.mean(losses[-5:]) < 0.92 * np.mean(losses[:5])


def test_encoder_and_preview_belong_to_the_latent(folder: Path) -> None:
    """The exported encoder is the closed form; the preview is the linear inverse at half the size."""
    latent = Latent.load(folder)
    picture = np.random.default_rng(3).random((16, 12, 3), np.float32).repeat(16, axis=0).repeat(16, axis=1)
    (found,) = session(folder / "onnx" / "encoder.onnx").run(
        None, {"image": picture.transpose(2, 0, 1)[None]}
    )
    assert np.allclose(found[0], latent.encode(picture), atol=1e-3)
    shown = LinearMap.load(folder / "onnx" / "preview.npy").rgb(found[0])
    exact = latent.decode(found[0])
    halved = exact.reshape(128, 2, 96, 2, 3).mean(axis=(1, 3))
    assert np.abs(shown - halved.clip(0, 1)).max() < 1e-3
