import numpy as np
import pytest
from scipy import fft

from benchmarks.ma_statistics import CANDIDATES, block_dct, haar, shape


def test_each_is_finite_on_any_picture(photo):
    levels = photo.mean(axis=2)
    for picture in (levels, levels * 0.1, np.random.default_rng(0).uniform(0, 255, (64, 70))):
        assert all(np.isfinite(compute(picture)) for compute in CANDIDATES.values())


def test_the_transform_is_scipys():
    blocks = np.random.default_rng(0).normal(size=(14, 21))
    expected = fft.dctn(blocks[7:, 14:], norm="ortho")
    np.testing.assert_allclose(block_dct(blocks)[5], expected, atol=1e-12)


def test_haar_keeps_energy():
    levels = np.random.default_rng(0).normal(size=(10, 12))
    assert sum((part**2).sum() for part in haar(levels)) == pytest.approx((levels**2).sum())


def test_the_shape_of_known_distributions():
    rng = np.random.default_rng(0)
    values = np.stack([rng.normal(size=200_000), rng.laplace(size=200_000)])
    assert shape(values) == pytest.approx([2, 1], abs=0.03)
