import cv2
import numpy as np
import pytest
from skimage import data

from esrgan.metrics import niqe, perceptual_index
from esrgan.metrics.naturalness import UndefinedError
from esrgan.metrics.perception import (
    combine,
    detail,
    log_deviations,
    ma_proxy,
)


def test_deviations_are_singular_values(photo):
    luma = 16 + photo @ np.array([65.481, 128.553, 24.966]) / 255
    patches = [
        luma[top : top + 5, left : left + 5].ravel()
        for top in range(0, 95, 5)
        for left in range(0, 120, 5)
    ]
    centred = np.array(patches) - np.mean(patches, axis=0)
    variances = np.linalg.svd(centred, compute_uv=False) ** 2 / (len(patches) - 1)
    expected = np.log(np.sqrt(variances + 1 / 12))
    np.testing.assert_allclose(log_deviations(luma), expected, atol=1e-6)
    assert detail(luma) == pytest.approx(expected[12], abs=1e-6)


def test_contrast_shifts_it_by_its_logarithm():
    noise = np.random.default_rng(0).normal(128, 20, (100, 100))
    assert detail(3 * noise) - detail(noise) == pytest.approx(np.log(3), abs=1e-3)


def test_a_flat_picture_has_the_deviation_of_rounding():
    assert log_deviations(np.full((20, 20), 7.0)) == pytest.approx(-np.log(12) / 2)


def test_it_is_the_formula_on_the_estimate():
    photo = data.astronaut()
    assert perceptual_index(photo) == pytest.approx((10 - ma_proxy(photo) + niqe(photo)) / 2)
    assert combine(10, 0) == 0


def test_blur_raises_it_and_type_does_not():
    photo = data.astronaut()
    sharp = perceptual_index(photo)
    assert perceptual_index(cv2.GaussianBlur(photo, (0, 0), 2)) > sharp + 1
    assert perceptual_index((photo / 255).astype(np.float32)) == pytest.approx(sharp, abs=1e-3)
    assert perceptual_index(photo.astype(np.uint16) * 257) == pytest.approx(sharp)


def test_the_estimate_stays_on_its_scale():
    flat = np.zeros((10, 10, 3), np.uint8)
    noise = np.random.default_rng(0).integers(0, 2, (64, 64, 3), dtype=np.uint8) * np.uint8(255)
    assert 0 <= ma_proxy(flat) < ma_proxy(noise) <= 10


def test_small_and_flat_pictures_have_none():
    assert perceptual_index(np.zeros((191, 400, 3), np.uint8)) is None
    assert perceptual_index(np.full((300, 300, 3), 9, np.uint8)) is None
    with pytest.raises(UndefinedError, match="too small"):
        ma_proxy(np.zeros((9, 12, 3), np.uint8))
    with pytest.raises(ValueError, match="RGB"):
        perceptual_index(np.zeros((300, 300), np.uint8))
