"""The perception-distortion plane (arXiv 1711.06077) and the regions of PIRM 2018."""

from collections.abc import Iterable
from dataclasses import dataclass

REGION_LIMITS = (11.5, 12.5, 16.0)
"""Largest RMSE of regions 1, 2 and 3 (PIRM 2018, arXiv 1809.07517), for a data set's mean."""
NONE_QUALIFIES = "no α qualifies"


@dataclass(frozen=True)
class Point:
    """A method, at one α if it has one, on the perception-distortion plane.

    Attributes
    ----------
    label
        What a plot writes beside the point.
    rmse
        Distortion in grey levels; None where there is no original.
    perception
        Perceptual index, or its proxy, lower is better; None where it is undefined.
    alpha
        Position on a path; None for a method that has no α.
    """

    label: str
    rmse: float | None
    perception: float | None
    alpha: float | None = None


def best_point(points: Iterable[Point], number: int) -> Point | None:
    """Find the point of lowest perceptual index whose RMSE is within a region's limit.

    Parameters
    ----------
    points
        Usually one path, so that the α of the result is the best α.
    number
        Of the region, 1 to 3. Only its upper limit counts, so that a point within region 1
        qualifies for 2 and 3.

    Returns
    -------
    Point or None
        None where no point is within the limit. Of two points of equal perceptual index, the one
        of lower RMSE.

    Raises
    ------
    ValueError
        If the number is not 1, 2 or 3.
    """
    if number not in range(1, len(REGION_LIMITS) + 1):
        raise ValueError(f"Regions are numbered 1 to {len(REGION_LIMITS)}, not {number}.")
    limit = REGION_LIMITS[number - 1]
    ranked = [
        (point.perception, point.rmse, index, point)
        for index, point in enumerate(points)
        if point.perception is not None and point.rmse is not None and point.rmse <= limit
    ]
    return min(ranked)[-1] if ranked else None


def best_alpha(path: Iterable[Point], number: int) -> float | None:
    """Find the α of lowest perceptual index within a region's RMSE limit; None where there is none.

    Examples
    --------
    >>> path = [Point("", 11.0, 5.0, 0.0), Point("", 12.0, 3.0, 1.0)]
    >>> best_alpha(path, 1), best_alpha(path, 2), best_alpha(path[1:], 1)
    (0.0, 1.0, None)
    """
    point = best_point(path, number)
    return None if point is None else point.alpha
