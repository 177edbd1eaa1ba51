import re
import subprocess
import sys

import pytest

from esrgan.metrics.perception import MA_OFFSET, MA_SLOPE, PROXY_ERROR


def test_the_fit_is_the_committed_one_and_holds(data_folder):
    command = [sys.executable, "-m", "benchmarks.fit_perceptual_index", data_folder / "benchmarks"]
    text = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    offset, slope = map(float, re.search(r"Ma = (\S+) \+ (\S+) texture", text).groups())
    assert (offset, slope) == pytest.approx((MA_OFFSET, MA_SLOPE), abs=2e-3)
    error, order = map(float, re.search(r"RMSE (\S+), Spearman (\S+)", text).groups())
    assert error == pytest.approx(PROXY_ERROR, abs=0.01)
    assert order >= 0.85
    means = re.findall(r"bicubic mean (\S+)  \(published (\S+)\)", text)
    assert len(means) == 3
    assert all(abs(float(ours) - float(published)) < 0.5 for ours, published in means)
