"""EnhanceNet (arXiv 1612.07919): residual blocks, nearest upsampling, added to bicubic."""

from dataclasses import dataclass

from torch import Tensor, nn
from torch.nn import functional as F

from esrgan.models.architecture import Architecture
from esrgan.models.blocks import ResidualBlock, check_sizes, num_doublings
from esrgan.resize import imresize_tensor


@dataclass(frozen=True)
class EnhanceNetConfig:
    """Size of an `EnhanceNet`; the defaults are the published network (table 1 there)."""

    scale: int = 4
    num_features: int = 64
    num_blocks: int = 10

    def __post_init__(self) -> None:
        """Refuse impossible sizes."""
        check_sizes("EnhanceNet", self.scale, self.num_features, self.num_blocks)


class EnhanceNet(nn.Module):
    """Predicts what bicubic enlargement lacks (section 4.1 there).

    Reads and returns RGB in [0, 1] as float NCHW; the result is not clamped.
    """

    def __init__(self, config: EnhanceNetConfig | None = None) -> None:
        super().__init__()
        self.config = config = config or EnhanceNetConfig()
        features = config.num_features
        self.conv_first = nn.Conv2d(3, features, 3, padding=1)
        self.body = nn.Sequential(*(ResidualBlock(features) for _ in range(config.num_blocks)))
        doublings = range(num_doublings(config.scale))
        convolutions = (nn.Conv2d(features, features, 3, padding=1) for _ in doublings)
        self.upsample = nn.ModuleList(convolutions)
        self.conv_hr = nn.Conv2d(features, features, 3, padding=1)
        self.conv_last = nn.Conv2d(features, 3, 3, padding=1)

    def forward(self, lr: Tensor) -> Tensor:
        """Map (N, 3, H, W) to (N, 3, scale·H, scale·W)."""
        features = self.body(F.relu(self.conv_first(lr), inplace=True))
        for convolution in self.upsample:
            features = F.interpolate(features, scale_factor=2, mode="nearest")
            features = F.relu(convolution(features), inplace=True)
        residual = self.conv_last(F.relu(self.conv_hr(features), inplace=True))
        return imresize_tensor(lr, self.config.scale) + residual


ARCHITECTURE = Architecture(EnhanceNet, EnhanceNetConfig)
