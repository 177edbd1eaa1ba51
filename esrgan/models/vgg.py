"""VGG features, for the perceptual and texture losses (arXiv 1809.00219, section 3.3)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as F

MEAN = (0.485, 0.456, 0.406)
DEVIATION = (0.229, 0.224, 0.225)
"""Mean and standard deviation of ImageNet's RGB in [0, 1], which VGG expects removed."""
STAGE_WIDTHS = (64, 128, 256, 512, 512)
"""Features of the convolutions in each stage."""
NUM_STAGES = len(STAGE_WIDTHS)


@dataclass(frozen=True)
class VGGOutline:
    """Layers of one VGG network.

    Attributes
    ----------
    convolutions
        Number of convolutions in each of the five stages.
    is_antialiased
        Whether pooling is 2x2 maximum at stride 1 and then a reflected 3x3 binomial blur at
        stride 2, instead of 2x2 maximum at stride 2.
    """

    convolutions: tuple[int, ...]
    is_antialiased: bool = False

    def layers(self) -> tuple[str, ...]:
        """Layer names from shallow to deep: '1_1', '1_2', 'pool1', '2_1' and so on."""
        return tuple(
            name
            for stage, depth in enumerate(self.convolutions, 1)
            for name in (*(f"{stage}_{index}" for index in range(1, depth + 1)), f"pool{stage}")
        )


VGG19 = VGGOutline((2, 2, 4, 4, 4))
VGG16_ANTIALIASED = VGGOutline((2, 2, 3, 3, 3), is_antialiased=True)


class VGGFeatures(nn.Module):
    """A VGG with fixed weights, up to the deepest of some layers.

    Parameters
    ----------
    outline
        Layers of the network.
    layers
        Layers whose features are returned, in any order, such as 'pool2' or '5_4' (fourth
        convolution of the fifth stage).
    state
        Weights of the convolutions: keys '1_1.weight', '1_1.bias' and so on.
    is_activated
        Whether a convolution's features are taken after their ReLU (SRGAN) instead of before
        it (ESRGAN, equation 3's text).

    Raises
    ------
    ValueError
        If a layer is unknown or its weights are missing or of another shape.
    """

    def __init__(
        self,
        outline: VGGOutline,
        layers: Sequence[str],
        state: Mapping[str, Tensor],
        *,
        is_activated: bool = False,
    ) -> None:
        super().__init__()
        self.mean: Tensor
        self.deviation: Tensor
        self.blur: Tensor
        known = outline.layers()
        unknown = [layer for layer in layers if layer not in known]
        if unknown or not layers:
            raise ValueError(f"There is no VGG layer {unknown}; there are {', '.join(known)}.")
        self.outline, self.layers, self.is_activated = outline, tuple(layers), is_activated
        self.names = known[: max(known.index(layer) for layer in layers) + 1]
        self.convolutions = nn.ModuleDict(_convolutions(self.names, state))
        self.register_buffer("mean", torch.tensor(MEAN).view(1, 3, 1, 1))
        self.register_buffer("deviation", torch.tensor(DEVIATION).view(1, 3, 1, 1))
        self.register_buffer("blur", torch.tensor([[1.0, 2, 1], [2, 4, 2], [1, 2, 1]]) / 16)
        self.requires_grad_(False)

    def forward(self, picture: Tensor) -> dict[str, Tensor]:
        """Map RGB in [0, 1], (N, 3, H, W), to the features of each of `layers`, by name."""
        features = (picture - self.mean) / self.deviation
        features_of: dict[str, Tensor] = {}
        for name in self.names:
            if name.startswith("pool"):
                features = features_of[name] = self._pool(features)
                continue
            linear = self.convolutions[name](features)
            features = F.relu(linear)
            features_of[name] = features if self.is_activated else linear
        return {layer: features_of[layer] for layer in self.layers}

    def _pool(self, features: Tensor) -> Tensor:
        """Pool features to half their height and width."""
        if not self.outline.is_antialiased:
            return F.max_pool2d(features, 2)
        channels = features.shape[1]
        features = F.pad(F.max_pool2d(features, 2, 1), (1, 1, 1, 1), mode="reflect")
        kernel = self.blur.to(features).expand(channels, 1, 3, 3)
        return F.conv2d(features, kernel, stride=2, groups=channels)


def _convolutions(names: Sequence[str], state: Mapping[str, Tensor]) -> dict[str, nn.Module]:
    """Make the convolutions among the named layers, by name, and load their weights."""
    layers: dict[str, nn.Module] = {}
    inputs = 3
    for name in (name for name in names if "_" in name):
        width = STAGE_WIDTHS[int(name[0]) - 1]
        weight, bias = state.get(f"{name}.weight"), state.get(f"{name}.bias")
        if weight is None or bias is None or weight.shape != (width, inputs, 3, 3):
            raise ValueError(f"The feature network's weights lack layer {name} or its shape.")
        layer = nn.Conv2d(inputs, width, 3, padding=1)
        layer.load_state_dict({"weight": weight, "bias": bias})
        layers[name] = layer
        inputs = width
    return layers
