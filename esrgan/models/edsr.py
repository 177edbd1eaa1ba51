"""EDSR (arXiv 1707.02921): wide residual blocks without batch normalisation."""

from dataclasses import dataclass

from esrgan.models.blocks import PixelShuffleNetwork, ResidualBlock, check_sizes


@dataclass(frozen=True)
class EDSRConfig:
    """Size of an `EDSR`; the defaults are the published large one, 16 × 64 × 1 its baseline."""

    scale: int = 4
    num_features: int = 256
    num_blocks: int = 32
    residual_scale: float = 0.1

    def __post_init__(self) -> None:
        """Refuse sizes that no network has."""
        check_sizes("EDSR", self.scale, self.num_features, self.num_blocks)


class EDSR(PixelShuffleNetwork):
    """The network around plain residual blocks (figure 3 there)."""

    def __init__(self, config: EDSRConfig | None = None) -> None:
        self.config = config = config or EDSRConfig()
        size, scale = config.num_features, config.residual_scale
        blocks = (ResidualBlock(size, scale) for _ in range(config.num_blocks))
        super().__init__(size, config.scale, blocks)
