"""Discriminators: logits that say how real a picture, or each part of it, looks."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.nn.utils.parametrizations import spectral_norm

NEGATIVE_SLOPE = 0.2
SIGNAL_GAIN = 2.0
"""Factor after each activation of a spectrally normalised network. Each convolution shrinks a
typical signal to a third; after six of them logits would be about 0.002, and training would not
start."""
DETAIL_GAIN = 4.0
"""Factor on the fine detail, in which alone real and reconstructed pictures differ."""
DETAIL_PX = 4
"""Detail is what averaging over squares of this side removes."""
HIDDEN_FEATURES = 100
"""Outputs of the VGG discriminator's first linear layer."""
PATCH_SIZES_PX = (96, 128, 192)
"""Sizes of pictures that a VGG discriminator can judge."""


@dataclass(frozen=True)
class DiscriminatorConfig:
    """Kind and size of a discriminator.

    Attributes
    ----------
    kind
        'vgg' (the paper's, batch normalisation), 'vgg-spectral', 'unet-spectral' or
        'patch-spectral'.
    patch_px
        Side of the square pictures: 96, 128 or 192 for the VGG kinds, else a multiple of 8.
    num_features
        Outputs of the first convolution.
    """

    kind: str = "vgg"
    num_features: int = 64
    patch_px: int = 128

    def __post_init__(self) -> None:
        """Refuse unknown kinds and impossible sizes."""
        if self.kind not in DISCRIMINATORS:
            known = ", ".join(DISCRIMINATORS)
            raise ValueError(f"Unknown discriminator {self.kind!r}; choose one of {known}.")
        if self.kind.startswith("vgg") and self.patch_px not in PATCH_SIZES_PX:
            raise ValueError(f"A VGG discriminator judges 96, 128 or 192 px, not {self.patch_px}.")
        if not self.kind.startswith("vgg") and self.patch_px % 8:
            raise ValueError(f"{self.kind} judges multiples of 8 px, not {self.patch_px}.")
        if self.num_features < 1:
            raise ValueError("A discriminator needs at least one feature.")


def build_discriminator(config: DiscriminatorConfig) -> nn.Module:
    """Make a discriminator with fresh weights: RGB in [0, 1], (N, 3, H, W), to logits."""
    return DISCRIMINATORS[config.kind](config)


class VGGDiscriminator(nn.Module):
    """The VGG-style discriminator of SRGAN and ESRGAN: one logit a picture.

    Pairs of 3x3 convolutions and 4x4 ones at stride 2, of 64, 128, 256, 512 and 512 channels,
    then two linear layers. Every convolution but the first is normalised. Pictures of 192 px
    get a sixth pair, as in the official code, so that 96 and 192 both end at 3x3 pixels.
    """

    def __init__(self, config: DiscriminatorConfig) -> None:
        super().__init__()
        self.patch_px, self.gain = config.patch_px, 1.0
        stages = 6 if config.patch_px == PATCH_SIZES_PX[-1] else 5
        widths = [config.num_features * min(2**stage, 8) for stage in range(stages)]
        blocks: list[nn.Module] = []
        inputs = 3
        for width in widths:
            blocks.append(self.block(inputs, width, is_first=inputs == 3))
            blocks.append(self.block(width, width, kernel=4))
            inputs = width
        self.blocks = nn.ModuleList(blocks)
        self.linear1 = nn.Linear(inputs * (config.patch_px >> stages) ** 2, HIDDEN_FEATURES)
        self.linear2 = nn.Linear(HIDDEN_FEATURES, 1)

    def block(
        self, inputs: int, outputs: int, *, kernel: int = 3, is_first: bool = False
    ) -> nn.Module:
        """Make a convolution, of stride 2 if its kernel is 4x4, and its batch normalisation."""
        stride = 2 if kernel == 4 else 1
        convolution = nn.Conv2d(inputs, outputs, kernel, stride, 1, bias=is_first)
        return convolution if is_first else nn.Sequential(convolution, nn.BatchNorm2d(outputs))

    def forward(self, picture: Tensor) -> Tensor:
        """Map RGB in [0, 1], (N, 3, patch_px, patch_px), to logits (N, 1)."""
        if picture.shape[-2:] != (self.patch_px, self.patch_px):
            raise ValueError(f"Expected {self.patch_px} px, got {tuple(picture.shape[-2:])}.")
        features = picture
        for block in self.blocks:
            features = self.gain * F.leaky_relu(block(features), NEGATIVE_SLOPE)
        hidden = F.leaky_relu(self.linear1(features.flatten(1)), NEGATIVE_SLOPE)
        return self.linear2(hidden)


class SpectralVGGDiscriminator(VGGDiscriminator):
    """The VGG-style discriminator with spectral normalisation (arXiv 1802.05957).

    With batch normalisation it soon tells every real picture from every reconstructed one, and its
    gradient vanishes; spectral normalisation prevents this.
    """

    def __init__(self, config: DiscriminatorConfig) -> None:
        super().__init__(config)
        self.gain = SIGNAL_GAIN

    def block(
        self, inputs: int, outputs: int, *, kernel: int = 3, is_first: bool = False
    ) -> nn.Module:
        """Make a convolution, of stride 2 if its kernel is 4x4, and normalise all but the first."""
        convolution = nn.Conv2d(inputs, outputs, kernel, 2 if kernel == 4 else 1, 1)
        return convolution if is_first else spectral_norm(convolution)


class UNetDiscriminator(nn.Module):
    """U-Net with spectral normalisation (arXiv 2107.10833, section 3.3): one logit a pixel."""

    def __init__(self, config: DiscriminatorConfig) -> None:
        super().__init__()
        features = config.num_features
        self.conv_first = nn.Conv2d(3, features, 3, padding=1)
        self.down = nn.ModuleList(
            spectral_norm(nn.Conv2d(features << level, features << level + 1, 4, 2, 1, bias=False))
            for level in range(3)
        )
        self.up = nn.ModuleList(
            spectral_norm(nn.Conv2d(features << level + 1, features << level, 3, 1, 1, bias=False))
            for level in (2, 1, 0)
        )
        self.smooth = nn.ModuleList(
            spectral_norm(nn.Conv2d(features, features, 3, 1, 1, bias=False)) for _ in range(2)
        )
        self.conv_last = nn.Conv2d(features, 1, 3, padding=1)

    def forward(self, picture: Tensor) -> Tensor:
        """Map RGB in [0, 1], (N, 3, H, W), sides multiples of 8, to logits (N, 1, H, W)."""
        features = _activate(self.conv_first(picture))
        skips: list[Tensor] = []
        for convolution in self.down:
            skips.append(features)
            features = _activate(convolution(features))
        for convolution in self.up:
            features = F.interpolate(features, scale_factor=2, mode="bilinear")
            features = _activate(convolution(features)) + skips.pop()
        for convolution in self.smooth:
            features = _activate(convolution(features))
        return self.conv_last(features)


class PatchDiscriminator(nn.Module):
    """Spectral-norm discriminator that judges overlapping patches instead of the whole picture.

    A discriminator with batch normalisation saturates at once on little data; spectral
    normalisation (arXiv 1802.05957) keeps its gradient useful. The first and the last convolution
    are not normalised, so that logits can grow. The input is the picture and its `detail`; with
    the detail, it tells real from reconstructed pictures after a hundred steps instead of several
    hundred.
    """

    def __init__(self, config: DiscriminatorConfig) -> None:
        super().__init__()
        features = config.num_features
        self.conv_first = nn.Conv2d(6, features, 3, padding=1)
        inner: list[nn.Module] = []
        inputs = features
        for width in (features, 2 * features, 4 * features):
            inner.append(spectral_norm(nn.Conv2d(inputs, width, 4, 2, 1)))
            inner.append(spectral_norm(nn.Conv2d(width, width, 3, padding=1)))
            inputs = width
        self.inner = nn.ModuleList(inner)
        self.conv_last = nn.Conv2d(inputs, 1, 3, padding=1)

    def forward(self, picture: Tensor) -> Tensor:
        """Map RGB in [0, 1], (N, 3, H, W), to logits (N, 1, H/8, W/8)."""
        features = self.conv_first(torch.cat((picture, DETAIL_GAIN * detail(picture)), dim=1))
        for convolution in self.inner:
            features = convolution(_activate(features))
        return self.conv_last(_activate(features))


def _activate(features: Tensor) -> Tensor:
    """Apply LeakyReLU and `SIGNAL_GAIN`, which spectral normalisation needs."""
    return SIGNAL_GAIN * F.leaky_relu(features, NEGATIVE_SLOPE)


def detail(picture: Tensor) -> Tensor:
    """Subtract from a picture its averages over 4x4 pixels, enlarged bilinearly."""
    coarse = F.avg_pool2d(picture, DETAIL_PX)
    return picture - F.interpolate(coarse, scale_factor=DETAIL_PX, mode="bilinear")


DISCRIMINATORS: Mapping[str, Callable[[DiscriminatorConfig], nn.Module]] = {
    "vgg": VGGDiscriminator,
    "vgg-spectral": SpectralVGGDiscriminator,
    "unet-spectral": UNetDiscriminator,
    "patch-spectral": PatchDiscriminator,
}
"""Discriminators by the name of their kind."""
