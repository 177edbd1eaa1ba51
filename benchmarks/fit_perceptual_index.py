"""Fit the estimate of Ma's score in the proxy of the perceptual index (PI), and print its errors.

`python -m benchmarks.fit_perceptual_index BENCHMARKS`, a folder that holds Set5, Set14 and BSD100,
each with HR and LRx4. The fit is to the PI of eight originals and of their bicubic enlargements,
published with ESRGAN (arXiv 1809.00219, figure 7 and supplement). The published means of whole data
sets for bicubic are not used in the fit; they are printed beside the proxy's.
"""

import argparse
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import spearmanr

from esrgan.images import read
from esrgan.metrics.naturalness import UndefinedError, niqe
from esrgan.metrics.perception import combine, texture
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
    """Pictures with a published PI; all fields are (n,).

    Attributes
    ----------
    texture, niqe
        Measured.
    index
        Published PI.
    picture
        Number of the picture; an original and its bicubic enlargement share it.
    """

    texture: Array
    niqe: Array
    index: Array
    picture: Array


def collect(benchmarks: Path) -> Samples:
    """Measure both versions of the eight pictures."""
    rows: list[tuple[float, float, float, int]] = []
    for number, (name, known) in enumerate(PUBLISHED.items()):
        folder, stem = name.split("/")
        versions = (_original(benchmarks / folder, stem), _bicubic(benchmarks / folder, stem))
        for pixels, index in zip(versions, known, strict=True):
            rows.append((texture(pixels), niqe(pixels), index, number))
    return Samples(*np.array(rows, np.float64).T)


def _original(folder: Path, stem: str) -> NDArray:
    """Pixels of an HR picture."""
    return read(folder / "HR" / f"{stem}.png").pixels


def _bicubic(folder: Path, stem: str) -> NDArray:
    """A reduced picture enlarged by MATLAB's bicubic."""
    return imresize(read(folder / "LRx4" / f"{stem}.png").pixels, SCALE)


def fit(samples: Samples) -> tuple[float, float]:
    """Offset and slope of Ma = 10 + NIQE − 2 PI in the texture, by least squares."""
    ma = 10 + samples.niqe - 2 * samples.index
    slope, offset = np.polyfit(samples.texture, ma, 1)
    return float(offset), float(slope)


def predict(samples: Samples, coefficients: tuple[float, float]) -> Array:
    """PI of each sample by the proxy with these coefficients."""
    offset, slope = coefficients
    values = zip(samples.texture, samples.niqe, strict=True)
    return np.array([combine(offset + slope * amount, quality) for amount, quality in values])


def leave_one_out(samples: Samples) -> Array:
    """PI of each sample, fitted without either version of its picture."""
    predicted = np.zeros_like(samples.index)
    for number in range(len(PUBLISHED)):
        left_out = samples.picture == number
        coefficients = fit(_select(samples, ~left_out))
        predicted[left_out] = predict(_select(samples, left_out), coefficients)
    return predicted


def _select(samples: Samples, chosen: NDArray[np.bool_]) -> Samples:
    """The samples that a mask chooses."""
    fields = (samples.texture, samples.niqe, samples.index, samples.picture)
    return Samples(*(field[chosen] for field in fields))


def bicubic_mean(folder: Path, coefficients: tuple[float, float]) -> float:
    """Mean of the proxy over a data set's bicubic enlargements, where it is defined."""
    offset, slope = coefficients
    values: list[float] = []
    for path in sorted((folder / "LRx4").glob("*.png")):
        pixels = _bicubic(folder, path.stem)
        try:
            values.append(combine(offset + slope * texture(pixels), niqe(pixels)))
        except UndefinedError:
            continue
    return float(np.mean(values))


def describe(benchmarks: Path) -> str:
    """Coefficients and every error, as the text that is printed."""
    samples = collect(benchmarks)
    coefficients, predicted = fit(samples), leave_one_out(samples)
    correlation: Any = spearmanr(predicted, samples.index)
    error = float(np.sqrt(np.mean((predicted - samples.index) ** 2)))
    lines = [
        "Ma = {:.3f} + {:.4f} texture".format(*coefficients),
        f"leave one picture out: RMSE {error:.3f}, Spearman {correlation.statistic:.3f}",
    ]
    for number, (name, published) in enumerate(PUBLISHED.items()):
        original, bicubic = predicted[samples.picture == number]
        known = "HR {:.2f}, bicubic {:.2f}".format(*published)
        lines.append(f"{name:14} HR {original:.2f}, bicubic {bicubic:.2f}  (published {known})")
    for name, known in BICUBIC_MEANS.items():
        mean = bicubic_mean(benchmarks / name, coefficients)
        lines.append(f"{name:14} bicubic mean {mean:.3f}  (published {known:.3f})")
    return "\n".join(lines)


def main() -> None:
    """Print the fit and its validation."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("benchmarks", type=Path, help="folder of Set5, Set14 and BSD100")
    print(describe(parser.parse_args().benchmarks))


if __name__ == "__main__":
    main()
