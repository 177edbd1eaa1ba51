"""Muon: momentum whose every matrix is orthogonalised before it is added (Jordan et al., 2024).

A convolution's gradient is dominated by a few directions. Making all of its singular values equal
lets the rare ones learn as fast: a run of some thousand steps gets further than with Adam.
"""

from collections import defaultdict

import torch
from torch import Tensor, nn
from torch.optim.optimizer import ParamsT

MOMENTUM = 0.95
QUINTIC = (3.4445, -4.7750, 2.0315)
"""Coefficients of the Newton–Schulz step; singular values end between 0.7 and 1.2."""
NUM_ITERATIONS = 5
UPDATE_RMS = 0.2
"""Root mean square of an update at learning rate 1: Adam's, so that its learning rates serve."""


def orthogonalise(matrices: Tensor) -> Tensor:
    """Bring every singular value of (N, rows, columns) near 1 and keep the singular vectors."""
    is_tall = matrices.shape[1] > matrices.shape[2]
    wide = matrices.mT if is_tall else matrices
    wide = wide / wide.norm(dim=(1, 2), keepdim=True).clamp_min(1e-12)
    first, third, fifth = QUINTIC
    for _ in range(NUM_ITERATIONS):
        gram = wide @ wide.mT
        wide = first * wide + (third * gram + fifth * gram @ gram) @ wide
    return wide.mT if is_tall else wide


class Muon(torch.optim.Optimizer):
    """Nesterov momentum, orthogonalised.

    A kernel (out, in, height, width) is a matrix of `out` rows; a vector is a matrix of one row.

    Parameters
    ----------
    parameters
        Weights or groups of them, as for every optimiser.
    learning_rate
        As for Adam.
    """

    def __init__(self, parameters: ParamsT, learning_rate: float) -> None:
        super().__init__(parameters, {"lr": learning_rate})

    @torch.no_grad()
    def step(self, closure: None = None) -> None:  # pyright: ignore[reportIncompatibleMethodOverride]  # noqa: ARG002
        """Move every weight that has a gradient; the loss is never computed again."""
        for group in self.param_groups:
            alike: dict[torch.Size, list[nn.Parameter]] = defaultdict(list)
            for weight in group["params"]:
                if weight.grad is not None:
                    alike[weight.shape].append(weight)
            for weights in alike.values():
                self._move(weights, group["lr"])

    def _move(self, weights: list[nn.Parameter], learning_rate: float) -> None:
        """Move weights of one shape, all of them in one batch of matrices."""
        updates = torch.stack([self._momentum(weight) for weight in weights])
        matrices = updates.reshape(len(weights), *_matrix_shape(weights[0]))
        scale = UPDATE_RMS * max(matrices.shape[1:]) ** 0.5
        for weight, update in zip(weights, orthogonalise(matrices), strict=True):
            weight.sub_(update.reshape(weight.shape), alpha=learning_rate * scale)

    def _momentum(self, weight: nn.Parameter) -> Tensor:
        """The gradient's moving average, looking one step ahead."""
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
