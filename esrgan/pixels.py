"""Pixels of a picture, integers (H, W, 3), and tensors of a network, floats (1, 3, H, W)."""

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor


def check_pixels(pixels: NDArray) -> None:
    """Refuse an array that is not (H, W, 3) uint8 or uint16 of at least one pixel."""
    is_picture = pixels.ndim == 3 and pixels.shape[2] == 3 and pixels.size > 0
    if not is_picture or pixels.dtype.name not in ("uint8", "uint16"):
        raise ValueError(
            f"Expected uint8 or uint16 RGB pixels (H, W, 3), got {pixels.dtype} {pixels.shape}."
        )


def to_tensor(pixels: NDArray) -> Tensor:
    """Convert pixels, uint8 or uint16 (H, W, 3), to float32 (1, 3, H, W) in [0, 1].

    Raises
    ------
    ValueError
        If the array has another shape or dtype.
    """
    check_pixels(pixels)
    channels = np.ascontiguousarray(pixels.transpose(2, 0, 1)).astype(np.float32)
    return torch.from_numpy(channels / np.iinfo(pixels.dtype).max)[None]


def round_pixels(values: NDArray, dtype: np.dtype | type = np.uint8) -> NDArray:
    """Convert floats, clamped to [0, 1], to an integer type, rounded half-up; 1 is its maximum."""
    scaled = values.clip(0, 1)  # a copy, changed in place: a band of a large picture is large
    scaled *= np.iinfo(dtype).max
    scaled += 0.5
    return scaled.astype(dtype)


def to_pixels(batch: Tensor, dtype: np.dtype | type = np.uint8) -> NDArray:
    """Convert floats (1, 3, H, W), clamped to [0, 1], to integers (H, W, 3), rounded half-up."""
    return round_pixels(batch[0].detach().float().cpu().numpy().transpose(1, 2, 0), dtype)


def to_8_bit(array: NDArray) -> NDArray[np.uint8]:
    """Convert uint16 to uint8, rounded; a uint8 array is returned unchanged."""
    if array.dtype == np.uint8:
        return array
    return ((array.astype(np.uint32) + 128) // 257).astype(np.uint8)


def to_grey(pixels: NDArray) -> NDArray:
    """Rounded mean of the channels of (H, W, 3); the value itself where they are equal."""
    total = pixels.astype(np.uint32).sum(axis=2)
    return ((2 * total + 3) // 6).astype(pixels.dtype)


def has_colour(pixels: NDArray) -> bool:
    """Whether the three channels of (H, W, 3) differ anywhere.

    Examples
    --------
    >>> has_colour(np.full((2, 2, 3), 7, np.uint8))
    False
    """
    first = pixels[..., 0]
    return not all(np.array_equal(first, pixels[..., channel]) for channel in (1, 2))


def without_colour(pixels: NDArray) -> NDArray:
    """Set the three channels of (H, W, 3) to their rounded mean."""
    return np.repeat(to_grey(pixels)[..., None], 3, axis=2)
