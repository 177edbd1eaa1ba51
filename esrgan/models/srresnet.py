"""SRResNet, the generator of SRGAN (arXiv 1609.04802), with batch normalisation."""

from dataclasses import dataclass

from torch import Tensor, nn
from torch.nn import functional as F

from esrgan.models.architecture import Architecture


@dataclass(frozen=True)
class SRResNetConfig:
    """Size of an `SRResNet`; the defaults are the published ×4 network."""

    scale: int = 4
    num_features: int = 64
    num_blocks: int = 16

    def __post_init__(self) -> None:
        """Refuse impossible sizes."""
        if self.scale != 4:
            raise ValueError(f"SRResNet has scale 4, not {self.scale}.")
        if min(self.num_features, self.num_blocks) < 1:
            raise ValueError("SRResNet needs at least one feature and one block.")


class NormalisedBlock(nn.Module):
    """Residual block of SRGAN: conv, BN, PReLU, conv, BN, added to its input."""

    def __init__(self, num_features: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(num_features, num_features, 3, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(num_features)
        self.activation = nn.PReLU()
        self.conv2 = nn.Conv2d(num_features, num_features, 3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(num_features)

    def forward(self, features: Tensor) -> Tensor:
        """Map (N, num_features, H, W) to the same shape."""
        residual = self.activation(self.bn1(self.conv1(features)))
        return features + self.bn2(self.conv2(residual))


class SRResNet(nn.Module):
    """SRGAN's generator (figure 4 there): 9x9 ends, BN and PReLU, long skip, pixel shuffle.

    Reads and returns RGB in [0, 1] as float NCHW; the result is not clamped.
    """

    def __init__(self, config: SRResNetConfig | None = None) -> None:
        super().__init__()
        self.config = config = config or SRResNetConfig()
        features = config.num_features
        self.conv_first = nn.Conv2d(3, features, 9, padding=4)
        self.activation_first = nn.PReLU()
        self.body = nn.Sequential(*(NormalisedBlock(features) for _ in range(config.num_blocks)))
        self.conv_body = nn.Conv2d(features, features, 3, padding=1, bias=False)
        self.bn_body = nn.BatchNorm2d(features)
        self.conv_up1 = nn.Conv2d(features, 4 * features, 3, padding=1)
        self.activation_up1 = nn.PReLU()
        self.conv_up2 = nn.Conv2d(features, 4 * features, 3, padding=1)
        self.activation_up2 = nn.PReLU()
        self.conv_last = nn.Conv2d(features, 3, 9, padding=4)

    def forward(self, lr: Tensor) -> Tensor:
        """Map (N, 3, H, W) to (N, 3, 4·H, 4·W)."""
        features = self.activation_first(self.conv_first(lr))
        features = features + self.bn_body(self.conv_body(self.body(features)))
        features = self.activation_up1(F.pixel_shuffle(self.conv_up1(features), 2))
        features = self.activation_up2(F.pixel_shuffle(self.conv_up2(features), 2))
        return self.conv_last(features)


ARCHITECTURE = Architecture(SRResNet, SRResNetConfig)
