import re
import subprocess
import sys

import numpy as np
import pytest

from benchmarks.fit_perceptual_index import CANDIDATES, Samples, choose, leave_one_out, nested, rms
from esrgan.metrics.perception import MA_OFFSET, MA_SLOPE, PROXY_ERROR


def test_the_fit_is_the_committed_one_and_holds(data_folder):
    command = [sys.executable, "-m", "benchmarks.fit_perceptual_index", data_folder / "benchmarks"]
    text = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    found = re.search(r"Ma = (\S+) \+ (\S+) \(singular values: median\)", text)
    assert tuple(map(float, found.groups())) == pytest.approx((MA_OFFSET, MA_SLOPE), abs=2e-3)
    assert float(re.search(r"stated (\S+)", text)[1]) == PROXY_ERROR <= 0.40
    orders = re.search(r"Spearman (\S+) within the originals, (\S+) within bicubic", text)
    assert min(map(float, orders.groups())) >= 0.5
    means = re.findall(r"bicubic mean (\S+)  \(published (\S+)\)", text)
    assert len(means) == 3
    assert all(abs(float(ours) - float(published)) < 0.35 for ours, published in means)


@pytest.fixture
def samples():
    """Eight pictures, twice each, on which the third candidate gives Ma's score exactly."""
    rng = np.random.default_rng(0)
    statistics = {name: rng.normal(size=16) for name in CANDIDATES}
    niqe = rng.uniform(3, 9, 16)
    ma = 5 + statistics[list(CANDIDATES)[2]]
    return Samples(statistics, niqe, (10 + niqe - ma) / 2, np.arange(16) // 2)


def test_the_choice_finds_the_statistic_that_fits(samples):
    best = list(CANDIDATES)[2]
    assert choose(samples) == best
    assert rms(leave_one_out(samples, best), samples) < 1e-9
    predicted, choices = nested(samples)
    assert set(choices) == {best}
    assert rms(predicted, samples) < 1e-9


def test_a_picture_has_no_part_in_its_own_choice(samples):
    index = samples.index.copy()
    index[:2] = 100.0
    changed = Samples(samples.statistics, samples.niqe, index, samples.picture)
    before, after = nested(samples), nested(changed)
    assert after[1][0] == before[1][0]
    assert after[0][:2] == pytest.approx(before[0][:2])
