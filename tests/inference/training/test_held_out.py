"""What is kept for evaluation: the same for everybody, and about one in twenty."""

from inference.training.held_out import held_out

STYLES, PLACES = range(5), [None, *range(22)]


def test_one_in_twenty_is_held_out():
    things = [f"thing-{number}" for number in range(50)]
    kept = [held_out(slug, style=s, place=p) for slug in things for s in STYLES for p in PLACES]
    assert 0.04 < sum(kept) / len(kept) < 0.06


def test_the_answer_is_fixed():
    """Captions of one day and scenes of another must leave out the same."""
    kept = [(s, p) for s in STYLES for p in PLACES if held_out("penguin", style=s, place=p)]
    assert kept == [(0, 20), (1, 0), (1, 19), (2, 7), (2, 9), (2, 13), (2, 20), (3, 9), (4, 17)]
