"""The composition puts every thing where the scene says, and looks the same each time."""

from __future__ import annotations

import numpy as np
import pytest

from inference.runners import flow
from inference.runners.picto import composition
from inference.runners.picto.arrangement import Placement, arrange
from inference.runners.picto.composition import compose, plan, render
from inference.runners.picto.places import OPEN_AIR, Backdrop
from inference.runners.picto.scene import (
    COMPOSITION_DICE,
    LIGHTS,
    PLACES,
    POSITIONS,
    RELATIONS,
    SIZES,
    STYLES,
    WEATHERS,
    Floats,
    Scene,
    Thing,
)

RED, GREEN, BLUE = (0.9, 0.1, 0.1), (0.1, 0.75, 0.2), (0.15, 0.3, 0.85)
WHITE = ((1.0, 1.0, 1.0), (1.0, 1.0, 1.0))
ASPECTS = [(256, 256), (192, 256), (256, 192), (256, 144)]


class Flat:
    """Places of a blue sky over a green ground."""

    variants = 4

    def backdrop(self, place: int, variant: int) -> Backdrop:
        picture = np.zeros((256, 320, 3), np.uint8)
        picture[:150], picture[150:] = (110, 180, 240), (120, 180, 90)
        sky = np.zeros((256, 320), np.uint8)
        sky[:150] = 255
        colours = np.array([[110, 180, 240], [110, 180, 240]], np.float32) / 255
        return Backdrop(picture=picture, sky=sky, skies=colours, horizon=150 / 256)


def disc(colour: tuple[float, float, float], *, size: int = 96) -> Floats:
    """A round drawing [size, size, 4] with a margin, as all drawings have."""
    y, x = np.mgrid[:size, :size] - (size - 1) / 2
    alpha = np.clip(size * 0.42 - np.hypot(x, y), 0, 1).astype(np.float32)[..., None]
    return np.concatenate([np.array(colour, np.float32) * alpha, alpha], axis=-1)


def thing(number: int = 0, **more: object) -> Thing:
    return Thing(number, np.zeros(384, np.float32), **more)  # type: ignore[arg-type]


def drawn(scene: Scene, *, seed: int = 3, size: tuple[int, int] = (256, 256)) -> Floats:
    drawings = [disc(colour) for colour in (RED, GREEN, BLUE)][: len(scene.things)]
    dice = flow.dice(seed, COMPOSITION_DICE)
    return compose(scene, dice=dice, drawings=drawings, places=Flat(), width=size[0], height=size[1])[0]


def arranged(scene: Scene, *, seed: int = 3, size: tuple[int, int] = (256, 256)) -> list[Placement]:
    settled = plan(scene, dice=flow.dice(seed, COMPOSITION_DICE), variants=4, width=size[0], height=size[1])
    return arrange(settled.spots, [disc(RED) for _ in scene.things], unit=min(size))


def like(picture: Floats, colour: tuple[float, float, float]) -> np.ndarray:
    """[h, w]: which pixels have this colour."""
    return np.abs(picture - np.array(colour, np.float32)).max(axis=-1) < 0.12


def middle(mask: np.ndarray) -> tuple[float, float]:
    """x and y of a mask's centre."""
    y, x = np.nonzero(mask)
    return float(x.mean()), float(y.mean())


def pair(relation: str, *, place: str | None = None) -> Scene:
    return Scene(
        things=(thing(0), thing(1)),
        style=1,
        relation=RELATIONS.index(relation),
        place=None if place is None else PLACES.index(place),
        ground=WHITE if place is None else None,
    )


def test_the_same_dice_draw_the_same_picture() -> None:
    """Bit for bit, in a scene with everything that is random."""
    scene = Scene(
        things=(thing(0, count=3),),
        style=0,
        place=PLACES.index("meadow"),
        light=LIGHTS.index("night"),
        weather=WEATHERS.index("snowfall"),
    )
    assert np.array_equal(drawn(scene, seed=5), drawn(scene, seed=5))


def test_four_seeds_differ_visibly() -> None:
    """No two of four are nearly the same picture."""
    scene = Scene(things=(thing(0),), style=0)
    pictures = [drawn(scene, seed=seed) for seed in range(4)]
    assert min(np.abs(a - b).mean() for i, a in enumerate(pictures) for b in pictures[:i]) > 0.008


@pytest.mark.parametrize("place", [None, "meadow", "space"])
@pytest.mark.parametrize("seed", range(4))
def test_left_and_right_are_where_they_say(place: str | None, seed: int) -> None:
    """The first thing's pixels lie on the named side of the second's."""
    left, right = drawn(pair("left", place=place), seed=seed), drawn(pair("right", place=place), seed=seed)
    red, green = like(left, RED), like(left, GREEN)
    assert np.nonzero(red)[1].max() <= np.nonzero(green)[1].min() + 6
    assert middle(like(right, RED))[0] > middle(like(right, GREEN))[0] + 40


@pytest.mark.parametrize("place", [None, "meadow", "space"])
@pytest.mark.parametrize("seed", range(4))
def test_above_and_below_are_where_they_say(place: str | None, seed: int) -> None:
    """The upper one rests on the lower one, or floats over it."""
    above, below = drawn(pair("above", place=place), seed=seed), drawn(pair("below", place=place), seed=seed)
    assert middle(like(above, RED))[1] < middle(like(above, GREEN))[1] - 40
    assert middle(like(below, RED))[1] > middle(like(below, GREEN))[1] + 40


@pytest.mark.parametrize("place", [None, "meadow", "space"])
@pytest.mark.parametrize("seed", range(4))
def test_what_is_in_front_covers_what_is_behind(place: str | None, seed: int) -> None:
    """The boxes overlap, the front one is whole, and most of the other can be seen."""
    scene = pair("front", place=place)
    red, green = arranged(scene, seed=seed)[1], arranged(scene, seed=seed)[0]
    assert (red.thing, green.thing) == (0, 1)
    assert red.box[0] < green.box[2]
    assert green.box[0] < red.box[2]
    picture = drawn(scene, seed=seed)
    whole = np.pi / 4 * (red.box[2] - red.box[0]) * (red.box[3] - red.box[1])
    assert like(picture, RED).sum() > 0.85 * whole
    rear = np.pi / 4 * (green.box[2] - green.box[0]) * (green.box[3] - green.box[1])
    assert 0.5 * rear < like(picture, GREEN).sum() < 0.99 * rear


def test_behind_is_in_front_the_other_way_round() -> None:
    """The second thing is whole."""
    placements = arranged(pair("behind", place="meadow"))
    assert placements[-1].thing == 1
    assert placements[-1].depth > placements[0].depth


@pytest.mark.parametrize("size", ASPECTS)
@pytest.mark.parametrize("place", [None, "meadow", "space"])
@pytest.mark.parametrize("count", [1, 2, 3, 4, 5])
def test_there_are_as_many_as_asked_for(count: int, place: str | None, size: tuple[int, int]) -> None:
    """Each copy shows at least half of itself, inside the picture."""
    scene = Scene(
        things=(thing(0, count=count),),
        style=1,
        place=None if place is None else PLACES.index(place),
        ground=WHITE,
    )
    placements = sorted(arranged(scene, size=size), key=lambda each: each.depth)
    assert len(placements) == count
    owner = np.zeros((size[1], size[0]), int)
    for number, each in enumerate(placements, start=1):
        left, top, right, bottom = (round(edge) for edge in each.box)
        owner[max(0, top) : bottom, max(0, left) : right] = number
    for number, each in enumerate(placements, start=1):
        area = (each.box[2] - each.box[0]) * (each.box[3] - each.box[1])
        assert (owner == number).sum() > 0.45 * area


@pytest.mark.parametrize("size", ASPECTS)
@pytest.mark.parametrize("kinds", [1, 2, 3])
def test_things_stay_in_the_picture(size: tuple[int, int], kinds: int) -> None:
    """In every proportion; the picture has the size that was asked for."""
    scene = Scene(things=tuple(thing(i) for i in range(kinds)), style=1, place=PLACES.index("meadow"))
    assert drawn(scene, size=size).shape == (size[1], size[0], 3)
    for seed in range(6):
        for each in arranged(scene, seed=seed, size=size):
            assert each.box[0] > -6
            assert each.box[2] < size[0] + 6
            assert each.box[1] > -12
            assert each.box[3] < size[1] + 2


def test_things_stand_on_the_ground() -> None:
    """The feet are below the horizon and above the lower edge."""
    for seed in range(8):
        (only,) = arranged(Scene(things=(thing(0),), style=1, place=PLACES.index("meadow")), seed=seed)
        assert 0.72 * 256 < only.box[3] < 0.97 * 256


@pytest.mark.parametrize(
    ("position", "axis", "sign"), [("left", 0, -1), ("right", 0, 1), ("top", 1, -1), ("bottom", 1, 1)]
)
def test_a_position_is_kept(position: str, axis: int, sign: int) -> None:
    """Off the centre, on the side that was named."""
    scene = Scene(things=(thing(0),), style=1, position=POSITIONS.index(position), ground=WHITE)
    assert sign * (middle(like(drawn(scene), RED))[axis] - 128) > 16


def test_tiny_is_small_and_huge_is_large() -> None:
    """By more than a quarter."""
    areas = [
        like(drawn(Scene(things=(thing(0, size=SIZES.index(name)),), style=1, ground=WHITE)), RED).sum()
        for name in ("tiny", "normal", "huge")
    ]
    assert areas[0] < 0.5 * areas[1]
    assert areas[2] > 1.25 * areas[1]


def test_a_thing_of_the_colour_of_its_ground_has_an_edge() -> None:
    """A whale in the sea does not melt: around it is a rim of another colour."""
    colours = (BLUE, BLUE)
    scene = Scene(things=(thing(0),), style=1, ground=colours)
    dice = flow.dice(3, COMPOSITION_DICE)
    picture, _ = compose(scene, dice=dice, drawings=[disc(BLUE)], places=Flat(), width=256, height=256)
    (placed,) = arranged(scene)
    y, x = np.mgrid[:256, :256] + 0.5
    away = np.hypot(x - placed.centre[0], y - placed.centre[1]) - (placed.box[2] - placed.box[0]) / 2
    upper = y < placed.centre[1]
    rim = picture[(away > 0) & (away < 2) & upper]
    assert np.abs(rim - np.array(BLUE, np.float32)).mean(axis=-1).min() > 0.12
    far = picture[(away > 40) & upper]
    assert np.abs(far - np.array(BLUE, np.float32)).max() < 0.02


def test_a_thing_of_another_colour_has_no_rim() -> None:
    """Red on white is left as it is."""
    picture = drawn(Scene(things=(thing(0),), style=1, ground=WHITE))
    upper = picture[:120]
    assert np.abs(upper - np.clip(upper, None, 1)).max() == 0
    assert ((upper[..., 0] < 0.85) & (upper[..., 1] > 0.3)).sum() < 60


def test_an_asked_for_ground_is_kept() -> None:
    """A white background is white, whatever the seed."""
    for seed in range(6):
        corner = drawn(Scene(things=(thing(0),), style=1, ground=WHITE), seed=seed)[:12, :12]
        assert corner.min() > 0.99


def test_a_light_without_a_place_is_outdoors() -> None:
    """ "at night" alone takes an open place; with a colour for a ground it does not."""
    night = LIGHTS.index("night")
    scene = Scene(things=(thing(0),), style=1, light=night)
    places = {
        plan(scene, dice=flow.dice(seed, 1), variants=4, width=256, height=256).place for seed in range(12)
    }
    assert places <= set(OPEN_AIR)
    assert len(places) > 2
    plain = Scene(things=(thing(0),), style=1, light=night, ground=WHITE)
    assert plan(plain, dice=flow.dice(1, 1), variants=4, width=256, height=256).place is None


def test_night_darkens_the_land_and_the_sky() -> None:
    """Both, and dusk is in between."""
    levels = [
        drawn(Scene(things=(thing(0),), style=1, place=PLACES.index("meadow"), light=LIGHTS.index(name)))
        for name in ("day", "sunset", "night")
    ]
    for part in (slice(0, 24), slice(236, 256)):
        day, sunset, night = (picture[part].mean() for picture in levels)
        assert day > sunset > night


def test_twice_the_size_is_the_same_picture() -> None:
    """What the large decoder learns lies on what the small one sees."""
    scene = Scene(things=(thing(0, count=2), thing(1)), style=1, place=PLACES.index("space"))
    settled = plan(scene, dice=flow.dice(9, COMPOSITION_DICE), variants=4, width=256, height=256)
    drawings = [disc(RED, size=384), disc(GREEN, size=384)]
    placements = arrange(settled.spots, drawings, unit=256)
    small = render(settled, placements, drawings=drawings, places=Flat())
    large = render(settled, placements, drawings=drawings, places=Flat(), scale=2)
    halved = large.reshape(256, 2, 256, 2, 3).mean(axis=(1, 3))
    assert large.shape == (512, 512, 3)
    assert np.abs(halved - small).mean() < 0.01


def test_the_condition_names_style_place_light_and_weather() -> None:
    """Four numbers are 1, and the last, which says that there is a condition."""
    scene = Scene(things=(thing(0),), style=2, place=PLACES.index("farm"), light=3, weather=2)
    found = plan(scene, dice=flow.dice(0, 0), variants=4, width=256, height=256).condition
    assert found.shape == (composition.CONDITIONS,)
    at = [
        2,
        len(STYLES) + PLACES.index("farm"),
        len(STYLES) + len(PLACES) + 1 + 3,
        len(STYLES) + len(PLACES) + 1 + 4 + 2,
    ]
    assert np.flatnonzero(found).tolist() == [*at, composition.CONDITIONS - 1]
