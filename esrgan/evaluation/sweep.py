"""Sweeps over α: every metric along network interpolation and along image interpolation."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from numpy.typing import NDArray

from esrgan.evaluation.catalogue import DEFAULT_METRICS, check_metrics, conventions
from esrgan.evaluation.pictures import ImagePair, MetricInput, MetricModels, load
from esrgan.evaluation.scores import Scores, score, summary
from esrgan.inference import Upscaler
from esrgan.interpolation import check_alpha, interpolate_images
from esrgan.metrics.plane import NONE_QUALIFIES, REGION_LIMITS, Point, best_alpha

PATHS = ("network", "image")
"""Network interpolation, and the blend of the two networks' pictures."""
ORIGINAL = "original"
"""Name of the original in a report; it is scored like a method."""
PLANE_METRICS = ("rmse_y", "perceptual_index")
"""Distortion and perception: the axes of the perception-distortion plane."""


@dataclass(frozen=True)
class PictureSweep:
    """Scores of one picture in a sweep.

    Attributes
    ----------
    paths
        For each of `PATHS` the scores at every α, in their order.
    methods
        The scores of each single model, by its name, and of the original.
    """

    paths: Mapping[str, tuple[Scores, ...]]
    methods: Mapping[str, Scores]


def sweep(
    upscaler: Upscaler,
    pairs: Sequence[ImagePair],
    alphas: Sequence[float],
    *,
    methods: Sequence[Upscaler] = (),
    metrics: Sequence[str] = DEFAULT_METRICS,
    metric_models: MetricModels | None = None,
) -> Iterator[PictureSweep]:
    """Score network and image interpolation at every α, and yield the scores of each picture.

    Parameters
    ----------
    upscaler
        A model of two networks: PSNR-oriented and GAN.
    pairs
        Files of the test set, from `find_pairs`.
    alphas
        In [0, 1].
    methods
        Single models of the same scale, scored for comparison; the original always is.
    metrics
        Names of metrics, as `find_metric` takes them; RMSE and the proxy of PI are added where they
        are missing.
    metric_models
        Models of NIQE and LPIPS; None takes the embedded ones.

    Raises
    ------
    ValueError
        If the model has no two networks, a method has two or another scale, α is outside [0, 1],
        a metric is unknown, or a picture cannot be used.
    """
    metrics = check_sweep(upscaler, alphas, methods, metrics)
    for pair in pairs:
        hr, lr = load(pair, upscaler.scale)
        scorer = PictureScorer(pair.name, hr, lr, metrics, metric_models or MetricModels())
        yield _sweep_picture(upscaler, alphas, methods, scorer)


def _sweep_picture(
    upscaler: Upscaler,
    alphas: Sequence[float],
    methods: Sequence[Upscaler],
    scorer: "PictureScorer",
) -> PictureSweep:
    """Enlarge one picture along both paths and by every method, and score the results."""
    lr = scorer.lr
    pictures = {ORIGINAL: scorer.hr, **{method.model.name: method(lr) for method in methods}}
    paths = {
        path: tuple(scorer.score(sr) for sr in rendered)
        for path, rendered in render_paths(upscaler, lr, alphas).items()
    }
    return PictureSweep(paths, {name: scorer.score(sr) for name, sr in pictures.items()})


def check_sweep(
    upscaler: Upscaler,
    alphas: Sequence[float],
    methods: Sequence[Upscaler],
    metrics: Sequence[str],
) -> tuple[str, ...]:
    """Check the parameters of `sweep`, whose errors this raises; returns all its metrics."""
    _check_models(upscaler, methods)
    for alpha in alphas:
        check_alpha(alpha)
    return check_metrics((*metrics, *PLANE_METRICS))


def _check_models(upscaler: Upscaler, methods: Sequence[Upscaler]) -> None:
    """Refuse a model without two networks, and methods that cannot be compared with it."""
    if not upscaler.model.is_pair:
        raise ValueError(f"{upscaler.model.name} is a single model: a sweep needs a pair.")
    for method in methods:
        if method.model.is_pair or method.scale != upscaler.scale:
            what = f"single models that enlarge {upscaler.scale} times"
            raise ValueError(f"The methods beside are {what}, which {method.model.name} is not.")


@dataclass(frozen=True)
class PictureScorer:
    """Scores enlarged versions of one picture by the same metrics."""

    name: str
    hr: NDArray
    lr: NDArray
    metrics: Sequence[str]
    metric_models: MetricModels

    def score(self, sr: NDArray) -> Scores:
        """Score one enlarged version, (H, W, 3) RGB."""
        return score(self.name, MetricInput(sr, self.hr, self.lr, self.metric_models), self.metrics)


def render_paths(
    upscaler: Upscaler, lr: NDArray, alphas: Sequence[float]
) -> dict[str, list[NDArray]]:
    """Enlarge a picture along each of `PATHS`, at every α in their order."""
    rendered = {alpha: upscaler(lr, alpha) for alpha in {0.0, 1.0, *alphas}}
    return {
        "network": [rendered[alpha] for alpha in alphas],
        "image": [interpolate_images(rendered[0.0], rendered[1.0], alpha) for alpha in alphas],
    }


def sweep_report(
    upscaler: Upscaler,
    alphas: Sequence[float],
    sweeps: Sequence[PictureSweep],
    metric_models: MetricModels | None = None,
) -> dict[str, Any]:
    """Assemble the report of `sweep`, of values that JSON can hold.

    Parameters
    ----------
    upscaler, alphas, metric_models
        As given to `sweep`.
    sweeps
        Of every picture, from `sweep`.

    Returns
    -------
    dict
        Model, scale and conventions; for each of `PATHS` a `summary` at every α; for each method
        a `summary`; and what `regions` returns.
    """
    paths = _path_summaries(alphas, sweeps)
    method_names = sweeps[0].methods if sweeps else ()
    methods = {name: summary([scores.methods[name] for scores in sweeps]) for name in method_names}
    metrics = sweeps[0].methods[ORIGINAL].values if sweeps else ()
    return {
        "model": upscaler.model.name,
        "title": upscaler.model.title,
        "scale": upscaler.scale,
        "convention": conventions(metrics, metric_models, upscaler.scale),
        **paths,
        "methods": methods,
        "regions": regions({path: path_points(entries) for path, entries in paths.items()}),
    }


def _path_summaries(
    alphas: Sequence[float], sweeps: Sequence[PictureSweep]
) -> dict[str, list[dict[str, Any]]]:
    """For each of `PATHS` a `summary` of the test set at every α."""
    return {
        path: [
            {"alpha": alpha, **summary([scores.paths[path][index] for scores in sweeps])}
            for index, alpha in enumerate(alphas)
        ]
        for path in PATHS
    }


def path_points(entries: Sequence[Mapping[str, Any]]) -> list[Point]:
    """Points of the perception-distortion plane, from the entries of a path in a report."""
    return [
        plane_point(f"α {entry['alpha']:.2f}", entry["mean"], entry["alpha"]) for entry in entries
    ]


def method_points(methods: Mapping[str, Mapping[str, Any]]) -> list[Point]:
    """Points of the perception-distortion plane, from the single methods in a report."""
    return [plane_point(name, entry["mean"]) for name, entry in methods.items()]


def plane_point(
    label: str, values: Mapping[str, float | None], alpha: float | None = None
) -> Point:
    """Make a point of the perception-distortion plane from values that hold `PLANE_METRICS`.

    Parameters
    ----------
    label
        What a plot writes beside the point.
    values
        A report's means, or `Scores.values` of one picture.
    alpha
        Of a point on a path; None for a method without α.
    """
    return Point(label, values["rmse_y"], values["perceptual_index"], alpha)


def regions(paths: Mapping[str, Sequence[Point]]) -> list[dict[str, Any]]:
    """Find the best α of each path in each region of PIRM 2018, for the report of a sweep.

    Returns
    -------
    list
        One entry a region: its number, its largest RMSE, the best α of each path, and in
        'reasons' why it is None where no α qualifies.
    """
    rows: list[dict[str, Any]] = []
    for number, limit in enumerate(REGION_LIMITS, start=1):
        best = {path: best_alpha(points, number) for path, points in paths.items()}
        rows.append(
            {
                "region": number,
                "rmse_limit": limit,
                **best,
                "reasons": {path: NONE_QUALIFIES for path in best if best[path] is None},
            }
        )
    return rows
