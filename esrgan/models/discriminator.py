"""Discriminators: how real each part of a picture looks, as logits."""

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.nn.utils.parametrizations import spectral_norm

NEGATIVE_SLOPE = 0.2
SIGNAL_GAIN = 2.0
"""Factor after each activation. A spectrally normalised convolution passes a third of a typical
signal; six of them in a row would leave nothing to learn from (logits of 0.002, no progress)."""
DETAIL_GAIN = 4.0
"""Factor on the fine detail, which is all that real and rebuilt pictures differ in."""
COARSE = 4


class PatchDiscriminator(nn.Module):
    """Spectral-norm discriminator that judges overlapping patches instead of the whole picture.

    A discriminator with batch normalisation saturates at once on little data; spectral
    normalisation (arXiv 1802.05957) keeps its gradient useful. The first and the last convolution
    are free, so that logits can grow. The picture's detail, finer than four pixels, is shown to
    it besides the picture: it then tells real from rebuilt after a hundred steps instead of
    several hundred.
    """

    def __init__(self, num_features: int = 48) -> None:
        super().__init__()
        widths = (num_features, 2 * num_features, 4 * num_features)
        self.conv_first = nn.Conv2d(6, num_features, 3, padding=1)
        inner: list[nn.Module] = []
        inputs = num_features
        for width in widths:
            inner.append(spectral_norm(nn.Conv2d(inputs, width, 4, 2, 1)))
            inner.append(spectral_norm(nn.Conv2d(width, width, 3, padding=1)))
            inputs = width
        self.inner = nn.ModuleList(inner)
        self.conv_last = nn.Conv2d(inputs, 1, 3, padding=1)

    def forward(self, picture: Tensor) -> Tensor:
        """Map RGB in [0, 1], (N, 3, H, W), to logits (N, 1, H/8, W/8)."""
        features = self.conv_first(torch.cat((picture, DETAIL_GAIN * detail(picture)), dim=1))
        for convolution in self.inner:
            features = convolution(SIGNAL_GAIN * F.leaky_relu(features, NEGATIVE_SLOPE))
        return self.conv_last(SIGNAL_GAIN * F.leaky_relu(features, NEGATIVE_SLOPE))


def detail(picture: Tensor) -> Tensor:
    """What a reduction by four loses: the picture less its average over 4x4 pixels, smoothed."""
    coarse = F.avg_pool2d(picture, COARSE)
    return picture - F.interpolate(coarse, scale_factor=COARSE, mode="bilinear")
