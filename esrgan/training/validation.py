"""Validation: mean PSNR, SSIM and NIQE over some pictures, for a pair at several α."""

import math
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from esrgan.back_projection import back_project
from esrgan.metrics import niqe, psnr, ssim
from esrgan.metrics.fidelity import BORDER_PX, SSIM_WINDOW_PX
from esrgan.metrics.naturalness import UndefinedError
from esrgan.resize import imresize
from esrgan.tiles import Canvas, enlarge
from esrgan.training.cache import read_hr
from esrgan.training.config import SCALE

TILE_PX = 160
SMALLEST_PX = SSIM_WINDOW_PX + 2 * BORDER_PX
HEADER = ("| step | α | PSNR Y/dB | SSIM Y | NIQE |", "|---|---|---|---|---|")

Render = Callable[[Tensor], Tensor]
"""A network as a function from (1, 3, h, w) to (1, 3, 4·h, 4·w), float32."""


@dataclass(frozen=True)
class Row:
    """Mean scores of one network over the validation pictures.

    Attributes
    ----------
    alpha
        None for a single network.
    niqe
        Over the pictures for which it is defined; None if there is none.
    """

    step: int
    alpha: float | None
    psnr_y: float
    ssim_y: float
    niqe: float | None

    def to_json(self) -> dict[str, Any]:
        """The row's values by name."""
        return asdict(self)

    def named_values(self) -> dict[str, float]:
        """The scores that are defined, by names that contain the α."""
        suffix = "" if self.alpha is None else f"/alpha {self.alpha:.2f}"
        values = {"psnr_y": self.psnr_y, "ssim_y": self.ssim_y, "niqe": self.niqe}
        return {f"{name}{suffix}": value for name, value in values.items() if value is not None}

    def cost(self, *, is_adversarial: bool) -> float:
        """What is lowest for the best weights: NIQE for a GAN, else −PSNR."""
        return self.niqe if is_adversarial and self.niqe is not None else -self.psnr_y

    def __str__(self) -> str:
        alpha = "–" if self.alpha is None else f"{self.alpha:.2f}"
        naturalness = "–" if self.niqe is None else f"{self.niqe:.2f}"
        return f"| {self.step} | {alpha} | {self.psnr_y:.3f} | {self.ssim_y:.4f} | {naturalness} |"


class Validation:
    """Pictures to validate on, uint8 HR, each with its bicubic reduction.

    Parameters
    ----------
    paths
        The HR pictures.
    back_projection
        Iterations of back projection on each result; 0 for none.

    Raises
    ------
    ValueError
        If a picture cannot be read, or is too small for SSIM.
    """

    def __init__(self, paths: Sequence[Path], back_projection: int = 0) -> None:
        self.pairs = [(hr, imresize(hr, 1 / SCALE)) for hr in map(_read_hr, paths)]
        self.back_projection = back_projection

    def row(self, step: int, alpha: float | None, render: Render) -> Row:
        """Mean scores of a network at a step; `alpha` is that of the network."""
        results = [(self.rebuild(lr, render), hr) for hr, lr in self.pairs]
        natural = [value for sr, _ in results if (value := _niqe(sr)) is not None]
        return Row(
            step,
            alpha,
            math.fsum(psnr(sr, hr) for sr, hr in results) / len(results),
            math.fsum(ssim(sr, hr) for sr, hr in results) / len(results),
            math.fsum(natural) / len(natural) if natural else None,
        )

    def rebuild(self, lr: NDArray, render: Render) -> NDArray:
        """A picture enlarged by a network in tiles, then back-projected if the run does so."""
        height, width = (side * SCALE for side in lr.shape[:2])
        sr = Canvas(height, width, lr.dtype)
        for _ in enlarge(lr, lambda tile, _: render(tile), sr.write, scale=SCALE, tile_px=TILE_PX):
            pass
        return back_project(sr.pixels, lr, self.back_projection)


def _read_hr(path: Path) -> NDArray[np.uint8]:
    """An HR picture, refused if it is too small for SSIM."""
    hr = read_hr(path)
    if min(hr.shape[:2]) < SMALLEST_PX:
        raise ValueError(f"{path.name} has fewer than {SMALLEST_PX} px a side to validate on.")
    return hr


def _niqe(sr: NDArray) -> float | None:
    """NIQE, or None where it is not defined."""
    try:
        return niqe(sr)
    except UndefinedError:
        return None


def sample_picture(pixels: NDArray) -> Tensor:
    """Pixels (H, W, 3) as TensorBoard takes them: uint8 (3, H, W)."""
    return torch.from_numpy(np.ascontiguousarray(pixels)).permute(2, 0, 1)
