"""Scores of pictures and of test sets, and the captions that show them."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from esrgan.evaluation.catalogue import DEFAULT_METRICS, check_metrics, conventions, find_metric
from esrgan.evaluation.pictures import ImagePair, MetricInput, MetricModels, load
from esrgan.inference import Upscaler

IDENTICAL = "infinite: the pictures are identical"
NO_NUMBER = "not a number: the computation failed"


@dataclass(frozen=True)
class Scores:
    """Values of the metrics of one picture.

    Attributes
    ----------
    name
        Of the picture.
    values
        By the metric's key; None where there is no finite value.
    reasons
        Why a value is None: a sentence for each such metric.
    """

    name: str
    values: Mapping[str, float | None]
    reasons: Mapping[str, str]

    def to_json(self) -> dict[str, Any]:
        """The picture's entry in a report: its name, each metric's value, and the reasons."""
        return {"name": self.name, **self.values, "reasons": dict(self.reasons)}


def score(name: str, inputs: MetricInput, metrics: Sequence[str] = DEFAULT_METRICS) -> Scores:
    """Compute metrics of one picture; what cannot be computed has a reason instead.

    Parameters
    ----------
    name
        Of the picture, for the report.
    inputs
        The enlarged picture and what it is compared with.
    metrics
        Names of metrics, as `find_metric` takes them.
    """
    values: dict[str, float | None] = dict.fromkeys(metrics)
    reasons: dict[str, str] = {}
    for metric in metrics:
        try:
            value = find_metric(metric).compute(inputs)
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
    'PSNR 26.00 dB · PI proxy 2.50 ± 0.35 · NIQE –'
    """
    written = ((find_metric(name), value) for name, value in scores.values.items())
    return " · ".join(f"{metric.title} {metric.format_value(value)}" for metric, value in written)


def evaluate(
    upscaler: Upscaler,
    pairs: Sequence[ImagePair],
    *,
    alpha: float | None = None,
    metrics: Sequence[str] = DEFAULT_METRICS,
    metric_models: MetricModels | None = None,
) -> Iterator[Scores]:
    """Enlarge every picture of a test set and yield its scores, one picture at a time.

    Parameters
    ----------
    upscaler
        The model; one that interpolates between two networks, or a single one.
    pairs
        Files of the test set, from `find_pairs`.
    alpha
        In [0, 1] for a model of two networks, where None takes 1; None for a single model.
    metrics
        Names of metrics, as `find_metric` takes them.
    metric_models
        Models of NIQE and LPIPS; None takes the embedded ones.

    Raises
    ------
    ValueError
        If a metric is unknown or a picture cannot be used.
    """
    metrics = check_metrics(metrics)
    for pair in pairs:
        hr, lr = load(pair, upscaler.scale)
        inputs = MetricInput(upscaler(lr, alpha), hr, lr, metric_models or MetricModels())
        yield score(pair.name, inputs, metrics)


def report(
    upscaler: Upscaler,
    alpha: float | None,
    scores: Sequence[Scores],
    metric_models: MetricModels | None = None,
) -> dict[str, Any]:
    """Assemble the report of `evaluate`, of values that JSON can hold.

    Parameters
    ----------
    upscaler, alpha
        The model, and its α as given to `evaluate`.
    scores
        Of every picture, from `evaluate`.
    metric_models
        As given to `evaluate`.

    Returns
    -------
    dict
        Model, α, scale and conventions, and what `summary` returns.
    """
    return {
        "model": upscaler.model.name,
        "alpha": upscaler.alpha(alpha),
        "scale": upscaler.scale,
        "convention": conventions(
            scores[0].values if scores else (), metric_models, upscaler.scale
        ),
        **summary(scores),
    }


def summary(scores: Sequence[Scores]) -> dict[str, Any]:
    """Summarise a test set: a part of a report, of values that JSON can hold.

    Returns
    -------
    dict
        'images' holds an entry for each picture; 'mean' and 'count', by metric, the average over
        the pictures that have a value (None where none has) and their number.
    """
    metrics = scores[0].values if scores else {}
    defined = {
        metric: [value for entry in scores if (value := entry.values[metric]) is not None]
        for metric in metrics
    }
    return {
        "images": [entry.to_json() for entry in scores],
        "mean": {
            metric: find_metric(metric).average(values) if values else None
            for metric, values in defined.items()
        },
        "count": {metric: len(values) for metric, values in defined.items()},
    }
