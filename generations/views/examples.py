"""Three pictures that the shipped model made, for a strip that is still empty; a click makes each again.

The files in static/examples/ were made by that very prompt, seed and model.
"""

from dataclasses import dataclass
from urllib.parse import urlencode

from django.urls import reverse

from generations.models import Version


@dataclass(frozen=True, slots=True)
class Example:
    """`file` is a static file; `seed` with `prompt` and the model's defaults makes it again."""

    file: str
    prompt: str
    seed: int

    @property
    def address(self) -> str:
        """The studio with the composer filled, for browsers without scripts."""
        return f"{reverse('studio')}?{urlencode({'prompt': self.prompt, 'seed': self.seed})}"


MADE_BY = "safelight/picto"
PICTURES = [
    Example("examples/penguin.webp", "a penguin in the snow", 9),
    Example("examples/rocket.webp", "a rocket on the moon at night", 8),
    Example("examples/castle.webp", "a tiny castle on the beach at sunset", 8),
]


def of(version: Version | None) -> list[Example]:
    """None for another model: it could not make them."""
    return PICTURES if version is not None and version.model.ref == MADE_BY else []
