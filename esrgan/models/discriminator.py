"""Discriminators: networks that give a logit for 'this is a real picture'."""

from torch import Tensor, nn
from torch.nn.utils.parametrizations import spectral_norm

NEGATIVE_SLOPE = 0.2


class PatchDiscriminator(nn.Module):
    """Spectral-norm discriminator that judges overlapping patches instead of the whole picture.

    A discriminator with batch normalisation saturates at once on little data; spectral
    normalisation (arXiv 1802.05957) keeps its gradient useful. The first and the last convolution
    are free, so that logits can grow: with all of them normalised it stayed at chance.
    """

    def __init__(self, num_features: int = 48) -> None:
        super().__init__()
        widths = (num_features, 2 * num_features, 4 * num_features)
        layers: list[nn.Module] = [nn.Conv2d(3, num_features, 3, padding=1)]
        inputs = num_features
        for width in widths:
            layers += [nn.LeakyReLU(NEGATIVE_SLOPE), nn.Conv2d(inputs, width, 4, 2, 1)]
            layers += [nn.LeakyReLU(NEGATIVE_SLOPE), nn.Conv2d(width, width, 3, padding=1)]
            inputs = width
        layers += [nn.LeakyReLU(NEGATIVE_SLOPE)]
        inner = (spectral_norm(x) if isinstance(x, nn.Conv2d) else x for x in layers[1:])
        self.layers = nn.Sequential(layers[0], *inner, nn.Conv2d(inputs, 1, 3, padding=1))

    def forward(self, picture: Tensor) -> Tensor:
        """Map RGB in [0, 1], (N, 3, H, W), to logits (N, 1, H/8, W/8)."""
        return self.layers(picture)
