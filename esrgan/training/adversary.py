"""The generator's adversarial loss, and the discriminator with its optimiser and loss."""

from dataclasses import dataclass

import torch
from accelerate import Accelerator
from torch import Tensor, nn

from esrgan.losses import (
    TERM_WEIGHTS,
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
    """Means of the discriminator's logits over a batch's real and generated pictures.

    E[C(xr)] and E[C(xf)] of equations 1 and 2, without gradient; both 0 for a standard GAN, whose
    loss compares no logits.
    """

    real: Tensor | float
    fake: Tensor | float


class Adversary:
    """A discriminator, its optimiser, and the adversarial losses of both networks.

    The two terms of the discriminator's loss are back-propagated one after the other: with batch
    normalisation in several processes each forward pass needs its backward pass before the next.

    Attributes
    ----------
    network
        The discriminator as the accelerator has wrapped it, for its own update.
    unwrapped
        The same discriminator without that wrapper, for the generator's loss.
    """

    def __init__(self, config: TrainingConfig, accelerator: Accelerator) -> None:
        self.losses, self.accelerator = config.losses, accelerator
        self.term_weight = TERM_WEIGHTS[config.losses.adversarial_reduction]
        network = build_discriminator(config.discriminator_config())
        network = network.to(memory_format=torch.channels_last)  # pyright: ignore[reportCallIssue]
        rate = config.adversary.discriminator_learning_rate
        optimiser = adam(network, rate, config.optimisation.beta2)
        self.network: nn.Module
        self.network, self.optimiser = accelerator.prepare(network, optimiser)
        self.unwrapped: nn.Module = accelerator.unwrap_model(self.network)

    def generator_loss(self, sr: Tensor, hr: Tensor) -> tuple[Tensor, LogitMeans]:
        """The generator's adversarial loss (equation 2), weighted by λ.

        Returns
        -------
        tuple
            The loss, with a gradient to `sr` alone, and the means of the logits. The
            discriminator's update of the same step takes them from here: until then its weights
            stay as they are.
        """
        self.unwrapped.requires_grad_(False)
        with self.accelerator.autocast():
            fake = self.unwrapped(sr).float()
            with torch.no_grad():
                real = self.unwrapped(hr).float()
        self.unwrapped.requires_grad_(True)
        weight = self.losses.adversarial_weight
        if self.losses.game == "standard":
            return weight * standard_generator_loss(fake), LogitMeans(0.0, 0.0)
        reduction = self.losses.adversarial_reduction
        loss = relativistic_generator_loss(real, fake, global_mean, reduction)
        means = LogitMeans(average(real.mean()), average(fake.detach().mean()))
        return weight * loss, means

    def real_loss(self, hr: Tensor, means: LogitMeans) -> Tensor:
        """The term of the discriminator's loss (equation 1) on original pictures."""
        return self.term_weight * discriminator_real_loss(self.network(hr).float(), means.fake)

    def fake_loss(self, sr: Tensor, means: LogitMeans) -> Tensor:
        """The term of the discriminator's loss on generated pictures, which carry no gradient."""
        return self.term_weight * discriminator_fake_loss(self.network(sr).float(), means.real)
