"""RCAN (arXiv 1807.02758): residual groups of blocks with channel attention."""

from dataclasses import dataclass
from typing import Any

from torch import Tensor, nn
from torch.nn import functional as F

from esrgan.models.architecture import Architecture, convolution_shape
from esrgan.models.blocks import check_sizes
from esrgan.models.dialect import Counts, Dialect, State, bias_power, same_names
from esrgan.models.pixel_shuffle import (
    DOUBLINGS,
    MEAN_SHIFT,
    PixelShuffleNetwork,
    basicsr_layers,
    edsr_pytorch_layers,
    native_layers,
    scale_of,
)


@dataclass(frozen=True)
class RCANConfig:
    """Size of an `RCAN`; the defaults are the published network."""

    scale: int = 4
    num_features: int = 64
    num_groups: int = 10
    num_blocks: int = 20
    squeeze: int = 16

    def __post_init__(self) -> None:
        """Refuse impossible sizes."""
        check_sizes("RCAN", self.scale, self.num_groups, self.num_blocks, self.squeeze)
        if self.num_features < self.squeeze:
            raise ValueError(
                f"RCAN squeezes {self.num_features} features by {self.squeeze}: none would be left."
            )


class ChannelAttention(nn.Module):
    """Weigh each channel by what all channels hold on average (equations 6 to 9 there)."""

    def __init__(self, num_features: int, squeeze: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(num_features, num_features // squeeze, 1)
        self.conv2 = nn.Conv2d(num_features // squeeze, num_features, 1)

    def forward(self, features: Tensor) -> Tensor:
        """Map (N, num_features, H, W) to the same shape."""
        mean = features.mean(dim=(2, 3), keepdim=True)
        return features * self.conv2(F.relu(self.conv1(mean))).sigmoid()


class AttentionBlock(nn.Module):
    """Two convolutions and channel attention, added to the input (equation 10 there)."""

    def __init__(self, num_features: int, squeeze: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(num_features, num_features, 3, padding=1)
        self.conv2 = nn.Conv2d(num_features, num_features, 3, padding=1)
        self.attention = ChannelAttention(num_features, squeeze)

    def forward(self, features: Tensor) -> Tensor:
        """Map (N, num_features, H, W) to the same shape."""
        return features + self.attention(self.conv2(F.relu(self.conv1(features), inplace=True)))


class ResidualGroup(nn.Module):
    """Attention blocks and a convolution, added to the input (equation 5 there)."""

    def __init__(self, config: RCANConfig) -> None:
        super().__init__()
        features = config.num_features
        blocks = (AttentionBlock(features, config.squeeze) for _ in range(config.num_blocks))
        self.blocks = nn.Sequential(*blocks)
        self.conv = nn.Conv2d(features, features, 3, padding=1)

    def forward(self, features: Tensor) -> Tensor:
        """Map (N, num_features, H, W) to the same shape."""
        return features + self.conv(self.blocks(features))


class RCAN(PixelShuffleNetwork):
    """RCAN: residual groups of attention blocks and pixel shuffle (figure 2 there).

    Channel attention averages over the whole input, so a picture enlarged in tiles differs slightly
    from one enlarged in one piece.
    """

    def __init__(self, config: RCANConfig | None = None) -> None:
        self.config = config = config or RCANConfig()
        groups = (ResidualGroup(config) for _ in range(config.num_groups))
        super().__init__(config.num_features, config.scale, groups)


def _sizes(state: State, counts: Counts) -> dict[str, Any]:
    """Read scale, features, groups, blocks and squeeze from a state dict's shapes."""
    features = convolution_shape(state, "conv_first.weight")[0]
    squeezed = convolution_shape(state, "body.0.blocks.0.attention.conv1.weight")[0]
    return {
        "scale": scale_of(state),
        "num_features": features,
        "num_groups": counts["group"],
        "num_blocks": counts["block"],
        "squeeze": features // max(1, squeezed),
    }


def _range_power(key: str) -> int:
    """Power of the pixel range: as `bias_power`, but attention's sigmoid reads the same numbers.

    In channel attention only the first convolution's weights compensate for larger features.
    """
    if ".attention." in key:
        return -1 if key.endswith("attention.conv1.weight") else 0
    return bias_power(key)


LAYERS_OF_A_BLOCK = [
    f"body.{{group}}.blocks.{{block}}.{layer}"
    for layer in ("conv1", "conv2", "attention.conv1", "attention.conv2")
]


def _block_layers(block: str, *names: str) -> dict[str, str]:
    """Name the four convolutions of a block by another program's prefix and names."""
    return {ours: block + name for ours, name in zip(LAYERS_OF_A_BLOCK, names, strict=True)}


def _native(doublings: int) -> Dialect:
    """Names in this package, for one scale."""
    body = same_names(*LAYERS_OF_A_BLOCK, "body.{group}.conv")
    return Dialect("native", native_layers(doublings) | body)


def _basicsr(doublings: int) -> Dialect:
    """Names in BasicSR, for one scale."""
    names = ("rcab.0", "rcab.2", "rcab.3.attention.1", "rcab.3.attention.3")
    body = same_names("body.{group}.conv")
    body |= _block_layers("body.{group}.residual_group.{block}.", *names)
    layers = basicsr_layers(doublings) | body
    return Dialect("basicsr", layers, value_range=255, range_power=_range_power, wrapper="params")


def _edsr_pytorch(doublings: int) -> Dialect:
    """Names in RCAN's authors' code, which follows EDSR-PyTorch, for one scale."""
    names = ("body.0", "body.2", "body.3.conv_du.0", "body.3.conv_du.2")
    body = _block_layers("body.{group}.body.{block}.", *names)
    body |= {"body.{group}.conv": "body.{group}.body.{num_blocks}"}
    body |= {"conv_body": "body.{num_groups}"}
    layers = edsr_pytorch_layers(doublings) | body
    return Dialect(
        "edsr-pytorch",
        layers,
        value_range=255,
        range_power=_range_power,
        constants=MEAN_SHIFT,
    )


DIALECTS = tuple(
    dialect
    for doublings in DOUBLINGS
    for dialect in (_native(doublings), _basicsr(doublings), _edsr_pytorch(doublings))
)
ARCHITECTURE = Architecture(RCAN, RCANConfig, DIALECTS, _sizes)
