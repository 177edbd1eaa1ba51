"""Optimisers, their schedule, and the moving average of the weights."""

import math
from typing import Any

import torch
from torch import nn

from esrgan.training.config import OptimisationConfig
from esrgan.training.muon import Muon

BETA1 = 0.9
COSINE_FLOOR = 0.01


def adam(network: nn.Module, learning_rate: float, beta2: float) -> torch.optim.Adam:
    """Adam over all weights; the group remembers its peak learning rate."""
    return torch.optim.Adam([_group(network, learning_rate)], learning_rate, betas=(BETA1, beta2))


def generator_optimiser(network: nn.Module, config: OptimisationConfig) -> torch.optim.Optimizer:
    """The generator's optimiser, over all weights."""
    if config.optimiser == "muon":
        return Muon([_group(network, config.learning_rate)], config.learning_rate)
    return adam(network, config.learning_rate, config.beta2)


def _group(network: nn.Module, learning_rate: float) -> dict[str, Any]:
    """All weights of a network, with the peak that `set_learning_rate` takes shares of."""
    return {"params": list(network.parameters()), "peak": learning_rate}


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
def update_average(average: nn.Module, network: nn.Module, decay: float, step: int) -> None:
    """Move an exponential moving average towards a network; faster while it is young."""
    decay = min(decay, (1 + step) / (10 + step))
    for ours, theirs in zip(
        average.state_dict().values(), network.state_dict().values(), strict=True
    ):
        if ours.is_floating_point():
            ours.lerp_(theirs, 1 - decay)
        else:
            ours.copy_(theirs)
