"""The frame that EDSR and RCAN share: mean shift, long skip connection and pixel shuffle."""

from collections.abc import Iterable

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from esrgan.models.blocks import num_doublings
from esrgan.models.dialect import Constants, State, same_names

DIV2K_MEAN = (0.4488, 0.4371, 0.4040)
"""Mean RGB colour of DIV2K in [0, 1]: subtracted from the input and added to the output."""
MEAN_SHIFT_KEYS = ("sub_mean.weight", "sub_mean.bias", "add_mean.weight", "add_mean.bias")
"""Keys of the two 1x1 convolutions that do this in EDSR-PyTorch's files."""
DOUBLINGS = (1, 2, 3)
"""Numbers of doublings for scales 2, 4 and 8."""


class PixelShuffleUpsampling(nn.Sequential):
    """A convolution to 4·num_features channels and a pixel shuffle for each doubling."""

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
    """Convolution, body with a long skip connection, pixel shuffle, convolution.

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


def mean_colour(like: Tensor) -> Tensor:
    """DIV2K's mean as (1, 3, 1, 1), of the type and on the device of a tensor."""
    return like.new_tensor(DIV2K_MEAN).view(1, 3, 1, 1)


def scale_of(state: State) -> int:
    """Scale of a state dict in this package's keys: a doubling for each upsampling convolution."""
    return 2 ** sum(f"upsample.{up}.weight" in state for up in range(max(DOUBLINGS)))


def native_layers(doublings: int) -> dict[str, str]:
    """Layers outside the body, in this package's names."""
    ups = (f"upsample.{up}" for up in range(doublings))
    return same_names("conv_first", "conv_body", *ups, "conv_last")


def basicsr_layers(doublings: int) -> dict[str, str]:
    """Layers outside the body → BasicSR's names."""
    layers = same_names("conv_first", "conv_last") | {"conv_body": "conv_after_body"}
    return layers | {f"upsample.{up}": f"upsample.{2 * up}" for up in range(doublings)}


def edsr_pytorch_layers(doublings: int) -> dict[str, str]:
    """Layers outside the body → EDSR-PyTorch's names; it counts `conv_body` among the body."""
    layers = {"conv_first": "head.0", "conv_last": "tail.1"}
    return layers | {f"upsample.{up}": f"tail.0.{2 * up}" for up in range(doublings)}


def _mean_shift(value_range: int) -> dict[str, Tensor]:
    """Weights and biases that subtract the mean colour and add it again."""
    identity, mean = torch.eye(3).view(3, 3, 1, 1), value_range * torch.tensor(DIV2K_MEAN)
    return dict(zip(MEAN_SHIFT_KEYS, (identity, -mean, identity.clone(), mean), strict=True))


MEAN_SHIFT = Constants("a mean shift ('sub_mean.bias') other than DIV2K's", _mean_shift)
"""The mean shift as EDSR-PyTorch stores it."""
