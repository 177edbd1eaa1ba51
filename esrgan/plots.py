"""Figures drawn by matplotlib, which is imported only when one is drawn.

Every function returns a `Figure` that belongs to no window and no global state, so that a
server may draw in threads; `encode` makes it a file.
"""

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from numpy.typing import NDArray

from esrgan.evaluation.catalogue import find_metric
from esrgan.evaluation.sweep import PATHS, method_points, path_points
from esrgan.metrics.perception import PROXY_ERROR
from esrgan.metrics.plane import REGION_LIMITS, Point

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.gridspec import GridSpec

FORMATS = ("png", "pdf")
DOTS_PER_INCH = 160
PATH_STYLES: Mapping[str, tuple[str, str]] = {
    "network": ("#0b6e4f", "o-"),
    "image": ("#b3541e", "s--"),
}
INK, FAINT, MARK = "#222222", "#999999", "#e0301e"
PERCEPTION_LABEL = f"perceptual index (proxy, ± {PROXY_ERROR})"
DISTORTION_LABEL = "RMSE (luma, grey levels)"
CROP_COLUMNS = 4
CROP_IN, CAPTION_IN = 1.7, 0.6
"""Width of a crop in the comparison figure and height of its caption, in inches."""


@dataclass(frozen=True)
class Crop:
    """A part of one method's result in the comparison figure.

    Attributes
    ----------
    pixels
        uint8 (H, W, 3) RGB.
    title
        Name of the method, below the crop.
    caption
        Further text below the title, such as values of metrics.
    """

    pixels: NDArray
    title: str
    caption: str = ""


def plane(
    points: Sequence[Point],
    paths: Mapping[str, Sequence[Point]],
    *,
    title: str = "",
    marked: Point | None = None,
) -> "Figure":
    """Draw the perception-distortion plane (arXiv 1711.06077) with the limits of PIRM's regions.

    Parameters
    ----------
    points
        Methods without α. A point without RMSE or perceptual index is not drawn, here and in
        `paths`.
    paths
        By 'network' or 'image', points of that interpolation in the order of α.
    title
        Title of the figure.
    marked
        A point that gets a ring, such as the α that the reader has chosen.
    """
    figure, axes = _figure(6.4, 4.8)
    for name, path in paths.items():
        _draw_path(axes, name, _with_coordinates(path))
    for point, coordinates in _with_coordinates(points):
        axes.plot(*coordinates, "D", color=INK, markersize=5)
        axes.annotate(point.label, coordinates, (5, 5), textcoords="offset points", fontsize=8)
    for _, coordinates in _with_coordinates([marked] if marked else []):
        axes.plot(*coordinates, "o", color=MARK, markersize=13, fillstyle="none", markeredgewidth=2)
    axes.margins(0.12)
    _draw_limits(axes)
    axes.set(xlabel=DISTORTION_LABEL, ylabel=PERCEPTION_LABEL, title=title)
    if paths:
        axes.legend(fontsize=8)
    return figure


def _figure(width_in: float, height_in: float) -> "tuple[Figure, Axes]":
    """A figure with one pair of axes."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width_in, height_in), layout="constrained")
    return figure, figure.add_subplot()


def _with_coordinates(points: Sequence[Point]) -> list[tuple[Point, tuple[float, float]]]:
    """The points that have both RMSE and perceptual index, each with this pair."""
    return [
        (point, (point.rmse, point.perception))
        for point in points
        if point.rmse is not None and point.perception is not None
    ]


def _draw_path(axes: "Axes", name: str, path: Sequence[tuple[Point, tuple[float, float]]]) -> None:
    """One path as a line in the band of the proxy's error, with α beside each point."""
    colour, style = PATH_STYLES[name]
    rmse, perception = [at[0] for _, at in path], [at[1] for _, at in path]
    axes.plot(rmse, perception, style, color=colour, markersize=4, label=f"{name} interpolation, α")
    above, below = ([at + error for at in perception] for error in (PROXY_ERROR, -PROXY_ERROR))
    axes.fill(rmse + rmse[::-1], above + below[::-1], color=colour, alpha=0.1, linewidth=0)
    offset = (4, 4) if name == "network" else (-11, -9)
    for point, coordinates in path:
        text = "" if point.alpha is None else f"{point.alpha:g}"
        axes.annotate(
            text, coordinates, offset, textcoords="offset points", fontsize=6, color=colour
        )


def _draw_limits(axes: "Axes") -> None:
    """Vertical lines at the regions' largest RMSE, those within the axes."""
    left, right = axes.get_xlim()
    for number, limit in enumerate(REGION_LIMITS, start=1):
        if left <= limit <= right:
            axes.axvline(limit, color=FAINT, linewidth=0.8, linestyle=":")
            text = axes.text(limit, 0.99, f"region {number} ", fontsize=6, color=FAINT, rotation=90)
            text.set(transform=axes.get_xaxis_transform(), ha="right", va="top")


def sweep_plane(report: Mapping[str, Any]) -> "Figure":
    """Draw the perception-distortion plane of a report of `sweep`, from means over its pictures."""
    paths = {path: path_points(report[path]) for path in PATHS}
    count = len(report["network"][0]["images"])
    title = f"{report['title']}, {count} picture{'' if count == 1 else 's'}"
    return plane(method_points(report["methods"]), paths, title=title)


def sweep_curves(report: Mapping[str, Any]) -> "Figure":
    """Draw every metric of a report of `sweep` over α: a panel each, with a line for each path."""
    from matplotlib.figure import Figure

    metrics = list(report["network"][0]["mean"])
    rows = -(-len(metrics) // 2)
    figure = Figure(figsize=(7.2, 2.1 * rows), layout="constrained")
    for number, metric in enumerate(metrics, start=1):
        axes = figure.add_subplot(rows, 2, number)
        for path in PATHS:
            colour, style = PATH_STYLES[path]
            values = [_or_nan(entry["mean"][metric]) for entry in report[path]]
            alphas = [entry["alpha"] for entry in report[path]]
            axes.plot(alphas, values, style, color=colour, markersize=3, label=path)
        axes.set(ylabel=find_metric(metric).axis_label, xlabel="α")
        axes.tick_params(labelsize=7)
    figure.axes[0].legend(fontsize=7, title="interpolation", title_fontsize=7)
    return figure


def _or_nan(value: float | None) -> float:
    """NaN for None, which leaves a gap in a line."""
    return float("nan") if value is None else value


def comparison(
    whole: NDArray,
    box: tuple[int, int, int, int],
    crops: Sequence[Crop],
    *,
    title: str = "",
    footnote: str = "",
) -> "Figure":
    """Draw the whole picture with a box, and beside it the box in the result of each method.

    The layout of the paper's figure 7 (arXiv 1809.00219).

    Parameters
    ----------
    whole
        uint8 (H, W, 3) RGB.
    box
        Left, top, width and height in pixels of `whole`.
    crops
        The same box in the results; drawn without smoothing, at most four in a row.
    title, footnote
        Name of the picture, below it; how the metrics in the captions are measured.

    Raises
    ------
    ValueError
        If there is no crop, or the box does not lie in the picture.
    """
    _check_box(whole, box)
    if not crops:
        raise ValueError("A comparison needs at least one crop.")
    figure, grid = _grid(whole, crops)
    _show(axes := figure.add_subplot(grid[:, 0]), whole, title)
    _outline(axes, box)
    columns = grid.ncols - 1
    for number, crop in enumerate(crops):
        cell = grid[number // columns, 1 + number % columns]
        _show(figure.add_subplot(cell), crop.pixels, f"{crop.title}\n{crop.caption}".strip())
    figure.supxlabel(footnote, fontsize=6, color=FAINT)
    return figure


def _check_box(whole: NDArray, box: tuple[int, int, int, int]) -> None:
    """Refuse a box that is empty or reaches outside."""
    left, top, width, height = box
    right, bottom = left + width, top + height
    if min(left, top) < 0 or right > whole.shape[1] or bottom > whole.shape[0] or min(box[2:]) < 1:
        raise ValueError(f"The box {box} does not lie in a picture of {whole.shape[:2]}.")


def _grid(whole: NDArray, crops: Sequence[Crop]) -> "tuple[Figure, GridSpec]":
    """A figure for one large picture, as high as the grid of small ones beside it."""
    from matplotlib.figure import Figure

    rows = -(-len(crops) // CROP_COLUMNS)
    columns = -(-len(crops) // rows)
    crop_ratio = crops[0].pixels.shape[0] / crops[0].pixels.shape[1]
    height_in = max(rows * (CROP_IN * crop_ratio + CAPTION_IN), 2 * CROP_IN)
    whole_in = min((height_in - CAPTION_IN) * whole.shape[1] / whole.shape[0], 2 * height_in)
    size = (whole_in + CROP_IN * columns, height_in)
    figure = Figure(figsize=size, layout="constrained")
    widths = [whole_in, *(CROP_IN,) * columns]
    return figure, figure.add_gridspec(rows, 1 + columns, width_ratios=widths)


def _show(axes: "Axes", pixels: NDArray, text: str) -> None:
    """Show a picture without axes, with a text below it."""
    axes.imshow(pixels, interpolation="none")
    axes.set(xticks=[], yticks=[])
    axes.set_xlabel(text, fontsize=7)
    for spine in axes.spines.values():
        spine.set_visible(False)


def _outline(axes: "Axes", box: tuple[int, int, int, int]) -> None:
    """Draw a rectangle around the pixels of the box."""
    from matplotlib.patches import Rectangle

    left, top, width, height = box
    outline = Rectangle((left - 0.5, top - 0.5), width, height, fill=False, color=MARK, linewidth=2)
    axes.add_patch(outline)


def encode(figure: "Figure", suffix: str) -> bytes:
    """Encode a figure as a file that holds no date: equal figures give equal bytes.

    Parameters
    ----------
    figure
        From `plane`, `sweep_plane`, `sweep_curves` or `comparison`.
    suffix
        'png' or 'pdf', with or without a dot.

    Raises
    ------
    ValueError
        If the suffix is another.
    """
    name = figure_format(suffix)
    data = io.BytesIO()
    undated = {"Software": None} if name == "png" else {"CreationDate": None}
    figure.savefig(data, format=name, dpi=DOTS_PER_INCH, metadata=undated)
    return data.getvalue()


def figure_format(suffix: str) -> str:
    """Return 'png' or 'pdf', as a file's suffix says, with or without the dot.

    Raises
    ------
    ValueError
        If the suffix is another.
    """
    name = suffix.lower().lstrip(".")
    if name not in FORMATS:
        raise ValueError(f"Figures are written as {' or '.join(FORMATS)}, not {suffix!r}.")
    return name
