"""`Tiled`: the networks of a model on whole pictures, tile by tile, at one precision."""

from collections.abc import Iterator, Sequence
from copy import copy
from dataclasses import replace
from functools import partial
from threading import Lock

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from esrgan.alpha_map import Map, sample
from esrgan.borders import NO_SIDES, keep_flat
from esrgan.cutout import Cutout
from esrgan.engine import Engine
from esrgan.interpolation import AlphaCurve
from esrgan.memory import is_out_of_memory
from esrgan.pixels import to_tensor
from esrgan.precision import is_valid
from esrgan.resize import enlarge_in_bands
from esrgan.seamless import cut_repeated, cutting, repeat
from esrgan.tiles import Region, Render, Write, enlarge
from esrgan.weights import Generator
from esrgan.work import Progress, Steps

BICUBIC_SCALE = 4
SMALLEST_TILE_PX = 64


class Tiled:
    """The networks of a model on whole pictures.

    Parameters
    ----------
    ends
        None for bicubic interpolation, one of a single model, two of a pair.
    dtype
        Precision of the networks.
    tile_px
        Largest tile at LR size.
    wrap
        Whether pictures are seamless textures.
    """

    def __init__(
        self, ends: Sequence[Generator], dtype: torch.dtype, tile_px: int, *, wrap: bool
    ) -> None:
        self.ends, self.dtype, self.tile_px, self.wrap = ends, dtype, tile_px, wrap
        self._engines: dict[torch.dtype, Engine] = {}
        self._making = Lock()

    @property
    def scale(self) -> int:
        """Ratio of output to input size."""
        return self.ends[0].scale if self.ends else BICUBIC_SCALE

    def like(self, dtype: torch.dtype, tile_px: int) -> "Tiled":
        """Make one with other settings that shares the engines."""
        other = copy(self)
        other.dtype, other.tile_px = dtype, tile_px
        return other

    def steps(
        self, picture: NDArray, alpha: float | Map | None, write: Write, cutout: Cutout
    ) -> Steps[float | None]:
        """Enlarge a picture, a seamless texture with its repetition around it.

        Parameters
        ----------
        picture
            (H, W, 3) RGB, uint8 or uint16.
        alpha
            One that fits the model, or a map, float32 (h, w).
        write
            Takes rows of the result.
        cutout
            What is known of the whole picture.

        Returns
        -------
        float or None
            Bound of the error where α varies, see `Enlargement`.
        """
        if self.wrap:
            height, width = picture.shape[:2]
            if isinstance(alpha, np.ndarray):
                alpha = repeat(sample(alpha, slice(0, height), slice(0, width), (height, width)))
            write = cutting(write, height, self.scale)
            picture, cutout = repeat(picture), replace(cutout, sides=NO_SIDES)
        if not self.ends:
            yield from _in_bands(picture, self.scale, write)
            return None
        if isinstance(alpha, np.ndarray):
            return (yield from self._by_map(picture, alpha, write, cutout))

        def render(lr: Tensor, region: Region) -> Tensor:
            return self._run(lr, alpha, cutout.at(*region, picture.shape[:2]))

        yield from self._in_tiles(picture, render, write)
        return None

    def enlarge_whole(
        self, picture: NDArray, alpha: float | None, cutout: Cutout
    ) -> NDArray[np.float32]:
        """Enlarge a picture, as `steps` does, in one piece to float32, not clipped."""
        if not self.wrap:
            return self._enlarge_float(to_tensor(picture), alpha, cutout)
        repeated, inner = to_tensor(repeat(picture)), replace(cutout, sides=NO_SIDES)
        return cut_repeated(self._enlarge_float(repeated, alpha, inner), self.scale)

    def opacity_bands(self, opacity: NDArray) -> Iterator[NDArray]:
        """Enlarge an alpha channel, (H, W), by bicubic interpolation; yields bands of rows."""
        if not self.wrap:
            yield from enlarge_in_bands(opacity, self.scale)
            return
        large = np.concatenate(list(enlarge_in_bands(repeat(opacity), self.scale)))
        yield cut_repeated(large, self.scale)

    def _enlarge_float(
        self, lr: Tensor, alpha: float | None, cutout: Cutout
    ) -> NDArray[np.float32]:
        """Enlarge a tensor, (1, 3, h, w), to float32 (s·h, s·w, 3), not clipped."""
        sr = self._run(lr, alpha, cutout)[0].numpy()
        return np.ascontiguousarray(sr.transpose(1, 2, 0))

    def _by_map(
        self, picture: NDArray, alpha_map: Map, write: Write, cutout: Cutout
    ) -> Steps[float]:
        """Enlarge each tile by its own curve; returns the largest bound of their errors."""
        size = (picture.shape[0] * self.scale, picture.shape[1] * self.scale)
        bounds: list[float] = []

        def render(lr: Tensor, region: Region) -> Tensor:
            rows, columns = (slice(s.start * self.scale, s.stop * self.scale) for s in region)
            tile = cutout.at(*region, picture.shape[:2])
            curve = AlphaCurve(partial(self._enlarge_float, lr, cutout=tile)).complete()
            bounds.append(curve.p99)
            sr = curve.at_float(sample(alpha_map, rows, columns, size))
            return torch.from_numpy(sr).permute(2, 0, 1)[None]

        yield from self._in_tiles(picture, render, write)
        return max(bounds)

    def _in_tiles(self, picture: NDArray, render: Render, write: Write) -> Steps[None]:
        """Enlarge tile by tile; where memory is too small, go on with smaller tiles."""
        tile_px, written = self.tile_px, 0

        def count(rows: NDArray) -> None:
            nonlocal written
            write(rows)
            written += len(rows)

        while True:
            layout = {"scale": self.scale, "tile_px": tile_px, "written": written}
            try:
                return (yield from enlarge(picture, render, count, **layout))
            except (RuntimeError, MemoryError) as error:
                if not is_out_of_memory(error) or tile_px <= SMALLEST_TILE_PX:
                    raise
                tile_px = max(SMALLEST_TILE_PX, tile_px // 2)

    def _run(self, lr: Tensor, alpha: float | None, cutout: Cutout) -> Tensor:
        """Enlarge one tile, flat up to the picture's border; a grey picture gets no colour."""
        sr = keep_flat(partial(self._run_network, alpha=alpha), lr, cutout.sides)
        if not cutout.grey:
            return sr
        mean = sr.mean(dim=1, keepdim=True).expand(-1, 3, -1, -1)
        return mean.contiguous(memory_format=torch.channels_last)

    def _run_network(self, lr: Tensor, alpha: float | None) -> Tensor:
        """Enlarge one tile, (1, 3, h, w), by the network at one α to float32 (1, 3, s·h, s·w).

        A half-precision output that is not valid is computed again in float32.
        """
        sr = self._engine(self.dtype).run(lr, alpha)
        if self.dtype != torch.float32 and not is_valid(sr, lr):
            sr = self._engine(torch.float32).run(lr, alpha)
        return sr

    def _engine(self, dtype: torch.dtype) -> Engine:
        """The model's engine of a precision, made when it is needed for the first time."""
        with self._making:
            if dtype not in self._engines:
                self._engines[dtype] = Engine(self.ends, dtype)
            return self._engines[dtype]


def _in_bands(picture: NDArray, scale: int, write: Write) -> Steps[None]:
    """Enlarge by bicubic interpolation, band by band of rows."""
    height, done = picture.shape[0] * scale, 0
    for band in enlarge_in_bands(picture, scale):
        write(band)
        done += len(band)
        yield Progress(done, height)
