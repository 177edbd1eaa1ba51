"""Scores of pictures and of test sets, and the captions that show them."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from esrgan.evaluation.catalogue import DEFAULT_METRICS, METRICS, check_metrics, conventions
from esrgan.evaluation.pictures import Judges, Pair, Rebuilt, load
from esrgan.inference import Upscaler

IDENTICAL = "infinite: the pictures are identical"
NO_NUMBER = "not a number: the computation failed"


@dataclass(frozen=True)
class Scores:
    """Values of one picture; what cannot be computed is None, with a sentence in `reasons`."""

    name: str
    values: Mapping[str, float | None]
    reasons: Mapping[str, str]

    def to_json(self) -> dict[str, Any]:
        """One entry of the report."""
        return {"name": self.name, **self.values, "reasons": dict(self.reasons)}


def score(name: str, rebuilt: Rebuilt, metrics: Sequence[str] = DEFAULT_METRICS) -> Scores:
    """Compute metrics, keys of `METRICS`, of one picture."""
    values: dict[str, float | None] = dict.fromkeys(metrics)
    reasons: dict[str, str] = {}
    for metric in metrics:
        try:
            value = METRICS[metric].compute(rebuilt)
        except ValueError as error:
            reasons[metric] = str(error)
            continue
        if math.isfinite(value):
            values[metric] = value
        else:
            reasons[metric] = NO_NUMBER if math.isnan(value) else IDENTICAL
    return Scores(name, values, reasons)


def caption(scores: Scores) -> str:
    """Write the values of one picture in one line; `footnote` says how they are measured.

    Examples
    --------
    >>> caption(Scores("", {"psnr_y": 26.0, "perceptual_index": 2.5, "niqe": None}, {}))
    'PSNR 26.00 dB · PI proxy 2.50 ± 0.36 · NIQE –'
    """
    written = ((METRICS[name], value) for name, value in scores.values.items())
    return " · ".join(f"{metric.title} {metric.format_value(value)}" for metric, value in written)


def evaluate(
    upscaler: Upscaler,
    pairs: Sequence[Pair],
    *,
    alpha: float | None = None,
    metrics: Sequence[str] = DEFAULT_METRICS,
    judges: Judges | None = None,
) -> Iterator[Scores]:
    """Score a test set, picture by picture.

    Parameters
    ----------
    alpha
        For a pair, in [0, 1]; None takes 1. For a single model, None.
    metrics
        Keys of `METRICS`.
    judges
        NIQE's model and others, by default the embedded ones.

    Raises
    ------
    ValueError
        If a metric is unknown or a picture cannot be used.
    """
    metrics = check_metrics(metrics)
    for pair in pairs:
        hr, lr = load(pair, upscaler.scale)
        rebuilt = Rebuilt(upscaler(lr, alpha), hr, lr, judges or Judges())
        yield score(pair.name, rebuilt, metrics)


def report(
    upscaler: Upscaler,
    alpha: float | None,
    scores: Sequence[Scores],
    judges: Judges | None = None,
) -> dict[str, Any]:
    """Everything about a test set, ready for JSON: per picture, and means of what is defined."""
    return {
        "model": upscaler.model.name,
        "alpha": upscaler.alpha(alpha),
        "scale": upscaler.scale,
        "convention": conventions(scores[0].values if scores else (), judges, upscaler.scale),
        **summary(scores),
    }


def summary(scores: Sequence[Scores]) -> dict[str, Any]:
    """Per picture, the means over the pictures that have a value, and how many have one."""
    metrics = scores[0].values if scores else {}
    defined = {
        metric: [value for it in scores if (value := it.values[metric]) is not None]
        for metric in metrics
    }
    return {
        "images": [it.to_json() for it in scores],
        "mean": {
            metric: METRICS[metric].average(values) if values else None
            for metric, values in defined.items()
        },
        "count": {metric: len(values) for metric, values in defined.items()},
    }
