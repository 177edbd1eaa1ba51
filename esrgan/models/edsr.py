"""EDSR (arXiv 1707.02921): wide residual blocks without batch normalisation."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from esrgan.models.architecture import Architecture, convolution_shape
from esrgan.models.blocks import ResidualBlock, check_sizes
from esrgan.models.dialect import Counts, Dialect, State, same_names
from esrgan.models.pixel_shuffle import (
    DOUBLINGS,
    MEAN_SHIFT,
    PixelShuffleNetwork,
    basicsr_layers,
    edsr_pytorch_layers,
    native_layers,
    scale_of,
)


@dataclass(frozen=True)
class EDSRConfig:
    """Size of an `EDSR`; the defaults are the published large network.

    The published baseline has 64 features, 16 blocks and a residual scale of 1.
    """

    scale: int = 4
    num_features: int = 256
    num_blocks: int = 32
    residual_scale: float = 0.1

    def __post_init__(self) -> None:
        """Refuse impossible sizes."""
        check_sizes("EDSR", self.scale, self.num_features, self.num_blocks)


class EDSR(PixelShuffleNetwork):
    """EDSR: scaled residual blocks and pixel shuffle (figure 3 there)."""

    def __init__(self, config: EDSRConfig | None = None) -> None:
        self.config = config = config or EDSRConfig()
        size, scale = config.num_features, config.residual_scale
        blocks = (ResidualBlock(size, scale) for _ in range(config.num_blocks))
        super().__init__(size, config.scale, blocks)


def _sizes(state: State, counts: Counts) -> dict[str, Any]:
    """Read scale, features and blocks from a state dict's shapes.

    The residual scale is not stored: wide networks were published with 0.1, others with 1.
    """
    features = convolution_shape(state, "conv_first.weight")[0]
    return {
        "scale": scale_of(state),
        "num_features": features,
        "num_blocks": counts["block"],
        "residual_scale": 0.1 if features >= 256 else 1.0,
    }


def _dialects(doublings: int) -> Iterator[Dialect]:
    """Names in this package, in BasicSR and in EDSR-PyTorch, for one scale."""
    blocks = [f"body.{{block}}.conv{conv}" for conv in (1, 2)]
    yield Dialect("native", native_layers(doublings) | same_names(*blocks))
    layers = basicsr_layers(doublings) | same_names(*blocks)
    yield Dialect("basicsr", layers, value_range=255, wrapper="params")
    layers = edsr_pytorch_layers(doublings) | {
        blocks[0]: "body.{block}.body.0",
        blocks[1]: "body.{block}.body.2",
        "conv_body": "body.{num_blocks}",
    }
    yield Dialect("edsr-pytorch", layers, value_range=255, constants=MEAN_SHIFT)


DIALECTS = tuple(dialect for doublings in DOUBLINGS for dialect in _dialects(doublings))
ARCHITECTURE = Architecture(EDSR, EDSRConfig, DIALECTS, _sizes)
