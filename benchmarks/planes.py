"""The perception-distortion plane of a whole data set: our models beside published points.

Distortion is PSNR here, because means of RMSE are not published.
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from esrgan.metrics.perception import PROXY_ERROR

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

PUBLISHED_POINTS: Mapping[str, Mapping[str, tuple[float, float]]] = {
    "Set14": {"Bicubic": (26.00, 7.027), "ESRGAN": (26.276, 2.926)},
    "BSD100": {"Bicubic": (25.96, 7.003), "ESRGAN": (25.317, 2.479)},
}
"""PSNR from ESRGAN (arXiv 1809.00219) and PI from SPSR (arXiv 2003.13081), of data sets."""
PUBLISHED_PSNR: Mapping[str, Mapping[str, float]] = {
    "Set14": {"SRCNN": 27.50, "MemNet": 28.26, "EDSR": 28.80, "RCAN": 28.87, "RRDB": 28.99},
    "BSD100": {"SRCNN": 26.90, "MemNet": 27.40, "EDSR": 27.71, "RCAN": 27.77, "RRDB": 27.85},
}
"""PSNR of methods whose PI on the data set is not published, from ESRGAN."""
OURS, THEIRS = "#222222", "#b3541e"

Point = tuple[str, float, float]
"""Label, PSNR in dB, and PI or its proxy."""


def draw(test_set: str, ours: Sequence[Point]) -> "Figure":
    """Draw the plane of one of `PUBLISHED_POINTS`: faithful on the left, natural below.

    Parameters
    ----------
    test_set
        A key of `PUBLISHED_POINTS`.
    ours
        Our models, with the proxy of PI, whose error is drawn as a bar.
    """
    from matplotlib.figure import Figure

    figure = Figure(figsize=(8, 5.4), layout="constrained")
    axes = figure.add_subplot()
    for label, psnr_db, index in ours:
        axes.errorbar(psnr_db, index, PROXY_ERROR, fmt="D", color=OURS, markersize=5, linewidth=0.8)
        _write(axes, label, psnr_db, index, OURS)
    for label, (psnr_db, index) in PUBLISHED_POINTS[test_set].items():
        axes.plot(psnr_db, index, "o", color=THEIRS, markersize=7, fillstyle="none")
        _write(axes, f"{label}, published", psnr_db, index, THEIRS)
    _draw_published_psnr(axes, test_set)
    axes.margins(0.08)
    axes.invert_xaxis()
    axes.set(
        title=test_set, xlabel="PSNR / dB (luma)", ylabel=f"PI; ours by the proxy, ± {PROXY_ERROR}"
    )
    return figure


def _draw_published_psnr(axes: "Axes", test_set: str) -> None:
    """A vertical line for each published PSNR without PI; labels in turn at two heights."""
    for number, (label, psnr_db) in enumerate(PUBLISHED_PSNR[test_set].items()):
        axes.axvline(psnr_db, color=THEIRS, linewidth=0.8, linestyle=":")
        text = axes.text(psnr_db, 0.99 - 0.22 * (number % 2), f"{label}, published PSNR ")
        text.set(transform=axes.get_xaxis_transform(), rotation=90, fontsize=6, color=THEIRS)
        text.set(ha="right", va="top")


def _write(axes: "Axes", label: str, psnr_db: float, index: float, colour: str) -> None:
    """A label beside a point."""
    axes.annotate(
        label, (psnr_db, index), (6, 4), textcoords="offset points", fontsize=7, color=colour
    )
