"""What several processes need beside the averaging of gradients."""

from typing import Any

import torch
from torch import Tensor, distributed


def num_processes() -> int:
    """How many processes train together."""
    is_one = not (distributed.is_available() and distributed.is_initialized())
    return 1 if is_one else distributed.get_world_size()


class _Average(torch.autograd.Function):
    """Mean of one value over all processes; its gradient is averaged in the same way.

    Every process's loss depends on every process's logits, so each gradient must reach all of
    them: without it the processes would train another network than one with the whole batch.
    """

    @staticmethod
    def forward(ctx: Any, value: Tensor) -> Tensor:  # noqa: ARG004
        """Sum over processes, divided by their number."""
        return average(value)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> Tensor:  # noqa: ARG004
        """The same for the gradient."""
        return average(gradients[0])


def average(value: Tensor) -> Tensor:
    """Mean of a tensor over all processes, without gradient."""
    count = num_processes()
    if count == 1:
        return value
    total = value.detach().clone()
    distributed.all_reduce(total)
    return total / count


def global_mean(values: Tensor) -> Tensor:
    """E[·] over the elements of all processes' tensors of one size, with gradient."""
    mean = values.mean()
    if num_processes() == 1:
        return mean
    return _Average.apply(mean)  # pyright: ignore[reportReturnType]
