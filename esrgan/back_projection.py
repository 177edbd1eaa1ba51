"""Back projection: make an enlarged picture agree with the reduced one that it came from."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from esrgan.resize import imresize


def back_project(sr: NDArray, lr: NDArray, iterations: int = 20) -> NDArray:
    """Repeat out ← out + up(lr − down(out)) with MATLAB's bicubic in both directions.

    The authors' entry to PIRM-SR repeats this 20 times after the network (by their toolbox, not
    the paper): RMSE falls, and texture stays.

    Parameters
    ----------
    sr
        The enlarged picture, (s·H, s·W, 3) RGB, uint8 or uint16.
    lr
        The picture that was enlarged, (H, W, 3) RGB of the same dtype.
    iterations
        How often; 0 returns `sr` unchanged.

    Returns
    -------
    NDArray
        dtype and size of `sr`; rounded once, after the last iteration.

    Raises
    ------
    ValueError
        If `iterations` is negative, or the size of `sr` is no multiple of that of `lr`.
    """
    scale = sr.shape[0] // lr.shape[0]
    if iterations < 0:
        raise ValueError(f"iterations must not be negative, got {iterations}.")
    if (scale * lr.shape[0], scale * lr.shape[1]) != sr.shape[:2]:
        raise ValueError(f"{sr.shape[:2]} is no multiple of {lr.shape[:2]}.")
    if not iterations:
        return sr
    target: NDArray[Any] = lr.astype(np.float64)
    out: NDArray[Any] = sr.astype(np.float64)
    for _ in range(iterations):
        out += imresize(target - imresize(out, 1 / scale), scale)
    return np.rint(out).clip(0, np.iinfo(sr.dtype).max).astype(sr.dtype)
