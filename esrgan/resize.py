"""MATLAB's `imresize` with the bicubic kernel, exact to the pixel on 8-bit pictures.

The kernel (Keys, doi 10.1109/TASSP.1981.1163711, a = −0.5) is stretched by the scale when a
picture is reduced, its weights are normalised, and the vertical pass comes first. OpenCV and
Pillow resize by other rules; their results differ by several grey levels.
"""

import math
from collections.abc import Iterator
from functools import lru_cache
from typing import Literal

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

KERNEL_WIDTH = 4.0
KERNEL_REACH_PX = 2
"""Pixels of the picture on each side of an enlarged pixel that it depends on."""
Edges = Literal["replicate", "mirror"]


def cubic(x: NDArray) -> NDArray[np.float64]:
    """Keys' cubic convolution kernel with a = −0.5, zero outside [−2, 2]."""
    distance = np.abs(x)
    near = 1.5 * distance**3 - 2.5 * distance**2 + 1.0
    far = -0.5 * distance**3 + 2.5 * distance**2 - 4.0 * distance + 2.0
    return np.where(distance <= 1.0, near, np.where(distance <= 2.0, far, 0.0))


def fold_indices(indices: NDArray[np.int64], size: int, edges: Edges) -> NDArray[np.int64]:
    """Replace indices outside a row of pixels by indices within it.

    Parameters
    ----------
    indices
        Of pixels; any integers.
    size
        Number of pixels in the row.
    edges
        'replicate' takes the outermost pixel; 'mirror' reflects, with the outermost pixel twice.

    Raises
    ------
    ValueError
        If `edges` is another word.
    """
    if edges == "replicate":
        return np.clip(indices, 0, size - 1)
    if edges == "mirror":
        position = indices % (2 * size)
        return np.minimum(position, 2 * size - 1 - position)
    raise ValueError(f"edges is 'replicate' or 'mirror', not {edges!r}.")


@lru_cache(maxsize=64)
def contributions(
    size_in: int, size_out: int, scale: float, edges: Edges
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Compute the weights and indices of the pixels that each pixel of a resized row sums.

    Parameters
    ----------
    size_in, size_out
        Number of pixels in the row and in the resized row.
    scale
        Ratio of the two, which is not exact where sizes were rounded.
    edges
        As in `imresize`.

    Returns
    -------
    tuple
        Weights and indices, (taps, size_out) each; the weights of a pixel add up to one.
    """
    stretch = min(scale, 1.0)
    width = KERNEL_WIDTH / stretch
    centre = (np.arange(size_out) + 0.5) / scale - 0.5
    left = np.floor(centre - width / 2).astype(np.int64)
    indices = left + np.arange(math.ceil(width) + 2)[:, None]
    weights = cubic((centre - indices) * stretch)
    weights /= weights.sum(axis=0)
    used = np.any(weights != 0, axis=1)
    return weights[used], fold_indices(indices[used], size_in, edges)


def resize_rows(picture: NDArray[np.float64], scale: float, edges: Edges) -> NDArray[np.float64]:
    """Resize the first axis of an array to ceil(scale · H), without rounding the values."""
    size_out = math.ceil(picture.shape[0] * scale)
    weights, indices = contributions(picture.shape[0], size_out, scale, edges)
    column = (size_out,) + (1,) * (picture.ndim - 1)
    total = np.zeros((size_out, *picture.shape[1:]))
    for weight, index in zip(weights, indices, strict=True):
        total += weight.reshape(column) * picture[index]
    return total


def imresize(picture: NDArray, scale: float, *, edges: Edges = "replicate") -> NDArray:
    """Resize a picture as MATLAB's `imresize(picture, scale, 'bicubic')` does.

    Parameters
    ----------
    picture
        (H, W) or (H, W, C), uint8, uint16 or floating point.
    scale
        Ratio of output to input size, above 0; sizes are rounded up.
    edges
        'replicate', as the field's benchmarks were made, or 'mirror', as newer MATLAB does.

    Returns
    -------
    NDArray
        (ceil(scale·H), ceil(scale·W)) with the channels and dtype of the input. Integers are
        rounded half-up and clipped after each of the two passes, as MATLAB does; floats are not.
        Scale 1 changes no pixel.

    Raises
    ------
    ValueError
        If the scale is not above 0, or the array is empty or has another number of axes.

    Examples
    --------
    >>> ramp = np.tile(np.arange(0, 64, 4, dtype=np.uint8), (8, 1))
    >>> imresize(ramp, 0.25)[0].tolist()
    [6, 22, 38, 54]
    """
    _check(scale, picture.shape, picture.ndim in (2, 3))
    if picture.ndim == 3:  # channel by channel: a third of the memory
        channels = np.moveaxis(picture, 2, 0)
        return np.stack([imresize(channel, scale, edges=edges) for channel in channels], axis=2)
    by_rows = _resize_along_rows(picture, scale, edges)
    return np.ascontiguousarray(_resize_along_rows(by_rows.T, scale, edges).T)


def _resize_along_rows(channel: NDArray, scale: float, edges: Edges) -> NDArray:
    """Resize the first axis of one channel; integers are rounded and clipped."""
    resized = resize_rows(channel.astype(np.float64), scale, edges)
    if channel.dtype.kind == "u":
        resized = np.floor(resized + 0.5).clip(0, np.iinfo(channel.dtype).max)
    return resized.astype(channel.dtype)


def enlarge_in_bands(picture: NDArray, scale: int, *, band_px: int = 128) -> Iterator[NDArray]:
    """Yield bands of rows that make up `imresize(picture, scale)`; each needs little memory.

    Parameters
    ----------
    picture
        (H, W) or (H, W, C).
    scale
        A whole number.
    band_px
        Rows of the picture that one band enlarges.
    """
    height = picture.shape[0]
    for top in range(0, height, band_px):
        bottom = min(height, top + band_px)
        outer_top = max(0, top - KERNEL_REACH_PX)
        outer = picture[outer_top : bottom + KERNEL_REACH_PX]
        first = (top - outer_top) * scale
        yield imresize(outer, scale)[first : first + (bottom - top) * scale]


def imresize_tensor(batch: Tensor, scale: float, *, edges: Edges = "replicate") -> Tensor:
    """Resize tensors as `imresize` does, differentiably, on any device, without rounding.

    Parameters
    ----------
    batch
        (N, C, H, W), floating point.
    scale
        Ratio of output to input size, above 0; sizes are rounded up.
    edges
        'replicate' or 'mirror'.

    Returns
    -------
    Tensor
        (N, C, ceil(scale·H), ceil(scale·W)), dtype and device of the input.

    Raises
    ------
    ValueError
        If the scale is not above 0, or the tensor is empty or has another number of axes.
    """
    _check(scale, tuple(batch.shape), batch.ndim == 4)
    for axis in (2, 3):
        size_out = math.ceil(batch.shape[axis] * scale)
        weights, indices = contributions(batch.shape[axis], size_out, scale, edges)
        column = (size_out, 1) if axis == 2 else (size_out,)
        taps = torch.from_numpy(weights).to(batch)
        sources = torch.from_numpy(indices).to(batch.device)
        batch = torch.stack(
            [
                tap.view(column) * batch.index_select(axis, source)
                for tap, source in zip(taps, sources, strict=True)
            ]
        ).sum(dim=0)
    return batch


def crop_to_multiple(picture: NDArray, scale: int) -> NDArray:
    """Cut rows at the bottom and columns at the right until both sides are multiples of `scale`.

    (H, W) or (H, W, C) of any dtype.

    Raises
    ------
    ValueError
        If a side is smaller than `scale`.
    """
    height, width = (side // scale * scale for side in picture.shape[:2])
    if not height or not width:
        raise ValueError(f"A picture of {picture.shape[:2]} is too small to shrink by {scale}.")
    return np.ascontiguousarray(picture[:height, :width])


def _check(scale: float, shape: tuple[int, ...], is_picture: bool) -> None:
    """Refuse a scale that is not above 0, and an array that is empty or no picture."""
    if not scale > 0:
        raise ValueError(f"scale must be above 0, not {scale}.")
    if not is_picture or 0 in shape:
        raise ValueError(f"Expected a picture of at least one pixel, got shape {shape}.")
