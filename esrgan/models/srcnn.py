"""SRCNN (arXiv 1501.00092): three convolutions over the bicubically enlarged picture."""

from dataclasses import dataclass

from torch import Tensor, nn
from torch.nn import functional as F

from esrgan.models.architecture import Architecture
from esrgan.resize import imresize_tensor


@dataclass(frozen=True)
class SRCNNConfig:
    """Kernels and widths; the defaults are the 9-5-5 form behind the published 30.48 dB."""

    scale: int = 4
    first_kernel: int = 9
    middle_kernel: int = 5
    last_kernel: int = 5
    num_features: int = 64
    middle_features: int = 32

    def __post_init__(self) -> None:
        """Refuse impossible sizes."""
        if self.scale < 2:
            raise ValueError(f"SRCNN has scale 2 or more, not {self.scale}.")
        kernels = (self.first_kernel, self.middle_kernel, self.last_kernel)
        if any(kernel < 1 or kernel % 2 == 0 for kernel in kernels):
            raise ValueError(f"SRCNN's kernels have odd sizes, not {kernels}.")
        if min(self.num_features, self.middle_features) < 1:
            raise ValueError("SRCNN needs at least one feature in each layer.")


class SRCNN(nn.Module):
    """Patch extraction, non-linear mapping and reconstruction (section 3.1 there), on RGB.

    Reads and returns RGB in [0, 1] as float NCHW; the result is not clamped.
    """

    def __init__(self, config: SRCNNConfig | None = None) -> None:
        super().__init__()
        self.config = config = config or SRCNNConfig()
        first, middle, last = config.first_kernel, config.middle_kernel, config.last_kernel
        wide, narrow = config.num_features, config.middle_features
        self.conv1 = nn.Conv2d(3, wide, first, padding=first // 2)
        self.conv2 = nn.Conv2d(wide, narrow, middle, padding=middle // 2)
        self.conv3 = nn.Conv2d(narrow, 3, last, padding=last // 2)

    def forward(self, lr: Tensor) -> Tensor:
        """Map (N, 3, H, W) to (N, 3, scale·H, scale·W)."""
        enlarged = imresize_tensor(lr, self.config.scale)
        features = F.relu(self.conv1(enlarged), inplace=True)
        return self.conv3(F.relu(self.conv2(features), inplace=True))


ARCHITECTURE = Architecture(SRCNN, SRCNNConfig)
