"""Which drawings the model learns from, and how they become pixels."""

import numpy as np
import pytest

from inference.training import drawings, packages


def entry(name, group="Animals & Nature"):
    return {"name": name, "group": group}


def test_only_what_is_a_thing_and_drawn_by_all_is_chosen():
    names = {
        "🐈": entry("cat"),
        "🕐": entry("one o’clock", "Travel & Places"),
        "🏃": entry("person running", "People & Body"),
        "🧜": entry("mermaid", "People & Body"),
        "🐧": entry("penguin"),
        "🏁": entry("chequered flag", "Flags"),
    }
    drawn = {drawings.slug_of(each["name"]) for each in names.values()} - {"penguin"}
    things = drawings.choose(names, keywords={"🐈": ["pet"]}, drawn=drawn)
    assert [thing["name"] for thing in things] == ["cat", "mermaid"]
    assert things[0] == {
        "slug": "cat",
        "name": "cat",
        "group": "Animals & Nature",
        "keywords": ["pet"],
        "emoji": "🐈",
    }


def test_a_name_is_spelled_as_the_sets_spell_it():
    assert drawings.slug_of("Mage’s Hat: tall") == "mages-hat-tall"


def test_a_smaller_choice_is_spread_over_the_whole_list():
    things = [{"name": str(number)} for number in range(10)]
    assert [thing["name"] for thing in drawings.spread(things, 3)] == ["0", "3", "6"]
    assert drawings.spread(things, None) == things
    assert drawings.spread(things, 99) == things


def test_colour_is_multiplied_by_alpha_and_reduced_by_area():
    pixels = np.zeros((4, 4, 4), np.uint8)
    pixels[:, :2] = (200, 100, 0, 255)
    pixels[:, 2:] = (200, 100, 0, 51)
    small = drawings.premultiplied(pixels, size=2)
    assert small.shape == (2, 2, 4)
    assert small[0, 0].tolist() == [200, 100, 0, 255]
    assert small[0, 1].tolist() == [40, 20, 0, 51]


def test_an_archive_that_is_not_the_pinned_one_is_refused_and_removed(tmp_path):
    archive = tmp_path / packages.NAMES.archive
    archive.write_bytes(b"something else")
    with pytest.raises(packages.IntegrityError, match="not the file that was pinned"):
        packages.check(archive, integrity=packages.NAMES.integrity)
    assert not archive.exists()


def test_an_unpacked_package_is_not_fetched_again(tmp_path):
    unpacked = tmp_path / "packages" / packages.NAMES.archive.removesuffix(".tgz") / "package"
    unpacked.mkdir(parents=True)
    assert packages.fetch(packages.NAMES, folder=tmp_path) == unpacked
