"""The trainer: one step of G, one of D where there is one, moving average, resume."""

import json
import math
import time
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from esrgan.losses import adversarial_loss, content_loss
from esrgan.models import build
from esrgan.models.discriminator import PatchDiscriminator
from esrgan.models.vgg import VGGFeatures
from esrgan.training.checkpoints import load_checkpoint, save_checkpoint
from esrgan.training.config import TrainingConfig
from esrgan.training.data import Pair, batch, load_pairs
from esrgan.weights import load, save_weights

CHECKPOINT = "checkpoint.pt"
BETAS = (0.9, 0.99)


class Trainer:
    """State of a run; `steps()` advances it and yields a progress line now and then.

    Parameters
    ----------
    config
        What to train.
    data
        Folder of high-resolution pictures.
    run
        Folder for the checkpoint and the weights. If it holds a checkpoint the run goes on.
    vgg
        Path of the feature network's weights; needed when `perceptual_weight` is above 0.
    """

    def __init__(self, config: TrainingConfig, data: Path, run: Path, vgg: Path | None) -> None:
        torch.manual_seed(config.seed)
        self.config, self.run, self.step = config, run, 0
        self.pairs: list[Pair] = load_pairs(data, config.patch_px)
        self.generator = _channels_last(build(config.architecture, **config.model))
        if config.init:
            self.generator.load_state_dict(load(Path(config.init)).state)
        self.average = deepcopy(self.generator).requires_grad_(False)
        self.generator_optimiser = _adam(self.generator, config.learning_rate)
        self.features = self._features(vgg)
        if config.adversarial_weight:
            discriminator = PatchDiscriminator(config.discriminator_features)
            self.discriminator = _channels_last(discriminator)
            rate = config.discriminator_learning_rate
            self.discriminator_optimiser = _adam(self.discriminator, rate)
        if (run / CHECKPOINT).exists():
            self._resume()

    def _features(self, vgg: Path | None) -> VGGFeatures | None:
        """The perceptual loss's network, if the run has one."""
        if not self.config.perceptual_weight:
            return None
        if vgg is None:
            raise ValueError("This preset needs the feature network's weights: pass --vgg FILE.")
        return VGGFeatures(tuple(self.config.perceptual_layers), vgg)

    def _parts(self) -> dict[str, Any]:
        """Everything with a state dict, by name."""
        names = ["generator", "average", "generator_optimiser"]
        if self.config.adversarial_weight:
            names += ["discriminator", "discriminator_optimiser"]
        return {name: getattr(self, name) for name in names}

    def _resume(self) -> None:
        """Continue from the run's checkpoint."""
        state = load_checkpoint(self.run / CHECKPOINT)
        for name, part in self._parts().items():
            part.load_state_dict(state[name])
        self.step = state["step"]
        torch.set_rng_state(state["random"])

    def save(self) -> None:
        """Write the checkpoint and the moving average's weights."""
        state = {name: part.state_dict() for name, part in self._parts().items()}
        state |= {"step": self.step, "random": torch.get_rng_state()}
        save_checkpoint(self.run / CHECKPOINT, state)
        metadata = {
            "architecture": self.config.architecture,
            "config": json.dumps(dict(self.config.model)),
            "training": json.dumps(self._recipe()),
        }
        save_weights(self.run / "weights.safetensors", self.average.state_dict(), metadata)

    def _recipe(self) -> dict[str, Any]:
        """What the weights were trained by; of the file they started from, only the name."""
        return self.config.to_json() | {"step": self.step, "init": Path(self.config.init).name}

    def schedule(self) -> float:
        """Share of the peak learning rate: linear warm-up, then half a cosine down to 1 %."""
        warm = min(1.0, (self.step + 1) / max(1, self.config.warmup_steps))
        cosine = 0.5 + 0.5 * math.cos(math.pi * self.step / self.config.steps)
        return warm * max(0.01, cosine)

    def steps(self) -> Iterator[str]:
        """Train to the end, yielding a progress line every `report_every` steps."""
        started, first = time.monotonic(), self.step
        while self.step < self.config.steps:
            losses = self._advance()
            if not all(map(math.isfinite, losses.values())):
                raise ValueError(f"Training diverged at step {self.step}: {losses}.")
            self.step += 1
            if self.step % self.config.checkpoint_every == 0 or self.step == self.config.steps:
                self.save()
            if self.step % self.config.report_every == 0:
                seconds = (time.monotonic() - started) / (self.step - first)
                left = seconds * (self.config.steps - self.step) / 60
                shown = " ".join(f"{name} {value:.4f}" for name, value in losses.items())
                yield f"{self.step}/{self.config.steps} {seconds:.3f} s/step {left:.0f} min {shown}"

    def _advance(self) -> dict[str, float]:
        """One update of every network; returns the losses."""
        config = self.config
        lr, hr = batch(
            self.pairs,
            batch_size=config.batch_size,
            patch_px=config.patch_px,
            seed=config.seed,
            step=self.step,
        )
        hr = hr.contiguous(memory_format=torch.channels_last)
        with self._autocast():
            sr = self.generator(lr.contiguous(memory_format=torch.channels_last))
        sr = sr.float()
        losses = {"content": config.content_weight * content_loss(sr, hr)}
        if self.features is not None:
            losses["perceptual"] = config.perceptual_weight * self._perceptual(sr, hr)
        if config.adversarial_weight:
            losses["adversarial"] = config.adversarial_weight * self._adversarial(sr, hr)
        self._update(self.generator, self.generator_optimiser, sum(losses.values()))
        if config.adversarial_weight:
            losses["discriminator"] = self._train_discriminator(sr.detach(), hr)
        self._follow()
        return {name: float(value.detach()) for name, value in losses.items()}

    def _autocast(self) -> torch.autocast:
        """bf16 on the CPU, where the config asks for it."""
        return torch.autocast("cpu", torch.bfloat16, enabled=self.config.bf16)

    def _perceptual(self, sr: Tensor, hr: Tensor) -> Tensor:
        """L1 between features before activation (section 3.3) on one random crop a batch."""
        assert self.features is not None
        size = min(self.config.perceptual_crop_px, sr.shape[-1])
        top, left = torch.randint(sr.shape[-1] - size + 1, (2,)).tolist()
        crop = (..., slice(top, top + size), slice(left, left + size))
        with self._autocast():
            ours = self.features(sr[crop])
            with torch.no_grad():
                theirs = self.features(hr[crop])
        weights = self.config.perceptual_layers.values()
        terms = [
            weight * content_loss(a.float(), b.float())
            for weight, a, b in zip(weights, ours, theirs, strict=True)
        ]
        return torch.stack(terms).sum()

    def _adversarial(self, sr: Tensor, hr: Tensor) -> Tensor:
        """The generator's half of the game; the real logits carry no gradient."""
        self.discriminator.requires_grad_(False)
        with self._autocast():
            fake = self.discriminator(sr)
            with torch.no_grad():
                real = self.discriminator(hr)
        return adversarial_loss(real.float(), fake.float())

    def _train_discriminator(self, sr: Tensor, hr: Tensor) -> Tensor:
        """The discriminator's half of the game."""
        self.discriminator.requires_grad_(True)
        with self._autocast():
            real, fake = self.discriminator(hr), self.discriminator(sr)
        loss = adversarial_loss(fake.float(), real.float())
        self._update(self.discriminator, self.discriminator_optimiser, loss)
        return loss

    def _update(self, network: nn.Module, optimiser: torch.optim.Adam, loss: Any) -> None:
        """Back-propagate, clip, step at the scheduled learning rate."""
        for group in optimiser.param_groups:
            group["lr"] = group["initial_lr"] * self.schedule()
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        norm = nn.utils.clip_grad_norm_(network.parameters(), self.config.clip_norm)
        if not torch.isfinite(norm):
            raise ValueError(f"Training diverged at step {self.step}: the gradient is not finite.")
        optimiser.step()

    def _follow(self) -> None:
        """Move the average towards the generator; faster while it is young."""
        decay = min(self.config.ema_decay, (1 + self.step) / (10 + self.step))
        with torch.no_grad():
            ours, theirs = self.average.state_dict(), self.generator.state_dict()
            for average, current in zip(ours.values(), theirs.values(), strict=True):
                if average.is_floating_point():
                    average.lerp_(current, 1 - decay)
                else:
                    average.copy_(current)


def _channels_last(network: nn.Module) -> nn.Module:
    """The network with its weights laid out as convolutions on the CPU like them."""
    return network.to(memory_format=torch.channels_last)  # pyright: ignore[reportCallIssue]


def _adam(network: nn.Module, learning_rate: float) -> torch.optim.Adam:
    """Adam with the official code's moments; the group remembers its peak learning rate."""
    group = {"params": list(network.parameters()), "initial_lr": learning_rate}
    return torch.optim.Adam([group], learning_rate, betas=BETAS)
