"""The discriminator's side of a run: its share in the generator's loss, and its own update."""

from dataclasses import dataclass

import torch
from accelerate import Accelerator
from torch import Tensor, nn

from esrgan.losses import (
    HALF_WEIGHTS,
    discriminator_fake_loss,
    discriminator_real_loss,
    relativistic_generator_loss,
    standard_generator_loss,
)
from esrgan.models.discriminator import build_discriminator
from esrgan.training.config import TrainingConfig
from esrgan.training.distributed import average, global_mean
from esrgan.training.optimisation import adam


@dataclass(frozen=True)
class LogitMeans:
    """E[C(xr)] and E[C(xf)] of a batch, without gradient; both 0 in the standard game."""

    real: Tensor | float
    fake: Tensor | float


class Adversary:
    """A discriminator, its optimiser and the game that it plays.

    The halves of its loss are back-propagated one after the other: batch normalisation under
    several processes needs a backward pass after each forward pass.
    """

    def __init__(self, config: TrainingConfig, accelerator: Accelerator) -> None:
        self.losses, self.accelerator = config.losses, accelerator
        self.half_weight = HALF_WEIGHTS[config.losses.adversarial_reduction]
        network = build_discriminator(config.discriminator_config())
        network = network.to(memory_format=torch.channels_last)  # pyright: ignore[reportCallIssue]
        rate = config.adversary.discriminator_learning_rate
        optimiser = adam(network, rate, config.optimisation.beta2)
        self.network: nn.Module
        self.network, self.optimiser = accelerator.prepare(network, optimiser)
        self.bare: nn.Module = accelerator.unwrap_model(self.network)

    def generator_loss(self, sr: Tensor, hr: Tensor) -> tuple[Tensor, LogitMeans]:
        """λ times the generator's loss (equation 2); the real logits carry no gradient.

        The means are those that the discriminator's own update needs: it has not moved since.
        """
        self.bare.requires_grad_(False)
        with self.accelerator.autocast():
            fake = self.bare(sr).float()
            with torch.no_grad():
                real = self.bare(hr).float()
        self.bare.requires_grad_(True)
        weight = self.losses.adversarial_weight
        if self.losses.game == "standard":
            return weight * standard_generator_loss(fake), LogitMeans(0.0, 0.0)
        reduction = self.losses.adversarial_reduction
        loss = relativistic_generator_loss(real, fake, global_mean, reduction)
        means = LogitMeans(average(real.mean()), average(fake.detach().mean()))
        return weight * loss, means

    def real_half(self, hr: Tensor, means: LogitMeans) -> Tensor:
        """The half of the discriminator's loss (equation 1) that looks at real pictures."""
        return self.half_weight * discriminator_real_loss(self.network(hr).float(), means.fake)

    def fake_half(self, sr: Tensor, means: LogitMeans) -> Tensor:
        """The half that looks at rebuilt pictures; `sr` carries no gradient."""
        return self.half_weight * discriminator_fake_loss(self.network(sr).float(), means.real)
