"""NIQE (doi 10.1109/LSP.2012.2227726): distance of a picture's statistics from natural ones."""

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.special import gamma

from esrgan.metrics.fidelity import luma
from esrgan.metrics.pristine_model import PristineModel, load_model
from esrgan.resize import imresize

BLOCK_PX = 96
SMALLEST_PX = 2 * BLOCK_PX
WINDOW_PX = 7
WINDOW_SIGMA = 7 / 6
SHIFTS = ((0, 1), (1, 0), (1, 1), (1, -1))
FLAT_LEVELS = 0.5
"""Mean local deviation, in grey levels, under which a block is flat: most of what is left of it is
the rounding to whole levels, whose deviation is 0.29."""
MOST_FLAT = 0.5
"""Share of flat blocks from which on NIQE is ill-conditioned: another rounding of the same levels
changes it by a fifth and more."""
SHAPES = np.arange(0.2, 10.001, 0.001)
RATIOS = gamma(2 / SHAPES) ** 2 / (gamma(1 / SHAPES) * gamma(3 / SHAPES))

CHUNK_BLOCKS = 8
"""Blocks described at a time: what fits a processor's cache."""

Array = NDArray[np.float64]


class UndefinedError(ValueError):
    """The metric has no value for this picture; the message is the reason that reports show."""


def niqe(picture: NDArray, model: PristineModel | None = None) -> float:
    """Natural image quality evaluator (NIQE); a lower value means a more natural look.

    Parameters
    ----------
    picture
        (H, W, 3) RGB, uint8, uint16 or floating point in [0, 1], at least 192 px a side.
        Measured on rounded luma, no border cut.
    model
        The model of natural pictures. None takes the public one, of the LIVE laboratory, which
        gives the values of papers.

    Raises
    ------
    UndefinedError
        If the picture is too small, or if half of its blocks are flat: NIQE would measure how
        their levels happen to be rounded.
    ValueError
        If the array is not (H, W, 3) RGB.
    """
    luma_levels = np.floor(luma(picture) + 0.5)
    if min(luma_levels.shape) < SMALLEST_PX:
        raise UndefinedError(f"too small: NIQE needs {SMALLEST_PX} px a side")
    model = model or load_model()
    features, sharpness = block_features(luma_levels)
    is_defined = np.all(np.isfinite(features), axis=1)
    is_flat = ~is_defined | (sharpness < FLAT_LEVELS)
    features = features[is_defined]
    if is_flat.mean() >= MOST_FLAT or len(features) < 2:
        raise UndefinedError("too flat: NIQE finds no texture to judge")
    difference = model.mean - features.mean(axis=0)
    spread = (model.covariance + np.cov(features, rowvar=False)) / 2
    return float(np.sqrt(difference @ np.linalg.pinv(spread) @ difference))


def block_features(luma_levels: Array) -> tuple[Array, Array]:
    """Compute the features of every 96x96 block, at two scales.

    Parameters
    ----------
    luma_levels
        (H, W) float64 in grey levels of 0 to 255; what exceeds a multiple of 96 is cut.

    Returns
    -------
    tuple
        Features, (n, 36), and each block's mean local deviation, its sharpness, (n,).
    """
    rows, columns = (side // BLOCK_PX * BLOCK_PX for side in luma_levels.shape)
    levels = luma_levels[:rows, :columns]
    halves: list[Array] = []
    sharpness = np.empty(0)
    for block_px in (BLOCK_PX, BLOCK_PX // 2):
        normalised, deviation = normalise(levels)
        halves.append(_describe(_blocks(normalised, block_px)))
        if block_px == BLOCK_PX:
            sharpness = _blocks(deviation, block_px).mean(axis=(1, 2))
            levels = imresize(levels / 255, 0.5, edges="mirror") * 255
    return np.concatenate(halves, axis=1), sharpness


def normalise(levels: Array) -> tuple[Array, Array]:
    """Subtract the local mean and divide by the local deviation + 1 (equation 1), (H, W) each.

    Returns the normalised levels, and the local deviation itself.
    """
    window = cv2.getGaussianKernel(WINDOW_PX, WINDOW_SIGMA)
    border = cv2.BORDER_REPLICATE
    mean = cv2.sepFilter2D(levels, cv2.CV_64F, window, window, borderType=border)
    square = cv2.sepFilter2D(levels * levels, cv2.CV_64F, window, window, borderType=border)
    deviation = np.sqrt(np.abs(square - mean * mean))
    return (levels - mean) / (deviation + 1), deviation


def _blocks(values: Array, block_px: int) -> Array:
    """Cut (H, W) values into (n, block_px, block_px)."""
    rows, columns = (side // block_px for side in values.shape)
    grid = values.reshape(rows, block_px, columns, block_px)
    return np.ascontiguousarray(grid.transpose(0, 2, 1, 3)).reshape(-1, block_px, block_px)


def _describe(blocks: Array) -> Array:
    """18 features a block, (n, 18), a few blocks at a time."""
    starts = range(0, len(blocks), CHUNK_BLOCKS)
    return np.concatenate([_describe_few(blocks[at : at + CHUNK_BLOCKS]) for at in starts])


def _describe_few(blocks: Array) -> Array:
    """18 features a block: of one fit to the pixels, and of four to products of neighbours."""
    shape, left, right = _fit(blocks)
    features = [shape, (left + right) / 2]
    for shift in SHIFTS:
        shape, left, right = _fit(blocks * np.roll(blocks, shift, axis=(1, 2)))
        mean = (right - left) * gamma(2 / shape) / gamma(1 / shape)
        features += [shape, mean, left, right]
    return np.stack(features, axis=1)


def _fit(blocks: Array) -> tuple[Array, Array, Array]:
    """Shape, left and right scale of an asymmetric generalised Gaussian, by moments."""
    values = blocks.reshape(len(blocks), -1)
    squares = values * values
    negative, positive = values < 0, values > 0
    with np.errstate(divide="ignore", invalid="ignore"):
        left = np.sqrt((squares * negative).sum(axis=1) / negative.sum(axis=1))
        right = np.sqrt((squares * positive).sum(axis=1) / positive.sum(axis=1))
        skew = left / right
        ratio = np.abs(values).mean(axis=1) ** 2 / squares.mean(axis=1)
        ratio *= (skew**3 + 1) * (skew + 1) / (skew**2 + 1) ** 2
    shape = SHAPES[_nearest(ratio)]
    scale = np.sqrt(gamma(1 / shape) / gamma(3 / shape))
    return np.where(np.isfinite(ratio), shape, np.nan), left * scale, right * scale


def _nearest(ratio: Array) -> NDArray[np.int64]:
    """Index of the entry of the rising table `RATIOS` that is nearest to each value."""
    above = np.clip(np.searchsorted(RATIOS, np.nan_to_num(ratio)), 1, len(RATIOS) - 1)
    lower_is_nearer = ratio - RATIOS[above - 1] <= RATIOS[above] - ratio
    return np.where(lower_is_nearer, above - 1, above)
