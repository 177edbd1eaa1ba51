"""The generator's weighted losses that compare pictures or features: all but the adversarial."""

import numpy as np
import torch
from torch import Tensor

from esrgan.losses import DISTANCES, perceptual_loss, texture_loss
from esrgan.models.vgg import VGGFeatures
from esrgan.training.loss_config import LossConfig

CROP_STREAM = 1 << 20
"""Last part of the seed of a step's random crop: no sample of a batch has this number."""


class Objective:
    """Content, perceptual and texture loss of a batch.

    Parameters
    ----------
    config
        Weights, distances and layers.
    features
        The feature network, if a loss reads one.
    """

    def __init__(self, config: LossConfig, features: VGGFeatures | None) -> None:
        self.config, self.features = config, features

    def __call__(self, sr: Tensor, hr: Tensor, seed: tuple[int, int]) -> dict[str, Tensor]:
        """Weighted losses by name.

        Parameters
        ----------
        sr, hr
            Generated and original patches, float (N, 3, H, W) in [0, 1].
        seed
            Of the run, and the step: they decide where the crop for the feature network lies.
        """
        config = self.config
        losses: dict[str, Tensor] = {}
        if config.content_weight:
            content = DISTANCES[config.content_distance](sr, hr)
            losses["content"] = config.content_weight * content
        if self.features is not None:
            losses |= self._feature_losses(*self._crop(sr, hr, seed), self.features)
        return losses

    def _feature_losses(self, sr: Tensor, hr: Tensor, network: VGGFeatures) -> dict[str, Tensor]:
        """The perceptual and texture loss, computed in fp32."""
        config = self.config
        sr_maps = {name: maps.float() for name, maps in network(sr).items()}
        with torch.no_grad():
            hr_maps = {name: maps.float() for name, maps in network(hr).items()}
        losses: dict[str, Tensor] = {}
        if config.perceptual_weight:
            layers, distance = config.perceptual_layers, config.perceptual_distance
            perceptual = perceptual_loss(sr_maps, hr_maps, layers, distance)
            losses["perceptual"] = config.perceptual_weight * perceptual
        if config.texture_weight:
            texture = texture_loss(sr_maps, hr_maps, config.texture_layers)
            losses["texture"] = config.texture_weight * texture
        return losses

    def _crop(self, sr: Tensor, hr: Tensor, seed: tuple[int, int]) -> tuple[Tensor, Tensor]:
        """The same random square of every patch, or the patches themselves."""
        size, side = self.config.perceptual_crop_px, sr.shape[-1]
        if not 0 < size < side:
            return sr, hr
        generator = np.random.default_rng((*seed, CROP_STREAM))
        top, left = (int(start) for start in generator.integers(side - size + 1, size=2))
        window = (..., slice(top, top + size), slice(left, left + size))
        return sr[window], hr[window]
