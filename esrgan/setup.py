"""How an `Upscaler` is opened: settings that travel to another process in its place."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from esrgan.inference import DEFAULT_TILE_PX, Upscaler
from esrgan.weights import Model


@dataclass(frozen=True)
class Setup:
    """Settings of an `Upscaler`; when pickled, they go without the networks.

    Attributes
    ----------
    model
        An entry of the registry.
    device, precision, tile_px
        As in the constructor of `Upscaler`.
    """

    model: Model
    device: str = "auto"
    precision: str = "auto"
    tile_px: int = DEFAULT_TILE_PX

    @cached_property
    def upscaler(self) -> Upscaler:
        """The upscaler, opened at its first use in each process."""
        return Upscaler(
            self.model, device=self.device, precision=self.precision, tile_px=self.tile_px
        )

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.model, self.device, self.precision, self.tile_px)
