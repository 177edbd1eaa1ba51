"""Tables over a folder of pictures: every metric of every picture, and the means."""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from esrgan.images import SUFFIXES, read
from esrgan.inference import Upscaler
from esrgan.metrics.fidelity import lr_psnr, psnr, ssim
from esrgan.metrics.naturalness import PristineModel, niqe
from esrgan.resize import crop_to_multiple, imresize


@dataclass(frozen=True)
class Pair:
    """One picture of a test set: its original and, where there is one, its reduced form."""

    name: str
    hr: Path
    lr: Path | None = None


@dataclass(frozen=True)
class Rebuilt:
    """What the metrics look at, uint8 or uint16 (H, W, 3) RGB; `sr` and `hr` have one size."""

    sr: NDArray
    hr: NDArray
    lr: NDArray
    pristine: PristineModel | None = None


@dataclass(frozen=True)
class Scores:
    """Values of one picture; what cannot be computed is None, with a sentence in `reasons`."""

    name: str
    values: Mapping[str, float | None]
    reasons: Mapping[str, str]

    def to_json(self) -> dict[str, Any]:
        """One entry of the report."""
        return {"name": self.name, **self.values, "reasons": dict(self.reasons)}


def _no_perceptual_index(_: Rebuilt) -> float:
    """Refuse: the index needs a learned half that the package does not have yet."""
    raise ValueError("not available: only its NIQE half is in this version")


METRICS: Mapping[str, Callable[[Rebuilt], float]] = {
    "psnr_y": lambda it: psnr(it.sr, it.hr),
    "ssim_y": lambda it: ssim(it.sr, it.hr),
    "niqe": lambda it: niqe(it.sr, it.pristine),
    "perceptual_index": _no_perceptual_index,
    "lr_psnr": lambda it: lr_psnr(it.sr, it.lr),
}
"""What is computed by default, by the names that stand in the JSON report."""


def find_pairs(hr: Path, lr: Path | None = None) -> list[Pair]:
    """Pictures of a folder, matched by file name with those of another.

    Raises
    ------
    ValueError
        If a folder is missing or empty, or a picture has no counterpart; it is named.
    """
    originals = _pictures(hr)
    if lr is None:
        return [Pair(name, path) for name, path in originals.items()]
    reduced = _pictures(lr)
    missing = [name for name in originals if name not in reduced]
    if missing:
        raise ValueError(f"{lr} has no picture for {missing[0]!r}.")
    return [Pair(name, path, reduced[name]) for name, path in originals.items()]


def _pictures(folder: Path) -> dict[str, Path]:
    """Pictures of a folder by their names without suffix."""
    if not folder.is_dir():
        raise ValueError(f"There is no folder {folder}.")
    paths = sorted(path for path in folder.iterdir() if path.suffix.lower() in SUFFIXES)
    if not paths:
        raise ValueError(f"{folder} holds no picture.")
    pictures: dict[str, Path] = {}
    for path in paths:
        if path.stem in pictures:
            raise ValueError(f"{folder} holds two pictures named {path.stem!r}.")
        pictures[path.stem] = path
    return pictures


def rebuild(
    upscaler: Upscaler, pair: Pair, alpha: float | None, pristine: PristineModel | None = None
) -> Rebuilt:
    """Enlarge a pair's reduced form, or its original reduced by MATLAB's bicubic.

    Raises
    ------
    ValueError
        If the two sizes do not belong together, or a picture cannot be read.
    """
    scale = upscaler.scale
    hr = read(pair.hr).pixels
    if pair.lr is None:
        hr = crop_to_multiple(hr, scale)
        lr = imresize(hr, 1 / scale)
    else:
        lr = read(pair.lr).pixels
        height, width = (scale * side for side in lr.shape[:2])
        if not (0 <= hr.shape[0] - height < scale and 0 <= hr.shape[1] - width < scale):
            raise ValueError(f"{pair.name}: {hr.shape[:2]} is not {scale} times {lr.shape[:2]}.")
        hr = np.ascontiguousarray(hr[:height, :width])
    return Rebuilt(upscaler(lr, alpha), hr, lr, pristine)


def score(name: str, rebuilt: Rebuilt, metrics: Sequence[str] = tuple(METRICS)) -> Scores:
    """Compute metrics of one picture."""
    values: dict[str, float | None] = dict.fromkeys(metrics)
    reasons: dict[str, str] = {}
    for metric in metrics:
        try:
            value = METRICS[metric](rebuilt)
        except ValueError as error:
            reasons[metric] = str(error)
            continue
        if math.isfinite(value):
            values[metric] = value
        else:
            reasons[metric] = "infinite: the pictures are identical"
    return Scores(name, values, reasons)


def evaluate(
    upscaler: Upscaler,
    pairs: Sequence[Pair],
    *,
    alpha: float | None = None,
    metrics: Sequence[str] = tuple(METRICS),
    pristine: PristineModel | None = None,
) -> Iterator[Scores]:
    """Score a test set, picture by picture.

    Parameters
    ----------
    alpha
        For a pair, in [0, 1]; None takes 1. For a single model, None.
    metrics
        Keys of `METRICS`.
    pristine
        NIQE's model, by default ours.

    Raises
    ------
    ValueError
        If a metric is unknown or a picture cannot be used.
    """
    unknown = [metric for metric in metrics if metric not in METRICS]
    if unknown:
        raise ValueError(f"Unknown metric {unknown[0]!r}; choose from {', '.join(METRICS)}.")
    for pair in pairs:
        yield score(pair.name, rebuild(upscaler, pair, alpha, pristine), metrics)


def report(upscaler: Upscaler, alpha: float | None, scores: Sequence[Scores]) -> dict[str, Any]:
    """Everything about a test set, ready for JSON: per picture, and means of what is defined."""
    metrics = scores[0].values if scores else {}
    defined = {
        metric: [value for it in scores if (value := it.values[metric]) is not None]
        for metric in metrics
    }
    return {
        "model": upscaler.model.name,
        "alpha": upscaler.alpha(alpha),
        "scale": upscaler.scale,
        "images": [it.to_json() for it in scores],
        "mean": {
            metric: math.fsum(values) / len(values) if values else None
            for metric, values in defined.items()
        },
        "count": {metric: len(values) for metric, values in defined.items()},
    }
