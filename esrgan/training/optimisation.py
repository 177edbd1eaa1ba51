"""Adam, its schedule, and the moving average of the weights."""

import math

import torch
from torch import nn

from esrgan.training.config import OptimisationConfig

BETA1 = 0.9
COSINE_FLOOR = 0.01


def adam(network: nn.Module, learning_rate: float, beta2: float) -> torch.optim.Adam:
    """Adam over all weights; the group remembers its peak learning rate."""
    group = {"params": list(network.parameters()), "peak": learning_rate}
    return torch.optim.Adam([group], learning_rate, betas=(BETA1, beta2))


def set_learning_rate(optimiser: torch.optim.Optimizer, share: float) -> None:
    """Set every group to a share of its peak."""
    for group in optimiser.param_groups:
        group["lr"] = group["peak"] * share


def schedule(config: OptimisationConfig, step: int, steps: int) -> float:
    """Share of the peak learning rate at a step, counted from 0.

    A linear rise over the warm-up, times half a cosine down to 1 % or a decay at milestones.
    """
    warm = min(1.0, (step + 1) / max(1, config.warmup_steps))
    if config.schedule == "cosine":
        return warm * max(COSINE_FLOOR, 0.5 + 0.5 * math.cos(math.pi * step / steps))
    return warm * config.decay ** sum(step >= milestone for milestone in config.milestones)


@torch.no_grad()
def follow(average: nn.Module, network: nn.Module, decay: float, step: int) -> None:
    """Move an exponential moving average towards a network; faster while it is young."""
    decay = min(decay, (1 + step) / (10 + step))
    for ours, theirs in zip(
        average.state_dict().values(), network.state_dict().values(), strict=True
    ):
        if ours.is_floating_point():
            ours.lerp_(theirs, 1 - decay)
        else:
            ours.copy_(theirs)
