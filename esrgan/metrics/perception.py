"""A proxy of the perceptual index of PIRM 2018 (arXiv 1809.07517): Ma's score is estimated.

Ma's no-reference score (doi 10.1016/j.cviu.2016.12.009) is a trained forest on statistics of local
DCT, of wavelets, and of the singular values of patches; its model is not free to ship. Here it is a
linear function of one statistic of the last family, with two fitted coefficients:
`python -m benchmarks.fit_perceptual_index BENCHMARKS` chooses the statistic, fits the coefficients
and prints the errors.
"""

import numpy as np
from numpy.typing import NDArray

from esrgan.metrics.fidelity import luma
from esrgan.metrics.naturalness import UndefinedError, niqe

PATCH_PX = 5
"""Side of the patches whose singular values Ma's spatial features are (section 3.3 there)."""
SMALLEST_PX = 2 * PATCH_PX
ROUNDING_VARIANCE = 1 / 12
"""Variance, in grey levels squared, of the rounding to whole levels."""
MA_OFFSET, MA_SLOPE = 4.807, 1.6858
MA_RANGE = (0.0, 10.0)
PROXY_ERROR = 0.35
"""Root mean square error against sixteen published values of PI, of pictures left out one at a time
both of the choice of the statistic and of the fit; rounded up."""

Array = NDArray[np.float64]


def perceptual_index(picture: NDArray) -> float | None:
    """Estimate the perceptual index, PI; lower is better, standard error `PROXY_ERROR`.

    Parameters
    ----------
    picture
        (H, W, 3) RGB, uint8, uint16 or floating point in [0, 1]. Measured on the luma of the
        whole picture (the challenge cuts 4 px), with NIQE's public model.

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
    """Estimate Ma's score, 0 to 10, higher is better, as a linear function of `detail`.

    Parameters
    ----------
    picture
        (H, W, 3) RGB, uint8, uint16 or floating point in [0, 1], at least 10 px a side.

    Raises
    ------
    UndefinedError
        If the picture is smaller.
    """
    return float(np.clip(MA_OFFSET + MA_SLOPE * detail(luma(picture)), *MA_RANGE))


def detail(luma_levels: Array) -> float:
    """Log of the median singular value of 5x5 patches: how much a picture varies within few pixels.

    Blur lowers it and noise raises it, so that it says nothing about a noisy picture.

    Parameters
    ----------
    luma_levels
        (H, W) float64 in grey levels of 0 to 255, at least 10 px a side.

    Returns
    -------
    float
        The 13th of the 25 values of `log_deviations`.
    """
    return float(np.median(log_deviations(luma_levels)))


def log_deviations(luma_levels: Array) -> Array:
    """Log standard deviations of 5x5 patches along their principal axes, falling, (25,).

    They are the logs of the singular values of the centred matrix of patches over the root of the
    patches' number. The variance of rounding is added, so that a flat picture has finite values.

    Parameters
    ----------
    luma_levels
        (H, W) float64 in grey levels of 0 to 255, at least 10 px a side; cut into patches that do
        not overlap, and what exceeds a multiple of 5 px is left out.

    Raises
    ------
    UndefinedError
        If the picture is smaller.
    """
    if min(luma_levels.shape) < SMALLEST_PX:
        raise UndefinedError(f"too small: the index needs {SMALLEST_PX} px a side")
    rows, columns = (side // PATCH_PX for side in luma_levels.shape)
    levels = luma_levels[: rows * PATCH_PX, : columns * PATCH_PX]
    grid = levels.reshape(rows, PATCH_PX, columns, PATCH_PX)
    patches = grid.transpose(0, 2, 1, 3).reshape(-1, PATCH_PX**2)
    variances = np.linalg.eigvalsh(np.cov(patches, rowvar=False))[::-1]
    return np.log(np.maximum(variances, 0) + ROUNDING_VARIANCE) / 2
