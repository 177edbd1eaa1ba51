"""Self-ensemble: the mean of a network's results for the eight symmetries of the square.

The field marks such results by a '+', as in EDSR+ (Lim et al., arXiv 1707.02921, section 3.3).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from esrgan.alpha_map import Map
from esrgan.inference import Upscaler
from esrgan.pixels import check_pixels
from esrgan.tiles import Enlargement
from esrgan.work import Progress, Steps, Work

TO_16_BIT = 257
"""65535 / 255: results of 16 bits a channel are averaged, so that none is rounded to 8 before."""


@dataclass(frozen=True)
class Symmetry:
    """One of the eight symmetries of the square, for arrays of (H, W) or (H, W, C).

    Attributes
    ----------
    quarter_turns
        0 to 3, after the reflection.
    is_mirrored
        Whether left and right are exchanged.
    """

    quarter_turns: int
    is_mirrored: bool

    def apply(self, array: NDArray) -> NDArray:
        """Reflect and turn."""
        return np.ascontiguousarray(
            np.rot90(array[:, ::-1] if self.is_mirrored else array, self.quarter_turns)
        )

    def undo(self, array: NDArray) -> NDArray:
        """Turn back and reflect: the inverse of `apply`."""
        turned = np.rot90(array, -self.quarter_turns)
        return turned[:, ::-1] if self.is_mirrored else turned


SYMMETRIES = tuple(
    Symmetry(quarter_turns, is_mirrored)
    for is_mirrored in (False, True)
    for quarter_turns in range(4)
)


def symmetric_tiles(
    upscaler: Upscaler, picture: NDArray, alpha: float | Map | None = None
) -> Work[Enlargement]:
    """Enlarge a picture as `Upscaler.tiles` does, eight times, and take the mean.

    Parameters
    ----------
    upscaler
        The model.
    picture
        (H, W, 3) RGB, uint8 or uint16.
    alpha
        As in `Upscaler.tiles`; a map is turned with the picture.

    Returns
    -------
    Work of Enlargement
        Pixels are rounded half-up once, after the mean of the eight results, each clipped and of
        16 bits a channel; the p99 of a map is the largest of the eight.
    """
    return Work(_steps(upscaler, picture, alpha))


def _steps(upscaler: Upscaler, picture: NDArray, alpha: float | Map | None) -> Steps[Enlargement]:
    """Enlarge under every symmetry and average."""
    check_pixels(picture)
    unit = 1 if picture.dtype == np.uint16 else TO_16_BIT
    fine = picture * np.uint16(unit)
    height, width = (upscaler.scale * side for side in picture.shape[:2])
    total = np.zeros((height, width, 3), np.float32)
    bounds: list[float] = []
    for number, symmetry in enumerate(SYMMETRIES):
        turned = symmetry.apply(alpha) if isinstance(alpha, np.ndarray) else alpha
        tiles = upscaler.tiles(symmetry.apply(fine), turned)
        for progress in tiles:
            done = number * progress.total + progress.done
            yield Progress(done, len(SYMMETRIES) * progress.total)
        enlarged = tiles.result()
        total += symmetry.undo(enlarged.pixels)
        bounds += [] if enlarged.p99 is None else [enlarged.p99]
    mean = np.floor(total / (len(SYMMETRIES) * unit) + 0.5)
    return Enlargement(mean.astype(picture.dtype), max(bounds, default=None))
