"""The generator's losses but for the adversarial one, weighted as the run says."""

import numpy as np
import torch
from torch import Tensor

from esrgan.losses import DISTANCES, perceptual_loss, texture_loss
from esrgan.models.vgg import VGGFeatures
from esrgan.training.config import LossConfig

CROP_STREAM = 1 << 20
"""Index, beyond any sample's, of a step's random crop for the feature network."""


class Objective:
    """Content, perceptual and texture loss of a batch.

    Parameters
    ----------
    config
        Weights and forms.
    features
        The feature network, where a loss reads one.
    """

    def __init__(self, config: LossConfig, features: VGGFeatures | None) -> None:
        self.config, self.features = config, features

    def __call__(self, sr: Tensor, hr: Tensor, seed: tuple[int, int]) -> dict[str, Tensor]:
        """Weighted losses by name; `seed` (run, step) decides where the crop lies."""
        config = self.config
        losses: dict[str, Tensor] = {}
        if config.content_weight:
            content = DISTANCES[config.content_distance](sr, hr)
            losses["content"] = config.content_weight * content
        if self.features is not None:
            losses |= self._of_features(*self._crop(sr, hr, seed), self.features)
        return losses

    def _of_features(self, sr: Tensor, hr: Tensor, network: VGGFeatures) -> dict[str, Tensor]:
        """The losses on feature maps, compared in single precision."""
        config = self.config
        ours = {name: maps.float() for name, maps in network(sr).items()}
        with torch.no_grad():
            theirs = {name: maps.float() for name, maps in network(hr).items()}
        losses: dict[str, Tensor] = {}
        if config.perceptual_weight:
            layers, distance = config.perceptual_layers, config.perceptual_distance
            perceptual = perceptual_loss(ours, theirs, layers, distance)
            losses["perceptual"] = config.perceptual_weight * perceptual
        if config.texture_weight:
            texture = texture_loss(ours, theirs, config.texture_layers)
            losses["texture"] = config.texture_weight * texture
        return losses

    def _crop(self, sr: Tensor, hr: Tensor, seed: tuple[int, int]) -> tuple[Tensor, Tensor]:
        """The same random square of every patch, or the patches themselves."""
        size, side = self.config.perceptual_crop_px, sr.shape[-1]
        if not 0 < size < side:
            return sr, hr
        generator = np.random.default_rng((*seed, CROP_STREAM))
        top, left = (int(start) for start in generator.integers(side - size + 1, size=2))
        place = (..., slice(top, top + size), slice(left, left + size))
        return sr[place], hr[place]
