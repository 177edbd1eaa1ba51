"""Files in which nodes of the α-curve travel to the page."""

import zlib

import numpy as np
from numpy.typing import NDArray

STEP = 1 / 16
"""Grid of the values, in grey levels: with 16 bits nothing is clipped, and the error of the
encoding, 0.02 levels (rms), is lost in the rounding to 8 bits."""
FASTEST = 1


def encode(plane: NDArray[np.int16]) -> bytes:
    """One node, int16 (H, W, 3) in steps of `STEP`: all high bytes, then all low ones, deflated.

    The browser inflates it by itself; the high bytes shrink to little.
    """
    high = (plane >> 8).astype(np.int8).tobytes()
    low = (plane & 255).astype(np.uint8).tobytes()
    return zlib.compress(high + low, FASTEST)


def decode(data: bytes, height: int, width: int) -> NDArray[np.int16]:
    """As the browser does it."""
    high, low = np.frombuffer(zlib.decompress(data), np.uint8).reshape(2, height, width, 3)
    return (high.view(np.int8).astype(np.int16) << 8) | low
