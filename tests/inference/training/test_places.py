"""Every place is painted, in sixteen ways, and the bank keeps what was painted."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from inference.runners.picto.places import AFLOAT, INDOORS, Bank
from inference.runners.picto.scene import PLACES

pytest.importorskip("resvg_py")

from inference.training import bank, latent
from inference.training.painted import Painted
from inference.training.places import VARIANTS, paint


@pytest.mark.parametrize("name", PLACES)
def test_a_place_is_painted_all_over(name: str) -> None:
    """No hole is left, and its sky lies above its land."""
    picture, sky = paint(PLACES.index(name), 0).draw(scale=1)
    assert picture.shape == (256, 320, 3)
    assert sky.shape == (256, 320)
    assert picture.std() > 8
    if PLACES.index(name) not in AFLOAT | INDOORS:
        assert sky[:20].mean() > 150
        assert sky[250:].mean() < 30


@pytest.mark.parametrize("name", PLACES)
def test_variants_differ_and_come_back_the_same(name: str) -> None:
    """A number is a painting; two numbers are two."""
    place = PLACES.index(name)
    first, again, other = (paint(place, number).draw(scale=0.5)[0] for number in (0, 0, 1))
    assert np.array_equal(first, again)
    assert np.abs(first.astype(int) - other).mean() > 2
    assert VARIANTS >= 16


def test_the_bank_gives_back_what_was_painted(tmp_path: Path) -> None:
    """Within the rounding of its codes; the sky as a mask; sky colours and horizon as they were."""
    (tmp_path / "places").mkdir()
    count = len(PLACES)
    pictures = np.zeros((count, 512, 640, 3), np.uint8)
    skies = np.zeros((count, 512, 640), np.uint8)
    facts = np.zeros((count, 7), np.float32)
    for number in range(0, count, 4):
        painting = paint(number, 0)
        pictures[number], skies[number] = painting.draw(scale=2)
        facts[number, 6] = painting.horizon / 256
    for name, values in (("pictures", pictures), ("sky", skies), ("facts", facts)):
        np.save(tmp_path / "places" / f"{name}.npy", values)
    latent.fit(tmp_path, pictures[::4, ::2, ::2].astype(np.float32) / 255)
    bank.run(folder=tmp_path)
    found, painted = Bank.load(tmp_path / "onnx" / "places.npz"), Painted.load(tmp_path)
    assert found.variants == painted.variants == 1
    for number in range(0, count, 4):
        kept, exact = found.backdrop(number, 0), painted.backdrop(number, 0)
        small = exact.picture.reshape(256, 2, 320, 2, 3).mean(axis=(1, 3))
        assert np.abs(kept.picture - small).mean() < 3.5
        assert np.abs(kept.sky.astype(int) - exact.sky[::2, ::2]).mean() < 4
        assert kept.horizon == exact.horizon
