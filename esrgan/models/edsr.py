"""EDSR (arXiv 1707.02921): wide residual blocks without batch normalisation."""

from dataclasses import dataclass

from torch import Tensor, nn

from esrgan.models.blocks import (
    PixelShuffleUpsampling,
    ResidualBlock,
    check_sizes,
    mean_colour,
)


@dataclass(frozen=True)
class EDSRConfig:
    """Size of an `EDSR`; the defaults are the published large one, 16 × 64 × 1 its baseline."""

    scale: int = 4
    num_features: int = 256
    num_blocks: int = 32
    residual_scale: float = 0.1

    def __post_init__(self) -> None:
        """Refuse sizes that no network has."""
        check_sizes("EDSR", self.scale, self.num_features, self.num_blocks)


class EDSR(nn.Module):
    """Convolution, residual blocks with a long skip, pixel shuffle, convolution.

    Reads and returns RGB in [0, 1] as float NCHW; the result is not clamped.
    """

    def __init__(self, config: EDSRConfig | None = None) -> None:
        super().__init__()
        self.config = config = config or EDSRConfig()
        features = config.num_features
        self.conv_first = nn.Conv2d(3, features, 3, padding=1)
        blocks = (ResidualBlock(features, config.residual_scale) for _ in range(config.num_blocks))
        self.body = nn.Sequential(*blocks)
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
