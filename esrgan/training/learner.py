"""One step of training: the generator's update, then the discriminator's, then the average."""

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
from esrgan.training.objective import Objective
from esrgan.training.optimisation import follow, generator_optimiser, schedule, set_learning_rate
from esrgan.training.path import Path


@dataclass(frozen=True)
class Judged:
    """A part of a batch after the generator's pass: SR and HR, and how D saw them."""

    sr: Tensor
    hr: Tensor
    means: LogitMeans


class Learner:
    """Both networks, their optimisers, and the generator's moving average.

    Parameters
    ----------
    network
        The generator, with the weights to start from.
    features
        The feature network, where a loss reads one.
    start
        State dict of the pair's other end, where there is one.
    """

    def __init__(
        self,
        config: TrainingConfig,
        network: nn.Module,
        features: VGGFeatures | None,
        accelerator: Accelerator,
        start: Mapping[str, Tensor] | None = None,
    ) -> None:
        self.config, self.accelerator = config, accelerator
        network = network.to(accelerator.device, memory_format=torch.channels_last)  # pyright: ignore[reportCallIssue]
        self.average = deepcopy(network).requires_grad_(False).eval()
        self.generator: nn.Module
        self.generator, self.optimiser = accelerator.prepare(
            network, generator_optimiser(network, config.optimisation)
        )
        self.bare: nn.Module = accelerator.unwrap_model(self.generator)
        self.adversary = Adversary(config, accelerator) if config.is_adversarial else None
        if features is not None:
            features = features.to(accelerator.device)
        self.objective = Objective(config.losses, features)
        weight = config.losses.path_weight
        self.path = None
        if start is not None and weight:
            self.path = Path(start, weight, accelerator.device)

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
        found, judged = zip(*self._generator_passes(lr, hr, step), strict=True)
        losses = _checked(_mean(found), step)
        self._update(self.generator, self.optimiser, share, step)
        if self.adversary is not None:
            found = list(self._discriminator_passes(self.adversary, judged))
            losses |= _checked(_mean(found), step)
            self._update(self.adversary.network, self.adversary.optimiser, share, step)
        follow(self.average, self.bare, self.config.optimisation.ema_decay, step)
        return losses

    def _generator_passes(
        self, lr: Tensor, hr: Tensor, step: int
    ) -> Iterator[tuple[dict[str, Tensor], Judged]]:
        """Forward and backward pass of G on each part of the batch."""
        parts = self.config.optimisation.accumulation
        for index, (low, high) in enumerate(zip(lr.chunk(parts), hr.chunk(parts), strict=True)):
            with self._exchange(self.generator, is_last=index == parts - 1):
                yield self._generator_pass(low, high, step)

    def _generator_pass(
        self, lr: Tensor, hr: Tensor, step: int
    ) -> tuple[dict[str, Tensor], Judged]:
        """Losses of G on a part of the batch, back-propagated, and what D needs of it."""
        lr, hr = (batch.to(self.accelerator.device) for batch in (lr, hr))
        means = LogitMeans(0.0, 0.0)
        sr = self.generator(lr).float()
        with self.accelerator.autocast():
            losses = self.objective(sr, hr, (self.config.seed, step))
            if self.path is not None:
                losses["path"] = self.path(self.bare, lr, hr, (self.config.seed, step))
        if self.adversary is not None:
            losses["adversarial"], means = self.adversary.generator_loss(sr, hr)
        total = torch.stack(list(losses.values())).sum()
        self.accelerator.backward(total / self.config.optimisation.accumulation)
        detached = {name: loss.detach() for name, loss in losses.items()}
        return detached, Judged(sr.detach(), hr, means)

    def _discriminator_passes(
        self, adversary: Adversary, judged: Sequence[Judged]
    ) -> Iterator[dict[str, Tensor]]:
        """Both halves of D's loss on each part; gradients are exchanged with the very last."""
        parts = len(judged)
        for index, part in enumerate(judged):
            with self.accelerator.no_sync(adversary.network):
                real = adversary.real_half(part.hr, part.means)
                self.accelerator.backward(real / parts)
            with self._exchange(adversary.network, is_last=index == parts - 1):
                fake = adversary.fake_half(part.sr, part.means)
                self.accelerator.backward(fake / parts)
            yield {"discriminator": (real + fake).detach()}

    def _exchange(self, network: nn.Module, *, is_last: bool) -> AbstractContextManager[None]:
        """A block whose gradient is shared with the other processes only if it is the last."""
        return nullcontext() if is_last else self.accelerator.no_sync(network)

    def _update(
        self, network: nn.Module, optimiser: torch.optim.Optimizer, share: float, step: int
    ) -> None:
        """Clip and apply a network's gradient."""
        limit = self.config.optimisation.clip_norm or math.inf
        norm = self.accelerator.clip_grad_norm_(network.parameters(), limit)
        # fp16 scales its loss, and skips by itself a step whose gradient overflows, until the
        # scale has fallen so far that nothing but a broken gradient can.
        scaler = self.accelerator.scaler
        is_lost = scaler is None or scaler.get_scale() < 1
        if is_lost and not torch.as_tensor(norm).isfinite():
            raise ValueError(f"Training diverged at step {step}: the gradient is not finite.")
        set_learning_rate(optimiser, share)
        optimiser.step()
        optimiser.zero_grad()

    def parts(self) -> dict[str, Any]:
        """Everything with a state dict, by name."""
        parts = {"generator": self.bare, "average": self.average, "optimiser": self.optimiser}
        if self.adversary is not None:
            parts["discriminator"] = self.adversary.bare
            parts["discriminator_optimiser"] = self.adversary.optimiser
        if self.accelerator.scaler is not None:
            parts["scaler"] = self.accelerator.scaler
        return parts


def _mean(losses: Sequence[Mapping[str, Tensor]]) -> dict[str, Tensor]:
    """Mean of each loss over the parts of a batch."""
    return {name: torch.stack([part[name] for part in losses]).mean() for name in losses[0]}


def _checked(losses: Mapping[str, Tensor], step: int) -> dict[str, float]:
    """Losses averaged over processes, all of them finite."""
    values = {name: float(average(loss)) for name, loss in losses.items()}
    if not all(map(math.isfinite, values.values())):
        raise ValueError(f"Training diverged at step {step}: {values}.")
    return values
