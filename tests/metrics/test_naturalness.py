import cv2
import numpy as np
import pytest
from skimage import data

from esrgan.images import read
from esrgan.metrics import niqe
from esrgan.metrics.naturalness import UndefinedError


def test_it_has_the_published_value(data_folder):
    baboon = read(data_folder / "niqe" / "baboon.png").pixels
    assert niqe(baboon) == pytest.approx(5.72957, abs=1e-4)


def test_degradation_raises_it():
    photo = data.astronaut()
    blurred = cv2.GaussianBlur(photo, (0, 0), 3)
    noisy = np.random.default_rng(0).integers(0, 256, photo.shape, dtype=np.uint8)
    assert niqe(photo) + 1 < niqe(blurred)
    assert niqe(photo) + 1 < niqe(noisy)


def test_depth_does_not_matter():
    photo = data.astronaut()
    assert niqe(photo.astype(np.uint16) * 257) == pytest.approx(niqe(photo))
    assert niqe(photo / 255) == pytest.approx(niqe(photo), abs=1e-3)
    assert niqe((photo / 255).astype(np.float32)) == pytest.approx(niqe(photo), abs=2e-3)


def odd_pictures():
    rng = np.random.default_rng(0)
    half_flat = np.zeros((400, 400, 3), np.uint8)
    half_flat[:200] = rng.integers(0, 256, (200, 400, 3))
    checks, dot, stripes = (np.zeros((192, 384, 3), np.uint8) for _ in range(3))
    checks[::2, ::2], dot[150, 150], stripes[::3] = 255, 255, 200
    return {
        "half flat": half_flat,
        "checks": checks,
        "dot": dot,
        "stripes": stripes,
        "two grey levels": rng.integers(7, 9, (200, 300, 3), dtype=np.uint8),
        "huge": rng.integers(0, 256, (1920, 2880, 3), dtype=np.uint8),
    }


@pytest.mark.parametrize("name", odd_pictures())
def test_it_is_finite_or_refused(name):
    picture = odd_pictures()[name]
    try:
        value = niqe(picture)
    except UndefinedError:
        value = 0.0
    assert np.isfinite(value)


def test_small_and_flat_pictures_are_refused():
    with pytest.raises(ValueError, match="too small"):
        niqe(np.zeros((191, 300, 3), np.uint8))
    with pytest.raises(ValueError, match="too flat"):
        niqe(np.full((200, 200, 3), 9, np.uint8))


@pytest.mark.parametrize("noise_levels", [0.4, 2.0])
def test_a_flat_picture_is_refused_where_rounding_decides(noise_levels):
    levels = 128 + np.random.default_rng(0).normal(0, noise_levels, (288, 288, 1))
    picture = np.round(levels).repeat(3, axis=2).astype(np.uint8)
    if noise_levels > 1:
        assert niqe(picture) > 0
    else:
        with pytest.raises(UndefinedError, match="too flat"):
            niqe(picture)


def test_half_a_flat_page_is_refused():
    page = np.full((384, 384, 3), 250, np.uint8)
    page[:192] = data.astronaut()[:192, :384]
    assert niqe(page[:288]) > 0  # a third of its blocks is flat
    with pytest.raises(UndefinedError, match="too flat"):
        niqe(page)
