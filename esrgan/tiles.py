"""Enlargement tile by tile: tiles overlap, and their weights add up to one at every pixel."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from esrgan.pixels import to_pixels, to_tensor
from esrgan.work import Progress, Steps

HALO_PX = 16
"""LR pixels around a tile that the network sees too. A wider halo changes no pixel of the embedded
networks' output by more than one grey level."""
ALIGNMENT_PX = 4
"""A tile with its halo starts at a multiple of this, at LR size: networks that begin with a
pixel-unshuffle by 2 or 4 then group the same pixels as in the whole picture."""
FEATHER_PX = 8
"""Half the width, in LR pixels, of the ramp over which two neighbouring tiles are blended."""

WRITTEN_ROWS = 64
"""Rows of the result that are rounded and handed on at once."""


@dataclass(frozen=True)
class Enlargement:
    """An enlarged picture.

    Attributes
    ----------
    pixels
        (scale·H, scale·W, 3), uint8 or uint16 as the picture was.
    p99
        Where α varies over the picture, so that every tile comes from an `AlphaCurve`: 99 % of
        the values are within this many grey levels of the networks' outputs, in the tile of the
        largest error. Else None, which means exact.
    """

    pixels: NDArray
    p99: float | None = None


Region = tuple[slice, slice]
"""Rows and columns of a tile, with its halo, in LR pixels."""
Render = Callable[[Tensor, Region], Tensor]
"""Enlarges a tile, float32 (1, 3, h, w) in [0, 1], to (1, 3, scale·h, scale·w) on the CPU. The
region is the tile's position in the picture."""
Write = Callable[[NDArray], None]
"""Takes the next rows of the result, (rows, scale·W, 3)."""


class Canvas:
    """A whole picture in memory, written row after row.

    Parameters
    ----------
    height, width
        Size in pixels.
    dtype
        uint8 or uint16.

    Attributes
    ----------
    pixels
        (H, W, 3); undefined below the rows that have been written.
    """

    def __init__(self, height: int, width: int, dtype: np.dtype) -> None:
        self.pixels = np.empty((height, width, 3), dtype)
        self._written = 0

    def write(self, rows: NDArray) -> None:
        """Append rows, (rows, W, 3)."""
        self.pixels[self._written : self._written + len(rows)] = rows
        self._written += len(rows)


class RowReader:
    """Rows of a picture that comes in bands, as many at a time as are asked for.

    Parameters
    ----------
    bands
        Arrays (rows, W) or (rows, W, C) from top to bottom.
    """

    def __init__(self, bands: Iterable[NDArray]) -> None:
        self._bands, self._rest = iter(bands), np.empty(0)

    def take(self, count: int) -> NDArray:
        """Return the next rows; there must be as many."""
        parts: list[NDArray] = []
        while count:
            if not len(self._rest):
                self._rest = next(self._bands)
            parts.append(self._rest[:count])
            self._rest = self._rest[count:]
            count -= len(parts[-1])
        return np.concatenate(parts)


@dataclass(frozen=True)
class Span:
    """Extent of a tile along one axis, in LR pixels.

    Attributes
    ----------
    start, stop
        Without the halo; the tiles of an axis adjoin.
    outer_start, outer_stop
        With the halo.
    """

    start: int
    stop: int
    outer_start: int
    outer_stop: int


def spans(size: int, tile_px: int) -> list[Span]:
    """Cut an axis into the fewest near-equal parts of at most `tile_px`, each with its halo."""
    count = -(-size // tile_px)
    seams = [round(index * size / count) for index in range(count + 1)]
    return [Span(start, stop, *with_halo(start, stop, size)) for start, stop in pairwise(seams)]


def with_halo(start: int, stop: int, size: int) -> tuple[int, int]:
    """Extend a part of an axis by the halo, as far as the axis goes.

    Parameters
    ----------
    start, stop
        The part, in LR pixels.
    size
        Length of the axis.

    Returns
    -------
    tuple
        Start and stop with the halo; both are multiples of `ALIGNMENT_PX`, unless the stop is
        the end of the axis.
    """
    return max(0, _aligned(start - HALO_PX)), min(size, -_aligned(-stop - HALO_PX))


def _aligned(position: int) -> int:
    """The largest multiple of `ALIGNMENT_PX` that is not above a position."""
    return position // ALIGNMENT_PX * ALIGNMENT_PX


def ramp(span: Span, size: int, scale: int) -> NDArray[np.float32]:
    """Compute the weights of a tile's output along one axis.

    They fall linearly to 0 around the seam with a neighbour, whose weights rise there: the two
    add up to one.

    Parameters
    ----------
    span
        The tile's extent, in LR pixels.
    size
        Length of the axis, in LR pixels.
    scale
        Ratio of output to input size.

    Returns
    -------
    NDArray
        float32, one for each output pixel of the tile with its halo.
    """
    position = (np.arange(span.outer_start * scale, span.outer_stop * scale) + 0.5) / scale
    weight = np.ones(position.size)
    if span.start > 0:
        weight *= np.clip((position - span.start) / (2 * FEATHER_PX) + 0.5, 0, 1)
    if span.stop < size:
        weight *= np.clip((span.stop - position) / (2 * FEATHER_PX) + 0.5, 0, 1)
    return weight.astype(np.float32)


def enlarge(
    pixels: NDArray, render: Render, write: Write, *, scale: int, tile_px: int, written: int = 0
) -> Steps[None]:
    """Enlarge a picture tile by tile; only one row of tiles at a time is held in floating point.

    Parameters
    ----------
    pixels
        (H, W, 3) RGB, uint8 or uint16.
    render
        Enlarges one tile with its halo.
    write
        Takes the next rows, in the dtype of `pixels`, as soon as they are ready. There is a step
        after every tile.
    scale
        Ratio of output to input size.
    tile_px
        Largest tile at LR size, without its halo.
    written
        Number of rows of the result that are written already and are left out.
    """
    height, width = pixels.shape[:2]
    rows, columns = spans(height, tile_px), spans(width, tile_px)
    rows = [row for row in rows if row.outer_stop * scale > written]
    next_tops = [*(row.outer_start for row in rows[1:]), height]
    size = (1, 3, max(row.outer_stop - row.outer_start for row in rows) * scale, width * scale)
    buffer = torch.empty(size).contiguous(memory_format=torch.channels_last)
    done, tail = 0, buffer[:, :, :0]
    for row, next_top in zip(rows, next_tops, strict=True):
        top = row.outer_start * scale
        buffer.zero_()[:, :, written - top : written - top + tail.shape[2]] = tail
        for column in columns:
            _add_tile(buffer, render, pixels, row, column, scale)
            done += 1
            yield Progress(done, len(rows) * len(columns))
        ready = max(written, next_top * scale)
        for start in range(written - top, ready - top, WRITTEN_ROWS):
            part = buffer[:, :, start : min(start + WRITTEN_ROWS, ready - top)]
            write(to_pixels(part, pixels.dtype))
        tail, written = buffer[:, :, ready - top : row.outer_stop * scale - top].clone(), ready


def _add_tile(
    buffer: Tensor,
    render: Render,
    pixels: NDArray,
    row: Span,
    column: Span,
    scale: int,
) -> None:
    """Enlarge one tile, multiply it by its weights, and add it to the row of tiles."""
    height, width = pixels.shape[:2]
    rows = slice(row.outer_start, row.outer_stop)
    columns = slice(column.outer_start, column.outer_stop)
    tile = render(to_tensor(pixels[rows, columns]), (rows, columns))
    tile *= torch.from_numpy(ramp(row, height, scale))[:, None]
    tile *= torch.from_numpy(ramp(column, width, scale))
    buffer[:, :, : tile.shape[2], columns.start * scale : columns.stop * scale] += tile
