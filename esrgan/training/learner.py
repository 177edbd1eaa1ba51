"""A step of training: the generator's update, the discriminator's, and the moving average's."""

import math
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

import torch
from accelerate import Accelerator
from torch import Tensor, nn

from esrgan.models.vgg import VGGFeatures
from esrgan.training.adversary import Adversary, LogitMeans
from esrgan.training.config import TrainingConfig
from esrgan.training.distributed import average
from esrgan.training.interpolation_loss import InterpolationColourLoss
from esrgan.training.objective import Objective
from esrgan.training.optimisation import (
    generator_optimiser,
    schedule,
    set_learning_rate,
    update_average,
)


@dataclass(frozen=True)
class GeneratorOutput:
    """What the discriminator's update needs of the generator's pass on a part of a batch.

    Attributes
    ----------
    sr, hr
        Generated and original pictures, without gradient.
    means
        The discriminator's mean logits on both.
    """

    sr: Tensor
    hr: Tensor
    means: LogitMeans


class Learner:
    """Both networks, their optimisers, and the moving average of the generator's weights.

    Parameters
    ----------
    network
        The generator, with the weights to start from.
    features
        The feature network, if a loss reads one.
    psnr_state
        State dict of the pair's PSNR-oriented end, if there is one.

    Attributes
    ----------
    generator
        The generator as the accelerator has wrapped it.
    unwrapped
        The same generator without that wrapper.
    average
        A copy of the generator with the moving average of its weights.
    """

    def __init__(
        self,
        config: TrainingConfig,
        network: nn.Module,
        features: VGGFeatures | None,
        accelerator: Accelerator,
        psnr_state: Mapping[str, Tensor] | None = None,
    ) -> None:
        self.config, self.accelerator = config, accelerator
        network = network.to(accelerator.device, memory_format=torch.channels_last)  # pyright: ignore[reportCallIssue]
        self.average = deepcopy(network).requires_grad_(False).eval()
        self.generator: nn.Module
        self.generator, self.optimiser = accelerator.prepare(
            network, generator_optimiser(network, config.optimisation)
        )
        self.unwrapped: nn.Module = accelerator.unwrap_model(self.generator)
        self.adversary = Adversary(config, accelerator) if config.is_adversarial else None
        if features is not None:
            features = features.to(accelerator.device)
        self.objective = Objective(config.losses, features)
        weight = config.losses.path_weight
        self.interpolation_loss = None
        if psnr_state is not None and weight:
            self.interpolation_loss = InterpolationColourLoss(
                psnr_state, weight, accelerator.device
            )

    def advance(self, lr: Tensor, hr: Tensor, step: int) -> dict[str, float]:
        """Update every network on a batch; returns the losses, averaged over processes.

        Parameters
        ----------
        lr, hr
            This process's share of the batch, float32 (N, 3, H, W) in [0, 1].
        step
            Counted from 0.

        Raises
        ------
        ValueError
            If a loss or a gradient is not finite; the network at fault is not updated.
        """
        share = schedule(self.config.optimisation, step, self.config.steps)
        terms, outputs = zip(*self._generator_passes(lr, hr, step), strict=True)
        losses = _finite_averages(_mean(terms), step)
        self._update(self.generator, self.optimiser, share, step)
        if self.adversary is not None:
            terms = list(self._discriminator_passes(self.adversary, outputs))
            losses |= _finite_averages(_mean(terms), step)
            self._update(self.adversary.network, self.adversary.optimiser, share, step)
        update_average(self.average, self.unwrapped, self.config.optimisation.ema_decay, step)
        return losses

    def _generator_passes(
        self, lr: Tensor, hr: Tensor, step: int
    ) -> Iterator[tuple[dict[str, Tensor], GeneratorOutput]]:
        """The generator's forward and backward pass on each part of the batch."""
        parts = self.config.optimisation.accumulation
        pairs = zip(lr.chunk(parts), hr.chunk(parts), strict=True)
        for index, (lr_part, hr_part) in enumerate(pairs):
            with self._synchronised(self.generator, is_last=index == parts - 1):
                yield self._generator_pass(lr_part, hr_part, step)

    def _generator_pass(
        self, lr: Tensor, hr: Tensor, step: int
    ) -> tuple[dict[str, Tensor], GeneratorOutput]:
        """Back-propagate the generator's losses on a part; returns them and what D needs."""
        lr, hr = (batch.to(self.accelerator.device) for batch in (lr, hr))
        means = LogitMeans(0.0, 0.0)
        sr = self.generator(lr).float()
        with self.accelerator.autocast():
            losses = self.objective(sr, hr, (self.config.seed, step))
            if self.interpolation_loss is not None:
                seed = (self.config.seed, step)
                losses["path"] = self.interpolation_loss(self.unwrapped, lr, hr, seed)
        if self.adversary is not None:
            losses["adversarial"], means = self.adversary.generator_loss(sr, hr)
        total = torch.stack(list(losses.values())).sum()
        self.accelerator.backward(total / self.config.optimisation.accumulation)
        detached = {name: loss.detach() for name, loss in losses.items()}
        return detached, GeneratorOutput(sr.detach(), hr, means)

    def _discriminator_passes(
        self, adversary: Adversary, outputs: Sequence[GeneratorOutput]
    ) -> Iterator[dict[str, Tensor]]:
        """Back-propagate both terms of the discriminator's loss on each part of the batch."""
        parts = len(outputs)
        for index, part in enumerate(outputs):
            with self.accelerator.no_sync(adversary.network):
                real = adversary.real_loss(part.hr, part.means)
                self.accelerator.backward(real / parts)
            with self._synchronised(adversary.network, is_last=index == parts - 1):
                fake = adversary.fake_loss(part.sr, part.means)
                self.accelerator.backward(fake / parts)
            yield {"discriminator": (real + fake).detach()}

    def _synchronised(self, network: nn.Module, *, is_last: bool) -> AbstractContextManager[None]:
        """A context whose backward pass averages gradients over processes only if it is the last.

        Earlier passes add to each process's own gradient.
        """
        return nullcontext() if is_last else self.accelerator.no_sync(network)

    def _update(
        self, network: nn.Module, optimiser: torch.optim.Optimizer, share: float, step: int
    ) -> None:
        """Clip a network's gradient and take an optimiser step with it.

        `share` is the step's share of the peak learning rate.
        """
        limit = self.config.optimisation.clip_norm or math.inf
        norm = self.accelerator.clip_grad_norm_(network.parameters(), limit)
        # With fp16 the loss is scaled. A step whose gradient overflows is skipped and the scale
        # lowered; below 1 an infinite gradient is no overflow of the scaled loss any more.
        scaler = self.accelerator.scaler
        is_error = scaler is None or scaler.get_scale() < 1
        if is_error and not torch.as_tensor(norm).isfinite():
            raise ValueError(f"Training diverged at step {step}: the gradient is not finite.")
        set_learning_rate(optimiser, share)
        optimiser.step()
        optimiser.zero_grad()

    def parts(self) -> dict[str, Any]:
        """What a checkpoint stores: everything with a state dict, by name."""
        parts = {"generator": self.unwrapped, "average": self.average, "optimiser": self.optimiser}
        if self.adversary is not None:
            parts["discriminator"] = self.adversary.unwrapped
            parts["discriminator_optimiser"] = self.adversary.optimiser
        if self.accelerator.scaler is not None:
            parts["scaler"] = self.accelerator.scaler
        return parts


def _mean(losses: Sequence[Mapping[str, Tensor]]) -> dict[str, Tensor]:
    """Mean of each loss over the parts of a batch."""
    return {name: torch.stack([part[name] for part in losses]).mean() for name in losses[0]}


def _finite_averages(losses: Mapping[str, Tensor], step: int) -> dict[str, float]:
    """Losses averaged over processes; refuses one that is not finite."""
    values = {name: float(average(loss)) for name, loss in losses.items()}
    if not all(map(math.isfinite, values.values())):
        raise ValueError(f"Training diverged at step {step}: {values}.")
    return values
