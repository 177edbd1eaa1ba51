"""Candidates for the one statistic that estimates Ma's score: a few of each of Ma's three families.

All are computed at full resolution, as Ma's are. Each function takes luma, (H, W) float64 in grey
levels of 0 to 255; `ROUNDING_VARIANCE` keeps logs finite where a picture is flat.
"""

from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray
from scipy.special import gamma

from esrgan.metrics.perception import ROUNDING_VARIANCE, detail, log_deviations

Array = NDArray[np.float64]

BLOCK_PX = 7
"""Side of the blocks of Ma's local DCT."""
BANDS = {"low": range(1, 5), "middle": range(5, 9), "high": range(9, 13)}
"""Sums u + v of the frequencies of a block's DCT."""
SHAPES = np.arange(0.2, 10, 0.001)
KURTOSES = gamma(1 / SHAPES) * gamma(3 / SHAPES) / gamma(2 / SHAPES) ** 2
"""Mean square over squared mean absolute value of a generalised Gaussian; falls with the shape."""


def shape(values: Array) -> Array:
    """Shape of a zero-mean generalised Gaussian fitted to (n, samples), by moments; (n,)."""
    ratio = np.square(values).mean(axis=1) / np.maximum(np.abs(values).mean(axis=1) ** 2, 1e-12)
    return np.interp(ratio, KURTOSES[::-1], SHAPES[::-1])


def block_dct(levels: Array) -> Array:
    """DCT of the 7x7 blocks, (n, 7, 7)."""
    rows, columns = (side // BLOCK_PX for side in levels.shape)
    cut = levels[: rows * BLOCK_PX, : columns * BLOCK_PX]
    blocks = cut.reshape(rows, BLOCK_PX, columns, BLOCK_PX).transpose(0, 2, 1, 3)
    index = np.arange(BLOCK_PX)
    cosines = np.cos(np.pi * index[:, None] * (2 * index + 1) / (2 * BLOCK_PX))
    cosines *= np.sqrt(2 / BLOCK_PX)
    cosines[0] /= np.sqrt(2)
    return cosines @ blocks.reshape(-1, BLOCK_PX, BLOCK_PX) @ cosines.T


def band_ratio(levels: Array, upper: str, lower: str) -> float:
    """Log ratio of the mean squares of two bands of the DCT."""
    order = np.add.outer(np.arange(BLOCK_PX), np.arange(BLOCK_PX))
    squares = np.square(block_dct(levels))
    up, low = (squares[:, np.isin(order, BANDS[band])].mean() for band in (upper, lower))
    return float(np.log((up + ROUNDING_VARIANCE) / (low + ROUNDING_VARIANCE)))


def _textured(levels: Array) -> Array:
    """The 48 frequencies of each block that is not flat, (n, 48)."""
    frequencies = block_dct(levels).reshape(-1, BLOCK_PX**2)[:, 1:]
    return frequencies[np.square(frequencies).mean(axis=1) > 3 * ROUNDING_VARIANCE]


def dct_shape(levels: Array) -> float:
    """Mean shape of the blocks' frequencies."""
    return float(shape(_textured(levels)).mean())


def dct_variation(levels: Array) -> float:
    """Mean coefficient of variation of the magnitudes of a block's frequencies."""
    magnitudes = np.abs(_textured(levels))
    return float((magnitudes.std(axis=1) / magnitudes.mean(axis=1)).mean())


def haar(levels: Array) -> tuple[Array, Array, Array]:
    """Approximation, edges (both directions) and diagonals of one Haar step, each flat."""
    rows, columns = (side // 2 * 2 for side in levels.shape)
    cut = levels[:rows, :columns]
    a, b, c, d = cut[::2, ::2], cut[::2, 1::2], cut[1::2, ::2], cut[1::2, 1::2]
    edges = np.concatenate([(a - b + c - d).ravel(), (a + b - c - d).ravel()]) / 2
    return (a + b + c + d) / 2, edges, ((a - b - c + d) / 2).ravel()


def _log_deviation(values: Array) -> float:
    """Log standard deviation of values of mean 0."""
    return float(np.log(np.square(values).mean() + ROUNDING_VARIANCE) / 2)


def wavelet_fine_to_coarse(levels: Array) -> float:
    """Log ratio of the deviations of the edges of two octaves."""
    approximation, edges, _ = haar(levels)
    return _log_deviation(edges) - _log_deviation(haar(approximation)[1])


def _entropy(levels: Array) -> float:
    """Entropy of the singular values as shares of their sum."""
    values = np.exp(log_deviations(levels))
    shares = values / values.sum()
    return float(-(shares * np.log(shares)).sum())


def _tail(levels: Array) -> float:
    """Log share of the lower half of the singular values."""
    values = np.exp(log_deviations(levels))
    return float(np.log(values[len(values) // 2 :].sum() / values.sum()))


CANDIDATES: Mapping[str, Callable[[Array], float]] = {
    "DCT: middle to low": lambda levels: band_ratio(levels, "middle", "low"),
    "DCT: high to low": lambda levels: band_ratio(levels, "high", "low"),
    "DCT: high to middle": lambda levels: band_ratio(levels, "high", "middle"),
    "DCT: shape": dct_shape,
    "DCT: variation": dct_variation,
    "wavelet: deviation of edges": lambda levels: _log_deviation(haar(levels)[1]),
    "wavelet: deviation of diagonals": lambda levels: _log_deviation(haar(levels)[2]),
    "wavelet: shape of edges": lambda levels: float(shape(haar(levels)[1][None])[0]),
    "wavelet: shape of diagonals": lambda levels: float(shape(haar(levels)[2][None])[0]),
    "wavelet: diagonals to edges": lambda levels: (
        _log_deviation(haar(levels)[2]) - _log_deviation(haar(levels)[1])
    ),
    "wavelet: fine to coarse": wavelet_fine_to_coarse,
    "singular values: median": detail,
    "singular values: mean": lambda levels: float(log_deviations(levels).mean()),
    "singular values: median to first": lambda levels: (
        detail(levels) - float(log_deviations(levels)[0])
    ),
    "singular values: mean to first": lambda levels: float(
        log_deviations(levels).mean() - log_deviations(levels)[0]
    ),
    "singular values: lower half": _tail,
    "singular values: entropy": _entropy,
}
"""Seventeen statistics by name; logs of singular values are meant, except in the last two."""
