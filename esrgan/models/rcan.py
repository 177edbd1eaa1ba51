"""RCAN (arXiv 1807.02758): residual groups of blocks with channel attention."""

from dataclasses import dataclass

from torch import Tensor, nn
from torch.nn import functional as F

from esrgan.models.blocks import PixelShuffleNetwork, check_sizes


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


class RCAN(PixelShuffleNetwork):
    """The network around residual groups: residual in residual (figure 2 there).

    Channel attention looks at the whole input, so tiles give slightly other pixels than the
    picture in one piece.
    """

    def __init__(self, config: RCANConfig | None = None) -> None:
        self.config = config = config or RCANConfig()
        groups = (ResidualGroup(config) for _ in range(config.num_groups))
        super().__init__(config.num_features, config.scale, groups)
