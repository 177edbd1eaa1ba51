"""RCAN (arXiv 1807.02758): residual groups of blocks with channel attention."""

from dataclasses import dataclass

from torch import Tensor, nn
from torch.nn import functional as F

from esrgan.models.blocks import PixelShuffleUpsampling, check_sizes, mean_colour


@dataclass(frozen=True)
class RCANConfig:
    """Size of an `RCAN`; the defaults are the published network."""

    scale: int = 4
    num_features: int = 64
    num_groups: int = 10
    num_blocks: int = 20
    squeeze: int = 16

    def __post_init__(self) -> None:
        """Refuse sizes that no network has."""
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
        return features + self.attention(self.conv2(F.relu(self.conv1(features))))


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


class RCAN(nn.Module):
    """Residual in residual: groups with a long skip, pixel shuffle, convolution.

    Reads and returns RGB in [0, 1] as float NCHW; the result is not clamped. Channel attention
    looks at the whole input, so tiles give slightly other pixels than the picture in one piece.
    """

    def __init__(self, config: RCANConfig | None = None) -> None:
        super().__init__()
        self.config = config = config or RCANConfig()
        features = config.num_features
        self.conv_first = nn.Conv2d(3, features, 3, padding=1)
        self.body = nn.Sequential(*(ResidualGroup(config) for _ in range(config.num_groups)))
        self.conv_body = nn.Conv2d(features, features, 3, padding=1)
        self.upsample = PixelShuffleUpsampling(features, config.scale)
        self.conv_last = nn.Conv2d(features, 3, 3, padding=1)

    @property
    def scale(self) -> int:
        """Ratio of output to input size."""
        return self.config.scale

    def forward(self, lr: Tensor) -> Tensor:
        """Map (N, 3, H, W) to (N, 3, scale·H, scale·W)."""
        mean = mean_colour(lr)
        features = self.conv_first(lr - mean)
        features = features + self.conv_body(self.body(features))
        return self.conv_last(self.upsample(features)) + mean
