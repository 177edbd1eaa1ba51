"""Orientation: how EXIF and TIFF say which way a picture is turned."""

import numpy as np
from numpy.typing import NDArray

ORIENTATION_TAG = 0x0112


def orient(array: NDArray, orientation: int) -> NDArray:
    """Turn a picture upright.

    Parameters
    ----------
    array
        (H, W) or (H, W, C).
    orientation
        EXIF's, 1 to 8; any other number changes nothing.
    """
    if orientation in (5, 6, 7, 8):
        array = array.swapaxes(0, 1)
    if orientation in (3, 4, 7, 8):
        array = array[::-1]
    if orientation in (2, 3, 6, 7):
        array = array[:, ::-1]
    return np.ascontiguousarray(array)
