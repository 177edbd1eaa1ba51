"""Muon (Jordan et al., 2024): gradient descent with orthogonalised momentum.

A few directions dominate the gradient of a convolution. Making all singular values of its momentum
equal lets the other directions learn as fast, so that a run of some thousand steps reaches a lower
loss than with Adam.
"""

from collections import defaultdict

import torch
from torch import Tensor, nn
from torch.optim.optimizer import ParamsT

MOMENTUM = 0.95
QUINTIC = (3.4445, -4.7750, 2.0315)
"""Coefficients of a Newton–Schulz step; they bring singular values to between 0.7 and 1.2."""
NUM_ITERATIONS = 5
UPDATE_RMS = 0.2
"""Root mean square of an update at learning rate 1: about Adam's, so that its rates can be used."""


def orthogonalise(matrices: Tensor) -> Tensor:
    """Matrices (N, rows, columns) with the same singular vectors and singular values near 1."""
    is_tall = matrices.shape[1] > matrices.shape[2]
    wide = matrices.mT if is_tall else matrices
    wide = wide / wide.norm(dim=(1, 2), keepdim=True).clamp_min(1e-12)
    first, third, fifth = QUINTIC
    for _ in range(NUM_ITERATIONS):
        gram = wide @ wide.mT
        wide = first * wide + (third * gram + fifth * gram @ gram) @ wide
    return wide.mT if is_tall else wide


class Muon(torch.optim.Optimizer):
    """An optimiser whose updates are orthogonalised Nesterov momentum.

    A convolution kernel (out, in, height, width) counts as a matrix of `out` rows, a vector as a
    matrix of one row.

    Parameters
    ----------
    parameters
        Weights or parameter groups, as for every PyTorch optimiser.
    learning_rate
        In the range that is usual for Adam.
    """

    def __init__(self, parameters: ParamsT, learning_rate: float) -> None:
        super().__init__(parameters, {"lr": learning_rate})

    @torch.no_grad()
    def step(self, closure: None = None) -> None:  # pyright: ignore[reportIncompatibleMethodOverride]  # noqa: ARG002
        """Update every weight that has a gradient; `closure` is not used."""
        for group in self.param_groups:
            same_shape: dict[torch.Size, list[nn.Parameter]] = defaultdict(list)
            for weight in group["params"]:
                if weight.grad is not None:
                    same_shape[weight.shape].append(weight)
            for weights in same_shape.values():
                self._update(weights, group["lr"])

    def _update(self, weights: list[nn.Parameter], learning_rate: float) -> None:
        """Update weights of one shape, orthogonalised as one batch of matrices."""
        updates = torch.stack([self._momentum(weight) for weight in weights])
        matrices = updates.reshape(len(weights), *_matrix_shape(weights[0]))
        scale = UPDATE_RMS * max(matrices.shape[1:]) ** 0.5
        for weight, update in zip(weights, orthogonalise(matrices), strict=True):
            weight.sub_(update.reshape(weight.shape), alpha=learning_rate * scale)

    def _momentum(self, weight: nn.Parameter) -> Tensor:
        """Nesterov momentum: the gradient's moving average, mixed with the gradient once more."""
        gradient = weight.grad
        assert gradient is not None
        state = self.state[weight]
        if not state:
            state["momentum"] = torch.zeros_like(weight)
        momentum = state["momentum"].lerp_(gradient, 1 - MOMENTUM)
        return gradient.lerp(momentum, MOMENTUM)


def _matrix_shape(weight: Tensor) -> tuple[int, int]:
    """Rows and columns of a weight as a matrix."""
    rows = weight.shape[0] if weight.ndim > 1 else 1
    return rows, weight.numel() // rows
