"""Fisher's linear discriminant (Fisher 1936) in many dimensions: classes that are Gaussians of one shape.

With the class means mₖ and the covariance S within the classes, the class of x is the one of least

    (x - mₖ)ᵀ S⁻¹ (x - mₖ)  =  ‖L⁻¹x - L⁻¹mₖ‖²,        S = L Lᵀ.

S is what differs between pictures of one class; whitening by it makes exactly those differences cheap. It is learned in
closed form, in one pass, and shrunk towards a sphere (Ledoit and Wolf 2004), for dimensions that hardly vary.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor

SHRINK = 0.02
RANK = 64  # directions that are kept at most


@dataclass(slots=True)
class Fit:
    """Around known class means [K, D]: one pass learns how pictures differ from them."""

    means: Tensor
    count: int = 0
    shift: Tensor = field(init=False)
    scatter: Tensor = field(init=False)

    def __post_init__(self) -> None:
        dimensions = self.means.shape[1]
        self.shift = torch.zeros(dimensions)
        self.scatter = torch.zeros(dimensions, dimensions)

    def add(self, x: Tensor, labels: Tensor) -> None:
        """`x` [B, D], `labels` [B]."""
        away = x - self.means[labels]
        self.count += len(x)
        self.shift += away.sum(0)
        self.scatter.addmm_(away.T, away)

    def finish(self) -> Discriminant:
        """What all pictures have in common moves every mean; the rest is the covariance."""
        shift = self.shift / self.count
        within = self.scatter / self.count - torch.outer(shift, shift)
        sphere = within.diagonal().mean()
        within = (1 - SHRINK) * within + SHRINK * sphere * torch.eye(len(shift))
        factor = torch.linalg.cholesky(within)
        centre = self.means.mean(0)
        white = torch.linalg.solve_triangular(factor, (self.means - centre).T, upper=False).T
        rank = min(RANK, *white.shape)
        _, _, basis = torch.svd_lowrank(white, q=rank, niter=1)
        return Discriminant(centre + shift, basis.T @ torch.linalg.inv(factor), white @ basis)


@dataclass(frozen=True, slots=True)
class Discriminant:
    """`centre` [D]; `whiten` [RANK, D], L⁻¹ seen along the directions in which the classes differ most; the class means
    there, `means` [K, RANK]."""

    centre: Tensor
    whiten: Tensor
    means: Tensor

    def distances(self, x: Tensor) -> Tensor:
        """[B, K]: squared distances of `x` [B, D] to every class."""
        return torch.cdist((x - self.centre) @ self.whiten.T, self.means).square()

    def state(self) -> dict[str, Any]:
        return {"centre": self.centre, "whiten": self.whiten, "means": self.means}
