"""Parts of several generators: the residual block, and checks of scales and sizes."""

import torch
from torch import Tensor, nn
from torch.nn import functional as F


class ResidualBlock(nn.Module):
    """Residual block: convolution, ReLU, convolution, scaled and added to the input.

    With `batch_norm` batch normalisation follows each convolution (ESRGAN, figure 8, column 2).
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
        inner = F.relu(self.bn1(self.conv1(features)), inplace=True)
        residual = self.bn2(self.conv2(inner))
        return torch.add(features, residual, alpha=self.residual_scale)


def num_doublings(scale: int) -> int:
    """Number of doublings that give a scale, which is a power of two."""
    return scale.bit_length() - 1


def check_sizes(name: str, scale: int, *sizes: int) -> None:
    """Refuse scales other than 2, 4 and 8, and sizes below 1.

    Raises
    ------
    ValueError
        With the network's name and the refused value.
    """
    if scale not in (2, 4, 8):
        raise ValueError(f"{name} has scale 2, 4 or 8, not {scale}.")
    if min(sizes) < 1:
        raise ValueError(f"{name} needs sizes of at least 1, not {min(sizes)}.")
