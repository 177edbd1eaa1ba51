"""ImageNet features for the perceptual loss: an anti-aliased VGG16, taken before activation.

Its weights are a file that the optional package `stlpips-pytorch` ships; the file is read by
path and nothing of the package is imported.
"""

import pickle
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn import functional as F

LAYERS = ("1_1", "1_2", "2_1", "2_2", "3_1", "3_2", "3_3", "4_1", "4_2", "4_3", "5_1", "5_2", "5_3")
WIDTHS = {"1": 64, "2": 128, "3": 256, "4": 512, "5": 512}
MEAN = (0.485, 0.456, 0.406)
DEVIATION = (0.229, 0.224, 0.225)


class VGGFeatures(nn.Module):
    """Frozen VGG16 up to the deepest layer asked for; gives features before their ReLU.

    Pooling is anti-aliased: 2x2 maximum at stride 1, then a reflected 3x3 binomial blur at
    stride 2.

    Parameters
    ----------
    layers
        Names such as '3_3' (third convolution of the third stage), shallow to deep.
    weights
        Path of `vgg_shift_tolerant.pth`.
    """

    def __init__(self, layers: tuple[str, ...], weights: Path) -> None:
        super().__init__()
        self.mean: Tensor
        self.deviation: Tensor
        self.blur: Tensor
        unknown = [layer for layer in layers if layer not in LAYERS]
        if unknown or not layers:
            raise ValueError(f"VGG16 has no layer {unknown}; it has {', '.join(LAYERS)}.")
        self.layers = layers
        self.names = LAYERS[: max(LAYERS.index(layer) for layer in layers) + 1]
        self.convolutions = nn.ModuleList(_convolutions(self.names, weights))
        self.register_buffer("mean", torch.tensor(MEAN).view(1, 3, 1, 1))
        self.register_buffer("deviation", torch.tensor(DEVIATION).view(1, 3, 1, 1))
        self.register_buffer("blur", torch.tensor([[1.0, 2, 1], [2, 4, 2], [1, 2, 1]]) / 16)
        self.requires_grad_(False)

    def forward(self, picture: Tensor) -> list[Tensor]:
        """Map RGB in [0, 1], (N, 3, H, W), to the features of each layer asked for."""
        features = (picture - self.mean) / self.deviation
        taken: list[Tensor] = []
        for index, (name, convolution) in enumerate(
            zip(self.names, self.convolutions, strict=True)
        ):
            if index and name.endswith("_1"):
                features = self._pool(features)
            features = convolution(features)
            if name in self.layers:
                taken.append(features)
            features = F.relu(features)
        return taken

    def _pool(self, features: Tensor) -> Tensor:
        """Halve the size without aliasing."""
        channels = features.shape[1]
        features = F.pad(F.max_pool2d(features, 2, 1), (1, 1, 1, 1), mode="reflect")
        kernel = self.blur.to(features).expand(channels, 1, 3, 3)
        return F.conv2d(features, kernel, stride=2, groups=channels)


def _convolutions(names: tuple[str, ...], path: Path) -> list[nn.Conv2d]:
    """Convolutions of the named layers with the file's weights."""
    try:
        state = torch.load(path, map_location="cpu", weights_only=True)
    except (pickle.UnpicklingError, RuntimeError, EOFError):
        raise ValueError(f"{path.name} does not hold the feature network.") from None
    keys = [key for key in state if key.startswith("net.") and key.endswith(".weight")]
    layers: list[nn.Conv2d] = []
    inputs = 3
    for name, key in zip(names, keys, strict=False):
        layer = nn.Conv2d(inputs, inputs := WIDTHS[name[0]], 3, padding=1)
        layer.load_state_dict({"weight": state[key], "bias": state[key[:-6] + "bias"]})
        layers.append(layer)
    return layers
