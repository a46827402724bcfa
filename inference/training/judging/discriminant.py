"""Fisher's linear discriminant (Fisher 1936) in many dimensions: classes that are Gaussians of one shape.

With the class means mₖ and the covariance S within the classes, the class of x is the one of least

    (x - mₖ)ᵀ S⁻¹ (x - mₖ)  =  ‖L⁻¹x - L⁻¹mₖ‖²,        S = L Lᵀ.

S is what augmentations do to a drawing: shifts, tilts, light. Whitening by it makes exactly those differences cheap.
It is learned in one pass over the samples, in closed form. S is shrunk towards a sphere (Ledoit and Wolf 2004), as
there are hardly more samples than dimensions.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor

SHRINK = 0.02


@dataclass(slots=True)
class Fit:
    """The sums of one pass. `classes`, `dimensions`: how many."""

    classes: int
    dimensions: int
    sums: Tensor = field(init=False)
    counts: Tensor = field(init=False)
    scatter: Tensor = field(init=False)

    def __post_init__(self) -> None:
        self.sums = torch.zeros(self.classes, self.dimensions)
        self.counts = torch.zeros(self.classes)
        self.scatter = torch.zeros(self.dimensions, self.dimensions)

    def add(self, x: Tensor, labels: Tensor) -> None:
        """`x` [B, dimensions], `labels` [B]."""
        self.sums.index_add_(0, labels, x)
        self.counts.index_add_(0, labels, torch.ones(len(x)))
        self.scatter.addmm_(x.T, x)

    def finish(self) -> Discriminant:
        known = self.counts > 0
        means = self.sums / self.counts.clamp(min=1)[:, None]
        weighted = means * self.counts.sqrt()[:, None]
        within = (self.scatter - weighted.T @ weighted) / (self.counts.sum() - known.sum()).clamp(min=1)
        sphere = within.diagonal().mean()
        within = (1 - SHRINK) * within + SHRINK * sphere * torch.eye(self.dimensions)
        factor = torch.linalg.cholesky(within)
        centre = means[known].mean(0)
        white = torch.linalg.solve_triangular(factor, (means - centre).T, upper=False).T
        white[~known] = 1e4  # a class that was never seen is never near
        return Discriminant(centre, torch.linalg.inv(factor), white)


@dataclass(frozen=True, slots=True)
class Discriminant:
    """`centre` [D], `whiten` [D, D] (L⁻¹) and the white class means `means` [K, D]."""

    centre: Tensor
    whiten: Tensor
    means: Tensor

    def distances(self, x: Tensor) -> Tensor:
        """[B, K]: squared distances of `x` [B, D] to every class."""
        return torch.cdist((x - self.centre) @ self.whiten.T, self.means).square()

    def state(self) -> dict[str, Any]:
        return {"centre": self.centre, "whiten": self.whiten, "means": self.means}
