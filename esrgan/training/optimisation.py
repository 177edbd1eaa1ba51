"""Optimisers, the schedule of the learning rate, and the moving average of the weights."""

import math
from typing import Any

import torch
from torch import nn

from esrgan.training.config import OptimisationConfig
from esrgan.training.muon import Muon

BETA1 = 0.9
COSINE_FLOOR = 0.01
"""Least share of the peak learning rate in a cosine schedule."""


def adam(network: nn.Module, learning_rate: float, beta2: float) -> torch.optim.Adam:
    """Adam over all weights of a network, with β1 = 0.9."""
    return torch.optim.Adam([_group(network, learning_rate)], learning_rate, betas=(BETA1, beta2))


def generator_optimiser(network: nn.Module, config: OptimisationConfig) -> torch.optim.Optimizer:
    """The generator's optimiser, Adam or Muon, over all of its weights."""
    if config.optimiser == "muon":
        return Muon([_group(network, config.learning_rate)], config.learning_rate)
    return adam(network, config.learning_rate, config.beta2)


def _group(network: nn.Module, learning_rate: float) -> dict[str, Any]:
    """All weights of a network as a parameter group that stores the peak learning rate."""
    return {"params": list(network.parameters()), "peak": learning_rate}


def set_learning_rate(optimiser: torch.optim.Optimizer, share: float) -> None:
    """Set the learning rate of every parameter group to a share of its peak."""
    for group in optimiser.param_groups:
        group["lr"] = group["peak"] * share


def schedule(config: OptimisationConfig, step: int, steps: int) -> float:
    """The learning rate of a step, counted from 0, as a share of its peak.

    It rises linearly during the warm-up, and falls along half a cosine to 1 % or at milestones.
    """
    warm = min(1.0, (step + 1) / max(1, config.warmup_steps))
    if config.schedule == "cosine":
        return warm * max(COSINE_FLOOR, 0.5 + 0.5 * math.cos(math.pi * step / steps))
    return warm * config.decay ** sum(step >= milestone for milestone in config.milestones)


@torch.no_grad()
def update_average(average: nn.Module, network: nn.Module, decay: float, step: int) -> None:
    """Update an exponential moving average of a network's weights and buffers in place.

    At step t the decay is at most (1 + t) / (10 + t), so that the first weights soon count little.
    """
    decay = min(decay, (1 + step) / (10 + step))
    for averaged, latest in zip(
        average.state_dict().values(), network.state_dict().values(), strict=True
    ):
        if averaged.is_floating_point():
            averaged.lerp_(latest, 1 - decay)
        else:
            averaged.copy_(latest)
