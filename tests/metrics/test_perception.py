import cv2
import numpy as np
import pytest
from skimage import data

from esrgan.metrics import niqe, perceptual_index
from esrgan.metrics.naturalness import UndefinedError
from esrgan.metrics.perception import (
    combine,
    dct_matrix,
    ma_proxy,
    texture,
)


def test_the_transform_is_opencvs():
    block = np.random.default_rng(0).normal(size=(8, 8))
    cosines = dct_matrix(8)
    np.testing.assert_allclose(cosines @ block @ cosines.T, cv2.dct(block), atol=1e-12)


def test_texture_is_a_loop(photo):
    total, count = 0.0, 0
    luma = 16 + photo @ np.array([65.481, 128.553, 24.966]) / 255
    for top in range(0, 96, 8):
        for left in range(0, 120, 8):
            energy = cv2.dct(luma[top : top + 8, left : left + 8]) ** 2
            total += sum(energy[u, v] for u in range(8) for v in range(8) if 4 <= u + v <= 6)
            count += 1
    assert texture(photo) == pytest.approx(np.log(1 + total / count))


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
    flat = np.zeros((8, 8, 3), np.uint8)
    noise = np.random.default_rng(0).integers(0, 2, (64, 64, 3), dtype=np.uint8) * np.uint8(255)
    assert 0 <= ma_proxy(flat) < ma_proxy(noise) <= 10


def test_small_and_flat_pictures_have_none():
    assert perceptual_index(np.zeros((191, 400, 3), np.uint8)) is None
    assert perceptual_index(np.full((300, 300, 3), 9, np.uint8)) is None
    with pytest.raises(UndefinedError, match="too small"):
        ma_proxy(np.zeros((7, 9, 3), np.uint8))
    with pytest.raises(ValueError, match="RGB"):
        perceptual_index(np.zeros((300, 300), np.uint8))
