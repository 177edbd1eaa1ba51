"""MSRResNet: SRResNet (arXiv 1609.04802) modified to do without batch normalisation."""

from dataclasses import dataclass
from typing import Any

from torch import Tensor, nn
from torch.nn import functional as F

from esrgan.models.architecture import Architecture, convolution_shape
from esrgan.models.blocks import ResidualBlock
from esrgan.models.dialect import Counts, Dialect, State, same_names
from esrgan.models.rrdbnet import initialise
from esrgan.models.srresnet import SRResNetConfig

NEGATIVE_SLOPE = 0.1
"""Slope of the LeakyReLU outside the residual blocks."""


@dataclass(frozen=True)
class MSRResNetConfig(SRResNetConfig):
    """Size of an `MSRResNet`; `batch_norm` puts it into the residual blocks, for ablations."""

    batch_norm: bool = False


class MSRResNet(nn.Module):
    """BN-free SRResNet (1,517,571 parameters): predicts what bilinear upsampling lacks.

    Reads and returns RGB in [0, 1] as float NCHW; the result is not clamped.
    """

    def __init__(self, config: MSRResNetConfig | None = None) -> None:
        super().__init__()
        self.config = config = config or MSRResNetConfig()
        features = config.num_features
        self.conv_first = nn.Conv2d(3, features, 3, padding=1)
        norm = config.batch_norm
        blocks = (ResidualBlock(features, batch_norm=norm) for _ in range(config.num_blocks))
        self.body = nn.Sequential(*blocks)
        self.conv_up1 = nn.Conv2d(features, 4 * features, 3, padding=1)
        self.conv_up2 = nn.Conv2d(features, 4 * features, 3, padding=1)
        self.conv_hr = nn.Conv2d(features, features, 3, padding=1)
        self.conv_last = nn.Conv2d(features, 3, 3, padding=1)
        initialise(self)

    def forward(self, lr: Tensor) -> Tensor:
        """Map (N, 3, H, W) to (N, 3, 4·H, 4·W)."""
        features = self.body(_activate(self.conv_first(lr)))
        features = _activate(F.pixel_shuffle(self.conv_up1(features), 2))
        features = _activate(F.pixel_shuffle(self.conv_up2(features), 2))
        residual = self.conv_last(_activate(self.conv_hr(features)))
        return residual + F.interpolate(lr, scale_factor=4, mode="bilinear", align_corners=False)


def _activate(features: Tensor) -> Tensor:
    """Apply LeakyReLU in place."""
    return F.leaky_relu(features, NEGATIVE_SLOPE, inplace=True)


def _sizes(state: State, counts: Counts) -> dict[str, Any]:
    """Read features and blocks from a state dict's shapes; the scale is always 4."""
    features = convolution_shape(state, "conv_first.weight")[0]
    return {"scale": 4, "num_features": features, "num_blocks": counts["block"]}


ENDS = same_names("conv_first", "conv_last")
BLOCKS = ("body.{block}.conv1", "body.{block}.conv2")
UPSAMPLING = {"conv_up1": "upconv1", "conv_up2": "upconv2"}
DIALECTS = (
    Dialect("basicsr", ENDS | same_names(*BLOCKS, "conv_hr") | UPSAMPLING, wrapper="params"),
    Dialect(
        "esrgan",
        ENDS
        | {name: name.replace("body", "recon_trunk") for name in BLOCKS}
        | UPSAMPLING
        | {"conv_hr": "HRconv"},
    ),
    Dialect("native", same_names("conv_first", *BLOCKS, *UPSAMPLING, "conv_hr", "conv_last")),
)
ARCHITECTURE = Architecture(MSRResNet, MSRResNetConfig, DIALECTS, _sizes)
