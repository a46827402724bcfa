"""What the cull desk shows: a stretch of the gallery's pictures, those that are one over again in stacks."""

from dataclasses import dataclass

from accounts.models import User
from generations.models import Output
from generations.queries.gallery import Wanted, gallery_page
from generations.stacks import Card, recipe_key, stacked

STRETCH = 60  # stacks are looked for within so many pictures


@dataclass(frozen=True, slots=True)
class Stack:
    """Pictures to choose among, the best so far first. `is_one_prompt`: they differ in their seeds alone."""

    outputs: list[Output]
    is_one_prompt: bool

    @property
    def ids(self) -> str:
        return ",".join(output.pk for output in self.outputs)


@dataclass(frozen=True, slots=True)
class Stretch:
    stacks: list[Stack]
    next: str | None

    @property
    def outputs(self) -> list[Output]:
        """In the order that one goes through them."""
        return [output for stack in self.stacks for output in stack.outputs]


def cull_stretch(user: User, *, wanted: Wanted, after: str) -> Stretch:
    """`after`: the `next` of the stretch before, "" for the first."""
    page = gallery_page(user, wanted=wanted, after=after, limit=STRETCH)
    cards = [_card(output) for output in page.items]
    stacks = [
        _stack([page.items[place] for place in places], {cards[place].recipe for place in places})
        for places in stacked(cards)
    ]
    return Stretch(stacks, next=page.next)


def _card(output: Output) -> Card:
    prediction = output.prediction
    return Card(recipe_key(prediction.version_id, prediction.input), output.fingerprint)


def _stack(outputs: list[Output], recipes: set[str]) -> Stack:
    best_first = sorted(outputs, key=lambda output: (-output.is_favourite, -output.rating))
    return Stack(best_first, is_one_prompt=len(recipes) == 1)
