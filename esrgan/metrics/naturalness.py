"""NIQE (doi 10.1109/LSP.2012.2227726): distance of a picture's statistics from natural ones."""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from zipfile import BadZipFile

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.special import gamma

from esrgan.metrics.fidelity import luma
from esrgan.resize import imresize

BLOCK_PX = 96
SMALLEST_PX = 2 * BLOCK_PX
WINDOW_PX = 7
WINDOW_SIGMA = 7 / 6
SHIFTS = ((0, 1), (1, 0), (1, 1), (1, -1))
NUM_FEATURES = 36
UNREADABLE = (KeyError, TypeError, ValueError, EOFError, AttributeError, BadZipFile)
MODEL_FILE = Path(__file__).with_name("niqe.npz")
SHAPES = np.arange(0.2, 10.001, 0.001)
RATIOS = gamma(2 / SHAPES) ** 2 / (gamma(1 / SHAPES) * gamma(3 / SHAPES))

CHUNK_BLOCKS = 8
"""Blocks described at a time: what fits a processor's cache."""

Array = NDArray[np.float64]


class UndefinedError(ValueError):
    """A picture has no such figure; the message is the reason that a table shows."""


@dataclass(frozen=True)
class PristineModel:
    """Mean (36,) and covariance (36, 36) of natural pictures' features, and a name for tables."""

    mean: Array
    covariance: Array
    name: str = "our own fit"


@lru_cache(maxsize=4)
def load_model(path: Path = MODEL_FILE) -> PristineModel:
    """Read a model: ours, or the public one in either of its key spellings.

    Raises
    ------
    ValueError
        If the file holds no finite mean and covariance of these features.
    """
    keys = (("mean", "mu_pris_param"), ("covariance", "cov_pris_param"))
    try:
        with path.open("rb") as opened, np.load(opened) as file:
            mean, covariance = (
                np.asarray_chkfinite(file[ours if ours in file else theirs], np.float64)
                for ours, theirs in keys
            )
        shaped = mean.reshape(NUM_FEATURES), covariance.reshape(NUM_FEATURES, NUM_FEATURES)
    except UNREADABLE:
        raise ValueError(f"{path.name} is not a NIQE model.") from None
    names = {} if path == MODEL_FILE else {"name": path.name}
    return PristineModel(*shaped, **names)


def niqe(picture: NDArray, model: PristineModel | None = None) -> float:
    """Natural image quality evaluator; lower is more natural-looking.

    Parameters
    ----------
    picture
        (H, W, 3) RGB, uint8, uint16 or floating point in [0, 1], at least 192 px a side.
        Measured on rounded luma, no border cut.
    model
        The pristine model; by default ours, fitted from training pictures by
        `python -m benchmarks.fit_niqe`, which is not the published one.

    Raises
    ------
    UndefinedError
        If the picture is too small, or too flat to have statistics.
    ValueError
        If it is no picture.
    """
    plane = np.floor(luma(picture) + 0.5)
    if min(plane.shape) < SMALLEST_PX:
        raise UndefinedError(f"too small: NIQE needs {SMALLEST_PX} px a side")
    model = model or load_model()
    features, _ = block_features(plane)
    features = features[np.all(np.isfinite(features), axis=1)]
    if len(features) < 2:
        raise UndefinedError("too flat: NIQE finds no texture to judge")
    difference = model.mean - features.mean(axis=0)
    spread = (model.covariance + np.cov(features, rowvar=False)) / 2
    return float(np.sqrt(difference @ np.linalg.pinv(spread) @ difference))


def block_features(plane: Array) -> tuple[Array, Array]:
    """36 features of every 96x96 block, (n, 36), and each block's mean local deviation, (n,)."""
    rows, columns = (side // BLOCK_PX * BLOCK_PX for side in plane.shape)
    plane = plane[:rows, :columns]
    halves: list[Array] = []
    sharpness = np.empty(0)
    for block_px in (BLOCK_PX, BLOCK_PX // 2):
        normalised, deviation = normalise(plane)
        halves.append(_describe(_blocks(normalised, block_px)))
        if block_px == BLOCK_PX:
            sharpness = _blocks(deviation, block_px).mean(axis=(1, 2))
            plane = imresize(plane / 255, 0.5, edges="mirror") * 255
    return np.concatenate(halves, axis=1), sharpness


def normalise(plane: Array) -> tuple[Array, Array]:
    """Mean-subtracted, contrast-normalised plane (equation 1), and the local deviation."""
    window = cv2.getGaussianKernel(WINDOW_PX, WINDOW_SIGMA)
    border = cv2.BORDER_REPLICATE
    mean = cv2.sepFilter2D(plane, cv2.CV_64F, window, window, borderType=border)
    square = cv2.sepFilter2D(plane * plane, cv2.CV_64F, window, window, borderType=border)
    deviation = np.sqrt(np.abs(square - mean * mean))
    return (plane - mean) / (deviation + 1), deviation


def _blocks(plane: Array, block_px: int) -> Array:
    """(n, block_px, block_px)."""
    rows, columns = (side // block_px for side in plane.shape)
    grid = plane.reshape(rows, block_px, columns, block_px)
    return np.ascontiguousarray(grid.transpose(0, 2, 1, 3)).reshape(-1, block_px, block_px)


def _describe(blocks: Array) -> Array:
    """18 features a block, (n, 18), a few blocks at a time."""
    starts = range(0, len(blocks), CHUNK_BLOCKS)
    return np.concatenate([_describe_few(blocks[at : at + CHUNK_BLOCKS]) for at in starts])


def _describe_few(blocks: Array) -> Array:
    """One fit to the pixels, four to products of neighbours."""
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
