"""RRDBNet, the generator of ESRGAN (arXiv 1809.00219, section 3.1 and figure 4)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from esrgan.models.architecture import Architecture, convolution_shape
from esrgan.models.dialect import Counts, Dialect, State, same_names

RESIDUAL_SCALE = 0.2
"""Residual scaling β (section 3.1): each residual is multiplied by it before it is added."""
INITIAL_SCALE = 0.1
"""Factor on the MSRA initialisation (section 3.1, 'smaller initialization')."""
NEGATIVE_SLOPE = 0.2
"""Slope of every LeakyReLU."""
SCALES = (1, 2, 4, 8, 16)
"""Scales that can be built."""
DOUBLINGS = range(5)
"""Numbers of doublings that a network may have."""
UNSHUFFLED_CHANNELS = {12: 2, 48: 1}
"""Input channels after a pixel-unshuffle by 2 or 4, which two doublings follow → scale."""


@dataclass(frozen=True)
class RRDBNetConfig:
    """Size of an `RRDBNet`; the defaults are the paper's ×4 network (16,697,987 parameters).

    Attributes
    ----------
    scale
        1, 2, 4, 8 or 16.
    num_features, num_blocks, growth_channels
        At least one each.
    pixel_unshuffle
        Whether scales 1 and 2 start with a pixel-unshuffle by 4 and 2 and double twice, as
        Real-ESRGAN's do; the first ESRGAN's double as often as the scale says. No other scale
        depends on it.
    """

    scale: int = 4
    num_features: int = 64
    num_blocks: int = 23
    growth_channels: int = 32
    pixel_unshuffle: bool = True

    def __post_init__(self) -> None:
        """Refuse impossible sizes."""
        if self.scale not in SCALES:
            raise ValueError(f"RRDBNet has scale 1, 2, 4, 8 or 16, not {self.scale}.")
        if min(self.num_features, self.num_blocks, self.growth_channels) < 1:
            raise ValueError(
                "RRDBNet needs at least one feature, one block and one growth channel."
            )


class DenseBlock(nn.Module):
    """Five 3x3 convolutions, each reading all features before it; no batch normalisation."""

    def __init__(self, num_features: int, growth_channels: int) -> None:
        super().__init__()
        for index in range(1, 5):
            inputs = num_features + (index - 1) * growth_channels
            self.add_module(f"conv{index}", nn.Conv2d(inputs, growth_channels, 3, padding=1))
        self.conv5 = nn.Conv2d(num_features + 4 * growth_channels, num_features, 3, padding=1)

    def forward(self, features: Tensor) -> Tensor:
        """Map (N, num_features, H, W) to the same shape."""
        known = features
        for index in range(1, 5):
            grown = _activate(self.get_submodule(f"conv{index}")(known))
            known = torch.cat((known, grown), dim=1)
        return torch.add(features, self.conv5(known), alpha=RESIDUAL_SCALE)


class RRDB(nn.Module):
    """Residual-in-residual dense block: three dense blocks inside one scaled residual."""

    def __init__(self, num_features: int, growth_channels: int) -> None:
        super().__init__()
        self.rdb1 = DenseBlock(num_features, growth_channels)
        self.rdb2 = DenseBlock(num_features, growth_channels)
        self.rdb3 = DenseBlock(num_features, growth_channels)

    def forward(self, features: Tensor) -> Tensor:
        """Map (N, num_features, H, W) to the same shape."""
        residual = self.rdb3(self.rdb2(self.rdb1(features)))
        return torch.add(features, residual, alpha=RESIDUAL_SCALE)


class RRDBNet(nn.Module):
    """Convolution, RRDB trunk with a long skip, nearest-neighbour upsampling, two convolutions.

    Reads and returns RGB in [0, 1] as float NCHW; the result is not clamped. With a pixel-unshuffle
    by 4 (2) a picture whose sides are not multiples of 4 (2) is first padded by mirroring at its
    lower and right edge, and the result is cropped.
    """

    def __init__(self, config: RRDBNetConfig | None = None) -> None:
        super().__init__()
        self.config = config = config or RRDBNetConfig()
        features, growth = config.num_features, config.growth_channels
        is_unshuffled = config.pixel_unshuffle and config.scale < 4
        self.unshuffle = 4 // config.scale if is_unshuffled else 1
        self.num_doublings = (config.scale * self.unshuffle).bit_length() - 1
        self.conv_first = nn.Conv2d(3 * self.unshuffle**2, features, 3, padding=1)
        self.body = nn.Sequential(*(RRDB(features, growth) for _ in range(config.num_blocks)))
        self.conv_body = nn.Conv2d(features, features, 3, padding=1)
        for index in range(1, self.num_doublings + 1):
            self.add_module(f"conv_up{index}", nn.Conv2d(features, features, 3, padding=1))
        self.conv_hr = nn.Conv2d(features, features, 3, padding=1)
        self.conv_last = nn.Conv2d(features, 3, 3, padding=1)
        initialise(self)

    def forward(self, lr: Tensor) -> Tensor:
        """Map (N, 3, H, W) to (N, 3, scale·H, scale·W)."""
        height, width = (side * self.config.scale for side in lr.shape[-2:])
        if self.unshuffle > 1:
            lr = F.pixel_unshuffle(pad_to_multiple(lr, self.unshuffle), self.unshuffle)
        features = self.conv_first(lr)
        features = features + self.conv_body(self.body(features))
        for index in range(1, self.num_doublings + 1):
            features = F.interpolate(features, scale_factor=2, mode="nearest")
            convolution = self.get_submodule(f"conv_up{index}")
            features = _activate(convolution(features))
        sr = self.conv_last(_activate(self.conv_hr(features)))
        return sr[..., :height, :width]


def _activate(features: Tensor) -> Tensor:
    """Apply LeakyReLU in place."""
    return F.leaky_relu(features, NEGATIVE_SLOPE, inplace=True)


def pad_to_multiple(picture: Tensor, multiple: int) -> Tensor:
    """Mirror (N, C, H, W) at its lower and right edge, so that both sides are multiples.

    A picture too small to be mirrored repeats its last row and column instead.
    """
    bottom, right = (-side % multiple for side in picture.shape[-2:])
    can_mirror = bottom < picture.shape[-2] and right < picture.shape[-1]
    return F.pad(picture, (0, right, 0, bottom), mode="reflect" if can_mirror else "replicate")


def initialise(network: nn.Module, factor: float = INITIAL_SCALE) -> None:
    """Draw every convolution from MSRA's normal distribution times `factor`; zero the biases."""
    for module in network.modules():
        if isinstance(module, nn.Conv2d) and not module.weight.is_meta:
            nn.init.kaiming_normal_(module.weight, a=0.0, mode="fan_in")
            module.weight.data.mul_(factor)
            if module.bias is not None:
                nn.init.zeros_(module.bias)


def _sizes(state: State, counts: Counts) -> dict[str, Any]:
    """Read scale, features, blocks and growth channels from a state dict's shapes."""
    features, channels = convolution_shape(state, "conv_first.weight")[:2]
    written = convolution_shape(state, "conv_last.weight")[0]
    doublings = sum(f"conv_up{index}.weight" in state for index in range(1, max(DOUBLINGS) + 1))
    is_unshuffled = channels in UNSHUFFLED_CHANNELS and doublings == 2
    if written != 3 or not (channels == 3 or is_unshuffled):
        raise ValueError(
            f"is an RRDBNet that reads {channels} channels, doubles {doublings} times and writes "
            f"{written}, which is not supported: RGB networks read 3, or 12 (×2) or 48 (×1) after "
            "a pixel-unshuffle, and write 3"
        )
    return {
        "scale": UNSHUFFLED_CHANNELS[channels] if is_unshuffled else 2**doublings,
        "num_features": features,
        "num_blocks": counts["block"],
        "growth_channels": convolution_shape(state, "body.0.rdb1.conv1.weight")[0],
        "pixel_unshuffle": is_unshuffled or doublings >= 2,
    }


def _layers(first: str, body: str, tail: Mapping[str, str]) -> dict[str, str]:
    """Name all layers; `body` is a convolution's name with {block}, {dense} and {conv}."""
    convolutions = {
        f"body.{{block}}.rdb{dense}.conv{conv}": body.replace("{dense}", str(dense)).replace(
            "{conv}", str(conv)
        )
        for dense in range(1, 4)
        for conv in range(1, 6)
    }
    return {"conv_first": first, **convolutions, **tail}


def _basicsr(doublings: int) -> Dialect:
    """Names in BasicSR, which are this package's too."""
    ups = (f"conv_up{up}" for up in range(1, doublings + 1))
    tail = same_names("conv_body", *ups, "conv_hr", "conv_last")
    layers = _layers("conv_first", "body.{block}.rdb{dense}.conv{conv}", tail)
    return Dialect("basicsr", layers, wrapper="params")


def _esrgan(doublings: int) -> Dialect:
    """Names in the authors' code."""
    tail = {f"conv_up{up}": f"upconv{up}" for up in range(1, doublings + 1)}
    tail |= {"conv_body": "trunk_conv", "conv_hr": "HRconv", "conv_last": "conv_last"}
    return Dialect(
        "esrgan", _layers("conv_first", "RRDB_trunk.{block}.RDB{dense}.conv{conv}", tail)
    )


def _old(doublings: int) -> Dialect:
    """Names in the authors' first version, which numbers its layers."""
    last = 3 * doublings
    tail = {f"conv_up{up}": f"model.{3 * up}" for up in range(1, doublings + 1)}
    tail |= {"conv_body": "model.1.sub.{num_blocks}"}
    tail |= {"conv_hr": f"model.{last + 2}", "conv_last": f"model.{last + 4}"}
    return Dialect("old", _layers("model.0", "model.1.sub.{block}.RDB{dense}.conv{conv}.0", tail))


DIALECTS = tuple(
    dialect
    for doublings in sorted(DOUBLINGS, key=lambda number: (number != 2, number))  # usual first
    for dialect in (_basicsr(doublings), _esrgan(doublings), _old(doublings))
)
ARCHITECTURE = Architecture(RRDBNet, RRDBNetConfig, DIALECTS, _sizes)
