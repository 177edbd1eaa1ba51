import io

import numpy as np
import pytest
from PIL import Image

from esrgan.metrics.perception import PROXY_ERROR
from esrgan.metrics.plane import Point
from esrgan.plots import Crop, comparison, encode, plane, sweep_curves, sweep_plane

PATH = [Point("α 0", 8.0, 6.0, 0.0), Point("α 0.5", 9.0, None, 0.5), Point("α 1", 12.0, 3.0, 1.0)]


def summary(rmse, index):
    return {"mean": {"rmse_y": rmse, "perceptual_index": index}, "images": [{}]}


@pytest.fixture
def report():
    path = [{"alpha": alpha, **summary(8 + alpha, 6.0)} for alpha in (0.0, 1.0)]
    path[0]["mean"]["perceptual_index"] = None
    methods = {"bicubic": summary(12.0, 7.0)}
    return {"title": "Pair", "network": path, "image": path, "methods": methods}


def test_the_plane_shows_every_point_that_has_a_place():
    figure = plane(
        [Point("Bicubic", 13.0, 7.0), Point("nowhere", None, 2.0)],
        {"network": PATH},
        title="cat",
        marked=PATH[0],
    )
    (axes,) = figure.axes
    lines = {str(line.get_label()): line.get_xydata().tolist() for line in axes.lines}
    assert lines["network interpolation, α"] == [[8, 6], [12, 3]]
    (band,) = axes.patches
    corners = [[8, 6 + PROXY_ERROR], [12, 3 + PROXY_ERROR], [12, 3 - PROXY_ERROR]]
    assert band.get_xy()[:3].tolist() == corners
    texts = [text.get_text() for text in axes.texts]
    assert "Bicubic" in texts
    assert "nowhere" not in texts
    assert "region 1 " in texts
    assert "region 3 " not in texts
    assert "proxy" in axes.get_ylabel()
    assert [13.0, 7.0] in np.concatenate([line.get_xydata() for line in axes.lines]).tolist()


def test_an_empty_plane_can_be_drawn():
    nowhere = Point("", None, None)
    assert encode(plane([nowhere], {}, marked=nowhere), "png").startswith(b"\x89PNG")


def test_figures_of_a_sweep(report):
    assert sweep_plane(report).axes[0].get_title() == "Pair, 1 picture"
    curves = sweep_curves(report)
    assert [axes.get_ylabel() for axes in curves.axes] == ["RMSE", "PI proxy"]
    assert curves.axes[0].lines[0].get_ydata().tolist() == [8, 9]


def test_the_comparison_has_the_box_and_every_caption(photo):
    crops = [Crop(photo[8:40, 8:40], f"method {i}", f"{i}.00 dB") for i in range(5)]
    figure = comparison(photo, (8, 8, 32, 32), crops, title="astronaut", footnote="luma")
    labels = [axes.get_xlabel() for axes in figure.axes]
    assert labels == ["astronaut", *(f"method {i}\n{i}.00 dB" for i in range(5))]
    (box,) = figure.axes[0].patches
    assert box.get_bbox().bounds == (7.5, 7.5, 32, 32)
    png = encode(figure, ".png")
    assert Image.open(io.BytesIO(png)).width > 1000
    assert encode(figure, "pdf").startswith(b"%PDF")


def test_refusals(photo):
    crop = Crop(photo, "a")
    with pytest.raises(ValueError, match="at least one crop"):
        comparison(photo, (0, 0, 8, 8), [])
    for box in ((-1, 0, 8, 8), (0, 0, 121, 8), (0, 90, 8, 8), (0, 0, 0, 8)):
        with pytest.raises(ValueError, match="does not lie"):
            comparison(photo, box, [crop])
    with pytest.raises(ValueError, match=r"png or pdf, not '\.svg'"):
        encode(plane([], {}), ".svg")
