"""Parts that several generators share."""

from collections.abc import Iterable

from torch import Tensor, nn
from torch.nn import functional as F

DIV2K_MEAN = (0.4488, 0.4371, 0.4040)
"""Mean colour of DIV2K in [0, 1]; EDSR and RCAN take it off and put it back."""


class ResidualBlock(nn.Module):
    """Convolution, ReLU, convolution; the result, scaled, is added to the input.

    With `batch_norm` each convolution is followed by batch normalisation (the ablation's
    column 2).
    """

    def __init__(
        self, num_features: int, residual_scale: float = 1.0, *, batch_norm: bool = False
    ) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(num_features, num_features, 3, padding=1)
        self.conv2 = nn.Conv2d(num_features, num_features, 3, padding=1)
        self.bn1 = nn.BatchNorm2d(num_features) if batch_norm else nn.Identity()
        self.bn2 = nn.BatchNorm2d(num_features) if batch_norm else nn.Identity()
        self.residual_scale = residual_scale

    def forward(self, features: Tensor) -> Tensor:
        """Map (N, num_features, H, W) to the same shape."""
        residual = self.bn2(self.conv2(F.relu(self.bn1(self.conv1(features)))))
        return features + self.residual_scale * residual


class PixelShuffleUpsampling(nn.Sequential):
    """A convolution to 4·features channels and a pixel shuffle for every doubling."""

    def __init__(self, num_features: int, scale: int) -> None:
        wide = 4 * num_features
        super().__init__(
            *(nn.Conv2d(num_features, wide, 3, padding=1) for _ in range(num_doublings(scale)))
        )

    def forward(self, features: Tensor) -> Tensor:  # pyright: ignore[reportIncompatibleMethodOverride]
        """Map (N, num_features, H, W) to (N, num_features, scale·H, scale·W)."""
        for convolution in self:
            features = F.pixel_shuffle(convolution(features), 2)
        return features


class PixelShuffleNetwork(nn.Module):
    """Convolution, blocks with a long skip, pixel shuffle, convolution: what EDSR and RCAN are.

    Reads and returns RGB in [0, 1] as float NCHW; the result is not clamped.
    """

    def __init__(self, num_features: int, scale: int, blocks: Iterable[nn.Module]) -> None:
        super().__init__()
        self.conv_first = nn.Conv2d(3, num_features, 3, padding=1)
        self.body = nn.Sequential(*blocks)
        self.conv_body = nn.Conv2d(num_features, num_features, 3, padding=1)
        self.upsample = PixelShuffleUpsampling(num_features, scale)
        self.conv_last = nn.Conv2d(num_features, 3, 3, padding=1)

    def forward(self, lr: Tensor) -> Tensor:
        """Map (N, 3, H, W) to (N, 3, scale·H, scale·W)."""
        mean = mean_colour(lr)
        features = self.conv_first(lr - mean)
        features = features + self.conv_body(self.body(features))
        return self.conv_last(self.upsample(features)) + mean


def num_doublings(scale: int) -> int:
    """How often a size doubles to reach a scale that is a power of two."""
    return scale.bit_length() - 1


def check_sizes(name: str, scale: int, *sizes: int) -> None:
    """Refuse a scale that doublings do not reach, and sizes below one.

    Raises
    ------
    ValueError
        Naming the network.
    """
    if scale not in (2, 4, 8):
        raise ValueError(f"{name} has scale 2, 4 or 8, not {scale}.")
    if min(sizes) < 1:
        raise ValueError(f"{name} needs sizes of at least 1, not {min(sizes)}.")


def mean_colour(like: Tensor) -> Tensor:
    """DIV2K's mean as (1, 3, 1, 1), of the type and on the device of a tensor."""
    return like.new_tensor(DIV2K_MEAN).view(1, 3, 1, 1)
