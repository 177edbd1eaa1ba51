"""Sweeps over α: every metric on the paths of network and of image interpolation."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from numpy.typing import NDArray

from esrgan.evaluation.catalogue import DEFAULT_METRICS, check_metrics, conventions
from esrgan.evaluation.pictures import Judges, Pair, Rebuilt, load
from esrgan.evaluation.scores import Scores, score, summary
from esrgan.inference import Upscaler
from esrgan.interpolation import check_alpha, interpolate_images
from esrgan.metrics.plane import NONE_QUALIFIES, REGION_LIMITS, Point, best_alpha

PATHS = ("network", "image")
ORIGINAL = "original"
PLANE_METRICS = ("rmse_y", "perceptual_index")


@dataclass(frozen=True)
class Swept:
    """One picture's scores: for each path one entry an α, and for each single method one."""

    paths: Mapping[str, tuple[Scores, ...]]
    methods: Mapping[str, Scores]


def sweep(
    upscaler: Upscaler,
    pairs: Sequence[Pair],
    alphas: Sequence[float],
    *,
    methods: Sequence[Upscaler] = (),
    metrics: Sequence[str] = DEFAULT_METRICS,
    judges: Judges | None = None,
) -> Iterator[Swept]:
    """Score both paths between the ends of a pair, picture by picture.

    Parameters
    ----------
    upscaler
        A pair.
    alphas
        In [0, 1].
    methods
        Single models of the pair's scale that are scored beside the paths; the original always
        is.
    metrics, judges
        As in `evaluate`; RMSE and the proxy of PI are always among the metrics.

    Raises
    ------
    ValueError
        If the model is no pair, a method is one or has another scale, α or a metric is unknown,
        or a picture cannot be used.
    """
    _check_models(upscaler, methods)
    metrics = check_metrics((*metrics, *PLANE_METRICS))
    alphas = tuple(check_alpha(alpha) for alpha in alphas)
    for pair in pairs:
        hr, lr = load(pair, upscaler.scale)
        pictures = {ORIGINAL: hr, **{it.model.name: it(lr) for it in methods}}
        shown = Judging(pair.name, hr, lr, metrics, judges or Judges())
        paths = {
            path: tuple(shown.score(sr) for sr in rendered)
            for path, rendered in render_paths(upscaler, lr, alphas).items()
        }
        yield Swept(paths, {name: shown.score(sr) for name, sr in pictures.items()})


def _check_models(upscaler: Upscaler, methods: Sequence[Upscaler]) -> None:
    """Refuse what has no path, and what cannot be compared with it."""
    if not upscaler.model.is_pair:
        raise ValueError(f"{upscaler.model.name} is a single model: a sweep needs a pair.")
    for it in methods:
        if it.model.is_pair or it.scale != upscaler.scale:
            what = f"single models that enlarge {upscaler.scale} times"
            raise ValueError(f"The methods beside are {what}, which {it.model.name} is not.")


@dataclass(frozen=True)
class Judging:
    """What is the same for every rebuilt version of one picture."""

    name: str
    hr: NDArray
    lr: NDArray
    metrics: Sequence[str]
    judges: Judges

    def score(self, sr: NDArray) -> Scores:
        """Score one version."""
        return score(self.name, Rebuilt(sr, self.hr, self.lr, self.judges), self.metrics)


def render_paths(
    upscaler: Upscaler, lr: NDArray, alphas: Sequence[float]
) -> dict[str, list[NDArray]]:
    """Enlarged pictures along each of `PATHS`, in the order of the alphas."""
    rendered = {alpha: upscaler(lr, alpha) for alpha in {0.0, 1.0, *alphas}}
    return {
        "network": [rendered[alpha] for alpha in alphas],
        "image": [interpolate_images(rendered[0.0], rendered[1.0], alpha) for alpha in alphas],
    }


def sweep_report(
    upscaler: Upscaler,
    alphas: Sequence[float],
    swept: Sequence[Swept],
    judges: Judges | None = None,
) -> dict[str, Any]:
    """Both paths, the single methods and the best α of each region, ready for JSON."""
    paths = {
        path: [
            {"alpha": alpha, **summary([it.paths[path][index] for it in swept])}
            for index, alpha in enumerate(alphas)
        ]
        for path in PATHS
    }
    methods = {
        name: summary([it.methods[name] for it in swept])
        for name in (swept[0].methods if swept else ())
    }
    metrics = swept[0].methods[ORIGINAL].values if swept else ()
    return {
        "model": upscaler.model.name,
        "title": upscaler.model.title,
        "scale": upscaler.scale,
        "convention": conventions(metrics, judges, upscaler.scale),
        **paths,
        "methods": methods,
        "regions": regions({path: path_points(entries) for path, entries in paths.items()}),
    }


def path_points(entries: Sequence[Mapping[str, Any]]) -> list[Point]:
    """Entries of a path in a sweep's report, as points of the plane."""
    return [plane_point(f"α {it['alpha']:.2f}", it["mean"], it["alpha"]) for it in entries]


def method_points(methods: Mapping[str, Mapping[str, Any]]) -> list[Point]:
    """Single methods in a sweep's report, as points of the plane."""
    return [plane_point(name, entry["mean"]) for name, entry in methods.items()]


def plane_point(
    label: str, values: Mapping[str, float | None], alpha: float | None = None
) -> Point:
    """A point from means, or from one picture's `Scores.values`, that hold `PLANE_METRICS`."""
    return Point(label, values["rmse_y"], values["perceptual_index"], alpha)


def regions(paths: Mapping[str, Sequence[Point]]) -> list[dict[str, Any]]:
    """For each region the best α of each path; null with a reason where none qualifies."""
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
