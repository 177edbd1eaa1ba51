"""Means over all processes of a run; the averaging of gradients is Accelerate's."""

from typing import Any

import torch
from torch import Tensor, distributed


def num_processes() -> int:
    """The number of processes that train together; 1 without a launcher."""
    is_one = not (distributed.is_available() and distributed.is_initialized())
    return 1 if is_one else distributed.get_world_size()


class _Average(torch.autograd.Function):
    """Mean of one value over all processes; its gradient is averaged in the same way.

    A relativistic loss depends on the logits of all processes, so that its gradient must reach all
    of them: otherwise several processes would train another network than one with the whole batch.
    """

    @staticmethod
    def forward(ctx: Any, value: Tensor) -> Tensor:  # noqa: ARG004
        """The mean of the value over all processes."""
        return average(value)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> Tensor:  # noqa: ARG004
        """The mean of the gradient over all processes."""
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
