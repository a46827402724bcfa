"""The dictionary: two linear codes in a row, in closed form."""

import numpy as np

from inference.training import dictionary


def drawn(count):
    """[count, 96, 96, 4] bytes: discs of different places, sizes and colours."""
    dice = np.random.default_rng(3)
    y, x = np.mgrid[0:96, 0:96]
    pictures = np.zeros((count, 96, 96, 4), np.uint8)
    for picture in pictures:
        across, down, radius = dice.uniform(30, 66), dice.uniform(30, 66), dice.uniform(12, 28)
        inside = (x - across) ** 2 + (y - down) ** 2 < radius**2
        picture[inside] = (*dice.integers(0, 255, 3), 255)
    return pictures


def test_cutting_into_patches_can_be_undone():
    pixels = np.random.default_rng(0).random((3, 96, 96, 4), np.float32)
    patches = dictionary.to_patches(pixels)
    assert patches.shape == (3, 144, 256)
    assert np.array_equal(dictionary.from_patches(patches), pixels)


def test_as_many_components_as_drawings_keep_every_drawing():
    rows = np.random.default_rng(0).random((12, 50)).astype(np.float32)
    codes, basis, mean = dictionary.drawing_transform(rows, components=11)
    assert np.allclose(codes @ basis + mean, rows, atol=1e-4)
    assert np.allclose(basis @ basis.T, np.eye(11), atol=1e-3)


def test_components_come_strongest_first():
    rows = np.random.default_rng(0).random((12, 50)).astype(np.float32)
    codes, _, _ = dictionary.drawing_transform(rows, components=11)
    strength = (codes**2).sum(axis=0)
    assert (np.diff(strength) <= 1e-4).all()


def test_small_numbers_keep_their_sign_and_size_in_eight_bits():
    table = np.random.default_rng(0).standard_normal((20, 30)).astype(np.float32)
    levels, scale = dictionary.quantize(table, axis=1)
    assert levels.dtype == np.int8
    assert np.abs(levels * scale - table).max() <= scale.max() / 2 + 1e-6


def test_drawings_come_back_from_their_codes(tmp_path):
    exact = np.repeat(np.repeat(drawn(40), 2, axis=1), 2, axis=2).reshape(8, 5, 192, 192, 4)
    (tmp_path / "drawings").mkdir()
    np.save(tmp_path / "drawings" / "rgba192.npy", exact)
    dictionary.run(folder=tmp_path)
    decoded = np.load(tmp_path / "drawings" / "decoded96.npy")
    assert decoded.shape == (8, 5, 96, 96, 4)
    assert dictionary.psnr(decoded.reshape(-1, 96, 96, 4), dictionary.halved(exact)) > 24
