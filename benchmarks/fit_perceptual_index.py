"""Fit the estimate of Ma's score in the proxy of the perceptual index (PI), and print its errors.

`python -m benchmarks.fit_perceptual_index BENCHMARKS`, a folder that holds Set5, Set14 and BSD100,
each with HR and LRx4; it takes half a minute. The fit is to the PI of eight originals and of their
bicubic enlargements, published with ESRGAN (arXiv 1809.00219, figure 7 and supplement).

The error is that of nested leave-one-picture-out: without both versions of a picture, a statistic
of `ma_statistics.CANDIDATES` is chosen by the leave-one-picture-out error on the other seven, and
fitted to them. The published means of whole data sets for bicubic are not used in the fit; they are
printed beside the proxy's.
"""

import argparse
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import spearmanr

from benchmarks.ma_statistics import CANDIDATES
from esrgan.images import read
from esrgan.metrics.fidelity import luma
from esrgan.metrics.naturalness import UndefinedError, niqe
from esrgan.metrics.perception import MA_RANGE, combine
from esrgan.resize import imresize

SCALE = 4
PUBLISHED: Mapping[str, tuple[float, float]] = {
    "Set14/baboon": (3.59, 6.70),
    "Set14/face": (5.82, 8.37),
    "BSD100/102061": (2.12, 6.84),
    "BSD100/43074": (2.31, 7.35),
    "BSD100/126007": (2.16, 6.61),
    "BSD100/16077": (1.77, 6.75),
    "BSD100/302008": (3.61, 7.47),
    "BSD100/105025": (1.67, 6.85),
}
"""Published PI of the original and of the bicubic enlargement."""
BICUBIC_MEANS: Mapping[str, float] = {"Set5": 7.370, "Set14": 7.027, "BSD100": 7.003}
"""Mean PI of the bicubic enlargements of a test set, published with SPSR (arXiv 2003.13081)."""

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Samples:
    """Pictures with a published PI.

    Attributes
    ----------
    statistics
        By the candidate's name, (n,).
    niqe, index
        Measured NIQE and published PI, (n,).
    picture
        Number of the picture, (n,); an original and its bicubic enlargement share it.
    """

    statistics: Mapping[str, Array]
    niqe: Array
    index: Array
    picture: NDArray[np.int64]

    def without(self, number: int) -> "Samples":
        """All samples but those of one picture."""
        return self._where(self.picture != number)

    def only(self, number: int) -> "Samples":
        """The two samples of one picture."""
        return self._where(self.picture == number)

    def _where(self, chosen: NDArray[np.bool_]) -> "Samples":
        """The samples that a mask chooses."""
        statistics = {name: values[chosen] for name, values in self.statistics.items()}
        return Samples(statistics, self.niqe[chosen], self.index[chosen], self.picture[chosen])


@dataclass(frozen=True)
class Estimate:
    """Ma's score as offset + slope · statistic, within its range."""

    statistic: str
    offset: float
    slope: float

    def predict(self, samples: Samples) -> Array:
        """PI of each sample, (n,)."""
        values = zip(samples.statistics[self.statistic], samples.niqe, strict=True)
        return np.array([combine(self._ma(value), quality) for value, quality in values])

    def index(self, pixels: NDArray) -> float:
        """PI of one picture, (H, W, 3) RGB; raises UndefinedError where NIQE has no value."""
        return combine(self._ma(CANDIDATES[self.statistic](luma(pixels))), niqe(pixels))

    def _ma(self, value: float) -> float:
        """Ma's score by a value of the statistic."""
        return float(np.clip(self.offset + self.slope * value, *MA_RANGE))


def collect(benchmarks: Path) -> Samples:
    """Measure both versions of the eight pictures."""
    levels: list[Array] = []
    rows: list[tuple[float, float, int]] = []
    for number, (name, known) in enumerate(PUBLISHED.items()):
        folder, stem = name.split("/")
        original = read(benchmarks / folder / "HR" / f"{stem}.png").pixels
        versions = (original, _bicubic(benchmarks / folder, stem))
        for pixels, index in zip(versions, known, strict=True):
            levels.append(luma(pixels))
            rows.append((niqe(pixels), index, number))
    statistics = {
        name: np.array([compute(one) for one in levels]) for name, compute in CANDIDATES.items()
    }
    values, indices, pictures = zip(*rows, strict=True)
    return Samples(statistics, np.array(values), np.array(indices), np.array(pictures))


def _bicubic(folder: Path, stem: str) -> NDArray:
    """A reduced picture enlarged by MATLAB's bicubic."""
    return imresize(read(folder / "LRx4" / f"{stem}.png").pixels, SCALE)


def fit(samples: Samples, statistic: str) -> Estimate:
    """Fit Ma = 10 + NIQE − 2 PI to a statistic by least squares."""
    ma = 10 + samples.niqe - 2 * samples.index
    slope, offset = np.polyfit(samples.statistics[statistic], ma, 1)
    return Estimate(statistic, float(offset), float(slope))


def leave_one_out(samples: Samples, statistic: str) -> Array:
    """PI of each sample, fitted without either version of its picture, (n,)."""
    predicted = np.zeros_like(samples.index)
    for number in np.unique(samples.picture):
        estimate = fit(samples.without(number), statistic)
        predicted[samples.picture == number] = estimate.predict(samples.only(number))
    return predicted


def rms(predicted: Array, samples: Samples) -> float:
    """Root mean square error of predicted PI."""
    return float(np.sqrt(np.mean((predicted - samples.index) ** 2)))


def choose(samples: Samples) -> str:
    """The candidate of the lowest leave-one-picture-out error."""
    return min(CANDIDATES, key=lambda name: rms(leave_one_out(samples, name), samples))


def nested(samples: Samples) -> tuple[Array, list[str]]:
    """PI of each sample, chosen and fitted without its picture; and the choice for each picture."""
    predicted, choices = np.zeros_like(samples.index), list[str]()
    for number in np.unique(samples.picture):
        others = samples.without(number)
        choices.append(choose(others))
        estimate = fit(others, choices[-1])
        predicted[samples.picture == number] = estimate.predict(samples.only(number))
    return predicted, choices


def spearman(predicted: Array, samples: Samples, version: slice) -> float:
    """Rank correlation within the originals, slice(0, None, 2), or their enlargements."""
    result: Any = spearmanr(predicted[version], samples.index[version])
    return float(result.statistic)


def bicubic_mean(folder: Path, estimate: Estimate) -> float:
    """Mean of the proxy over a data set's bicubic enlargements, where it is defined."""
    values: list[float] = []
    for path in sorted((folder / "LRx4").glob("*.png")):
        try:
            values.append(estimate.index(_bicubic(folder, path.stem)))
        except UndefinedError:
            continue
    return float(np.mean(values))


def describe(benchmarks: Path) -> str:
    """Coefficients and every error, as the text that is printed."""
    samples = collect(benchmarks)
    estimate = fit(samples, choose(samples))
    predicted, choices = nested(samples)
    error = rms(predicted, samples)
    stated = math.ceil(100 * error) / 100
    originals, enlarged = (spearman(predicted, samples, slice(at, None, 2)) for at in (0, 1))
    lines = [
        f"Ma = {estimate.offset:.3f} + {estimate.slope:.4f} ({estimate.statistic})",
        f"leave one picture out, nested: RMSE {error:.4f}, stated {stated:.2f}",
        f"Spearman {originals:.2f} within the originals, {enlarged:.2f} within bicubic",
        "",
        *_describe_candidates(samples),
        "",
    ]
    for number, (name, published) in enumerate(PUBLISHED.items()):
        original, bicubic = predicted[samples.picture == number]
        known = "HR {:.2f}, bicubic {:.2f}".format(*published)
        lines.append(
            f"{name:14} HR {original:.2f}, bicubic {bicubic:.2f}  (published {known})  "
            f"by {choices[number]}"
        )
    for name, known in BICUBIC_MEANS.items():
        mean = bicubic_mean(benchmarks / name, estimate)
        lines.append(f"{name:14} bicubic mean {mean:.3f}  (published {known:.3f})")
    return "\n".join(lines)


def _describe_candidates(samples: Samples) -> list[str]:
    """Leave-one-picture-out error of each candidate, the lowest first."""
    errors = {name: rms(leave_one_out(samples, name), samples) for name in CANDIDATES}
    return [f"{errors[name]:.3f}  {name}" for name in sorted(errors, key=errors.__getitem__)]


def main() -> None:
    """Print the fit and its validation."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("benchmarks", type=Path, help="folder of Set5, Set14 and BSD100")
    print(describe(parser.parse_args().benchmarks))


if __name__ == "__main__":
    main()
