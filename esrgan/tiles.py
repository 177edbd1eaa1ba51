"""Work on a picture tile by tile: overlapping tiles whose weights add up to one everywhere."""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from esrgan.images import to_pixels, to_tensor
from esrgan.work import Progress, Steps

HALO_PX = 16
"""Pixels at LR size that a tile sees beyond its own; no pixel of the embedded networks changes by
more than one grey level for it."""
ALIGNMENT_PX = 4
"""A tile with its halo starts at a multiple of this, at LR size: networks that begin with a
pixel-unshuffle by 2 or 4 then see every pixel in the same place as in the whole picture."""
FEATHER_PX = 8
"""Half the width, at LR size, of the ramp in which one tile hands over to the next."""


Region = tuple[slice, slice]
"""Rows and columns of a tile, with its halo, in LR pixels."""
Render = Callable[[Tensor, Region], Tensor]
"""Maps a tile, float32 (1, 3, h, w) in [0, 1], and its place to (1, 3, scale·h, scale·w) on the
CPU."""


@dataclass(frozen=True)
class Span:
    """One tile's extent along an axis, in LR pixels: its own part, and with its halo."""

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
    """A part of an axis with what a network sees around it, aligned, as far as the axis goes."""
    return max(0, _aligned(start - HALO_PX)), min(size, -_aligned(-stop - HALO_PX))


def _aligned(position: int) -> int:
    """The next multiple of the alignment towards the picture's start."""
    return position // ALIGNMENT_PX * ALIGNMENT_PX


def ramp(span: Span, size: int, scale: int) -> NDArray[np.float32]:
    """Weight of a tile's output along an axis; those of all its neighbours add up to one."""
    position = (np.arange(span.outer_start * scale, span.outer_stop * scale) + 0.5) / scale
    weight = np.ones(position.size)
    if span.start > 0:
        weight *= np.clip((position - span.start) / (2 * FEATHER_PX) + 0.5, 0, 1)
    if span.stop < size:
        weight *= np.clip((span.stop - position) / (2 * FEATHER_PX) + 0.5, 0, 1)
    return weight.astype(np.float32)


def enlarge(pixels: NDArray, render: Render, *, scale: int, tile_px: int) -> Steps[NDArray]:
    """Render a picture tile by tile; one band of tiles at a time is held in floating point.

    Parameters
    ----------
    pixels
        (H, W, 3) RGB, uint8 or uint16.
    render
        Enlarges one tile.
    scale
        Ratio of output to input size.
    tile_px
        Largest tile at LR size, without its halo.

    Yields
    ------
    Progress
        After every tile.

    Returns
    -------
    NDArray
        (scale·H, scale·W, 3) of the type of `pixels`.
    """
    height, width = pixels.shape[:2]
    rows, columns = spans(height, tile_px), spans(width, tile_px)
    result = np.empty((height * scale, width * scale, 3), pixels.dtype)
    total, done, written = len(rows) * len(columns), 0, 0
    band = torch.zeros(1, 3, 0, width * scale)
    for index, row in enumerate(rows):
        top = row.outer_start * scale
        band = _extend(band, written - top, (row.outer_stop - row.outer_start) * scale)
        for column in columns:
            _add_tile(band, render, pixels, row, column, scale)
            done += 1
            yield Progress(done, total)
        last = index + 1 == len(rows)
        ready = (height if last else rows[index + 1].outer_start) * scale
        ready = max(written, ready)
        result[written:ready] = to_pixels(band[:, :, written - top : ready - top], pixels.dtype)
        band, written = band[:, :, ready - top :], ready
    return result


def _extend(band: Tensor, finished: int, rows: int) -> Tensor:
    """Room for the next band: `finished` rows that are written already, the rest carried over."""
    room = torch.zeros(1, 3, rows, band.shape[3])
    room[:, :, finished : finished + band.shape[2]] = band
    return room


def _add_tile(
    band: Tensor,
    render: Render,
    pixels: NDArray,
    row: Span,
    column: Span,
    scale: int,
) -> None:
    """Render one tile and add it, feathered, to its band."""
    height, width = pixels.shape[:2]
    rows = slice(row.outer_start, row.outer_stop)
    columns = slice(column.outer_start, column.outer_stop)
    tile = render(to_tensor(pixels[rows, columns]), (rows, columns))
    tile *= torch.from_numpy(ramp(row, height, scale))[:, None]
    tile *= torch.from_numpy(ramp(column, width, scale))
    band[:, :, :, columns.start * scale : columns.stop * scale] += tile
