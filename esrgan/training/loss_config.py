"""The configuration of the generator's loss."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from esrgan.losses import DISTANCES, TERM_WEIGHTS
from esrgan.training.checks import check_at_least, check_choice

ADVERSARIAL_LOSSES = ("relativistic", "standard")
FEATURE_NETWORKS = ("vgg19", "minc", "vgg16-antialiased")


@dataclass(frozen=True)
class LossConfig:
    """The generator's loss: content, perceptual and adversarial (equation 3), and two more.

    Attributes
    ----------
    content_weight, perceptual_weight, adversarial_weight, texture_weight
        Weights of the terms: η, 1 and λ of equation 3, and that of EnhanceNet's texture loss. 0
        leaves a term out.
    content_distance, perceptual_distance
        'l1' (mean absolute difference) or 'l2' (mean squared difference).
    feature_network
        'vgg19', 'minc' (VGG19's layers, trained to recognise materials) or 'vgg16-antialiased'.
    perceptual_layers, texture_layers
        Weight of each layer of the feature network, such as {'5_4': 1.0}.
    perceptual_activated
        Whether features are compared after activation (SRGAN) instead of before it (ESRGAN).
    perceptual_crop_px
        Side of the random crop of each patch that the feature network is given; 0 gives it the
        whole patch.
    game
        The adversarial loss: 'relativistic' average (equations 1 and 2) or 'standard'.
    adversarial_reduction
        'mean' of an adversarial loss's two terms (the authors' code) or their 'sum' (the paper).
    path_weight
        Weight of a loss on the colours of networks interpolated between `init` and the network in
        training; without effect when `init` names no file.
    """

    content_weight: float = 1.0
    content_distance: str = "l1"
    perceptual_weight: float = 0.0
    perceptual_distance: str = "l1"
    perceptual_layers: Mapping[str, float] = field(default_factory=lambda: {"5_4": 1.0})
    perceptual_activated: bool = False
    perceptual_crop_px: int = 0
    feature_network: str = "vgg19"
    adversarial_weight: float = 0.0
    game: str = "relativistic"
    adversarial_reduction: str = "mean"
    texture_weight: float = 0.0
    texture_layers: Mapping[str, float] = field(default_factory=dict)
    path_weight: float = 0.0

    def __post_init__(self) -> None:
        """Refuse values that cannot train."""
        check_choice("content_distance", self.content_distance, tuple(DISTANCES))
        check_choice("perceptual_distance", self.perceptual_distance, tuple(DISTANCES))
        check_choice("feature_network", self.feature_network, FEATURE_NETWORKS)
        check_choice("game", self.game, ADVERSARIAL_LOSSES)
        check_choice("adversarial_reduction", self.adversarial_reduction, tuple(TERM_WEIGHTS))
        weights = (self.content_weight, self.perceptual_weight, self.adversarial_weight)
        check_at_least(0, weight=min(*weights, self.texture_weight, self.path_weight))
        if not any((*weights, self.texture_weight)):
            raise ValueError("At least one loss needs a weight above 0.")
        pairs = (
            (self.perceptual_weight, self.perceptual_layers),
            (self.texture_weight, self.texture_layers),
        )
        if any(weight and not layers for weight, layers in pairs):
            raise ValueError("A loss on features needs layers, such as perceptual_layers=5_4:1.")

    @property
    def layers(self) -> tuple[str, ...]:
        """Every layer that a loss reads."""
        perceptual = self.perceptual_layers if self.perceptual_weight else {}
        texture = self.texture_layers if self.texture_weight else {}
        return tuple(dict.fromkeys([*perceptual, *texture]))
