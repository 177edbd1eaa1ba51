"""The window's place on the perception-distortion plane, along both paths between the networks."""

from collections.abc import Iterator, Sequence

from demo.scene import Scene, scores
from demo.scrubber import Plane, Trace
from esrgan import AlphaCurve
from esrgan.evaluation import METRICS, Scores
from esrgan.evaluation.sweep import plane_point
from esrgan.interpolation import interpolate_images
from esrgan.metrics.plane import REGION_LIMITS, Point, best_alpha

STEPS = 10
ALPHAS = tuple(step / STEPS for step in range(STEPS + 1))


def network_scores(scene: Scene, line: AlphaCurve) -> Iterator[Scores]:
    """Figures along network interpolation, one α after another."""
    return (scores(scene, line.at(alpha)) for alpha in ALPHAS)


def image_scores(scene: Scene, line: AlphaCurve, network: Sequence[Scores]) -> Iterator[Scores]:
    """Figures along image interpolation, which has the ends of the other path."""
    ends = line.at(0.0), line.at(1.0)
    yield network[0]
    yield from (scores(scene, interpolate_images(*ends, alpha)) for alpha in ALPHAS[1:-1])
    yield network[-1]


def traces(found: Sequence[Scores]) -> list[Trace]:
    """Every figure as far along α as it is known."""
    return [
        Trace(
            name=name,
            unit=METRICS[name].suffix,
            places=METRICS[name].decimals,
            values=[scores.values[name] for scores in found],
        )
        for name in found[0].values
    ]


def plane(network: Sequence[Scores], image: Sequence[Scores] = ()) -> Plane | None:
    """Both paths as far as they are known, and the regions' answers once the network's is whole.

    None where there is no original, so no distortion, or no perceptual index in the window.
    """
    if "rmse_y" not in network[0].values or network[0].values["perceptual_index"] is None:
        return None
    path = points(network)
    is_whole = len(path) == len(ALPHAS)
    regions = range(1, len(REGION_LIMITS) + 1)
    return Plane(
        network=[coordinates(point) for point in path],
        image=[coordinates(point) for point in points(image)],
        limits=list(REGION_LIMITS),
        best=[best_alpha(path, number) for number in regions] if is_whole else [],
    )


def points(path: Sequence[Scores]) -> list[Point]:
    """Scores along a path, as points."""
    along = zip(ALPHAS, path, strict=False)  # a path that is still growing is the shorter one
    return [plane_point(f"α {alpha:.1f}", scores.values, alpha) for alpha, scores in along]


def coordinates(point: Point) -> tuple[float, float] | None:
    """RMSE and perceptual index, where both are defined."""
    if point.rmse is None or point.perception is None:
        return None
    return point.rmse, point.perception


def place(found: Scores) -> tuple[float, float] | None:
    """Where a method without α stands; None where its figures lack one of the two."""
    if "rmse_y" not in found.values:
        return None
    return coordinates(plane_point("", found.values))


def place_original(found: Scores) -> tuple[float, float] | None:
    """Where the original stands: it has no distance to itself."""
    return coordinates(Point("", 0.0, found.values["perceptual_index"]))
