"""A proxy of the perceptual index of PIRM 2018 (arXiv 1809.07517): Ma's score is estimated.

Ma's no-reference score (doi 10.1016/j.cviu.2016.12.009) is a trained forest on statistics of
local DCT, wavelets and patch singular values; its model is not free to ship. Here it is a
linear function of one statistic of the first family, with two fitted coefficients:
`python -m benchmarks.fit_perceptual_index BENCHMARKS` fits them and prints the errors.
"""

import math

import numpy as np
from numpy.typing import NDArray

from esrgan.metrics.fidelity import luma
from esrgan.metrics.naturalness import UndefinedError, niqe

BLOCK_PX = 8
MIDDLE_BAND = range(4, 7)
"""Sums u + v of the frequencies counted as the middle of an 8x8 DCT."""
MA_OFFSET, MA_SLOPE = 4.682, 0.4865
MA_RANGE = (0.0, 10.0)
PROXY_ERROR = 0.36
"""Leave-one-picture-out root mean squared error against sixteen published values of PI."""


def perceptual_index(picture: NDArray) -> float | None:
    """Estimate the perceptual index, PI; lower is better, standard error `PROXY_ERROR`.

    Parameters
    ----------
    picture
        (H, W, 3) RGB, uint8, uint16 or floating point in [0, 1]. Measured on the luma of the
        whole picture (the challenge cuts 4 px), with NIQE's embedded model, to which the
        coefficients were fitted.

    Returns
    -------
    float or None
        On PI's scale; None where NIQE has no value: under 192 px a side, or without texture.

    Raises
    ------
    ValueError
        If the array is not (H, W, 3) RGB.
    """
    try:
        return combine(ma_proxy(picture), niqe(picture))
    except UndefinedError:
        return None


def combine(ma: float, niqe_value: float) -> float:
    """Perceptual index of Ma's score and NIQE: ½ ((10 − Ma) + NIQE) (arXiv 1809.07517).

    Examples
    --------
    >>> combine(8.0, 4.0)
    3.0
    """
    return ((10.0 - ma) + niqe_value) / 2


def ma_proxy(picture: NDArray) -> float:
    """Estimate Ma's score, 0 to 10, higher is better, as a linear function of `texture`.

    Parameters
    ----------
    picture
        (H, W, 3) RGB, uint8, uint16 or floating point in [0, 1], at least 8 px a side.

    Raises
    ------
    UndefinedError
        If the picture is smaller.
    """
    return float(np.clip(MA_OFFSET + MA_SLOPE * texture(picture), *MA_RANGE))


def texture(picture: NDArray) -> float:
    """log(1 + mean energy of the middle frequencies) of 8x8 blocks of luma.

    Parameters
    ----------
    picture
        (H, W, 3) RGB, uint8, uint16 or floating point in [0, 1], at least 8 px a side; what
        exceeds a multiple of 8 px is left out.

    Returns
    -------
    float
        The energy is summed over the orthonormal DCT's coefficients with u + v in `MIDDLE_BAND`,
        in grey levels squared, and averaged over the blocks.
    """
    blocks = _blocks(luma(picture))
    cosines = dct_matrix(BLOCK_PX)
    coefficients = cosines @ blocks @ cosines.T
    order = np.add.outer(np.arange(BLOCK_PX), np.arange(BLOCK_PX))
    middle = np.isin(order, MIDDLE_BAND)
    return math.log1p(float(np.square(coefficients[:, middle]).sum(axis=1).mean()))


def dct_matrix(size: int) -> NDArray[np.float64]:
    """Orthonormal DCT-II, (size, size): row k is the k-th cosine."""
    index = np.arange(size)
    cosines = np.cos(np.pi * index[:, None] * (2 * index + 1) / (2 * size))
    cosines *= math.sqrt(2 / size)
    cosines[0] /= math.sqrt(2)
    return cosines


def _blocks(levels: NDArray[np.float64]) -> NDArray[np.float64]:
    """Cut (H, W) levels into (n, 8, 8); what exceeds a multiple of 8 px is left out."""
    rows, columns = (side // BLOCK_PX for side in levels.shape)
    if not rows or not columns:
        raise UndefinedError(f"too small: the index needs {BLOCK_PX} px a side")
    levels = levels[: rows * BLOCK_PX, : columns * BLOCK_PX]
    grid = levels.reshape(rows, BLOCK_PX, columns, BLOCK_PX)
    return grid.transpose(0, 2, 1, 3).reshape(-1, BLOCK_PX, BLOCK_PX)
