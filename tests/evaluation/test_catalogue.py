"""The catalogue's metrics: how they are written, which direction is better, how they average."""

import re
from pathlib import Path

import pytest

from esrgan.evaluation import METRICS

DOCUMENT = Path(__file__).parents[2] / "docs/metrics.md"


def test_values_have_decimals_unit_and_error():
    assert METRICS["psnr_y"].format_value(26.0) == "26.00 dB"
    assert METRICS["ssim_y"].format_value(0.8) == "0.8000"
    assert METRICS["perceptual_index"].format_value(2.5) == "2.50 ± 0.35"
    assert METRICS["perceptual_index"].format_number(2.5) == "2.50"


@pytest.mark.parametrize("metric", METRICS.values(), ids=METRICS)
def test_a_missing_value_is_a_dash_without_unit(metric):
    assert metric.format_value(None) == metric.format_number(None) == "–"


def test_headings_have_error_and_unit_but_labels_of_axes_only_the_unit():
    psnr, index = METRICS["psnr_y"], METRICS["perceptual_index"]
    assert (psnr.heading, index.heading) == ("PSNR/dB", "PI proxy ± 0.35")
    assert (psnr.axis_label, index.axis_label) == ("PSNR / dB", "PI proxy")


def test_directions_are_those_of_the_document():
    rows = re.findall(r"^\| (`[^|]*) \|[^|]*\| (higher|lower) \|", DOCUMENT.read_text(), re.M)
    documented = {
        name: better == "higher" for names, better in rows for name in re.findall(r"`(\w+)`", names)
    }
    assert documented == {name: metric.higher_is_better for name, metric in METRICS.items()}


def test_rmse_of_a_set_is_quadratic():
    assert METRICS["rmse_rgb"].average([3.0, 4.0]) == pytest.approx(12.5**0.5)
    assert METRICS["psnr_y"].average([3.0, 4.0]) == 3.5
