"""Seamless textures: pictures whose opposite borders fit, so that they can be laid side by side."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

MARGIN_PX = 16
"""LR pixels by which a texture is repeated: what a network sees around a tile."""


def repeat(texture: NDArray) -> NDArray:
    """Continue a texture, (H, W) or (H, W, C), on all sides by `MARGIN_PX` of its repetition."""
    margins = [(MARGIN_PX, MARGIN_PX)] * 2 + [(0, 0)] * (texture.ndim - 2)
    return np.pad(texture, margins, mode="wrap")


def cut_repeated(enlarged: NDArray, scale: int) -> NDArray:
    """Cut off the enlarged margins of `repeat`."""
    margin = MARGIN_PX * scale
    height, width = enlarged.shape[:2]
    return np.ascontiguousarray(enlarged[margin : height - margin, margin : width - margin])


def cutting(write: Callable[[NDArray], None], height: int, scale: int) -> Callable[[NDArray], None]:
    """Cut off the enlarged margins of `repeat` from rows that come one after the other.

    Parameters
    ----------
    write
        Takes the rows of the enlarged texture.
    height
        Of the texture, in LR pixels.
    scale
        Ratio of output to input size.

    Returns
    -------
    Callable
        Takes the rows of the enlarged repetition.
    """
    margin, done = MARGIN_PX * scale, 0

    def take(rows: NDArray) -> None:
        nonlocal done
        start = max(0, margin - done)
        stop = min(len(rows), margin + height * scale - done)
        done += len(rows)
        if start < stop:
            write(np.ascontiguousarray(rows[start:stop, margin:-margin]))

    return take
