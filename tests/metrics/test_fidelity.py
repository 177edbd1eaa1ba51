import math

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from esrgan.metrics import lr_psnr, psnr, rmse, ssim
from esrgan.metrics.fidelity import convention, luma
from esrgan.resize import imresize


@pytest.fixture
def other(photo):
    noise = np.random.default_rng(1).normal(0, 8, photo.shape)
    return np.clip(photo + noise, 0, 255).astype(np.uint8)


def test_luma_is_studio_range():
    colours = np.array([[[0, 0, 0], [255, 255, 255], [255, 0, 0]]], np.uint8)
    np.testing.assert_allclose(luma(colours), [[16, 235, 16 + 65.481]])


def test_psnr_is_a_float64_loop(photo, other):
    total, count = 0.0, 0
    for y in range(4, photo.shape[0] - 4):
        for x in range(4, photo.shape[1] - 4):
            difference = (other[y, x].astype(float) - photo[y, x]) / 255
            total += (difference @ (65.481, 128.553, 24.966)) ** 2
            count += 1
    assert psnr(other, photo) == pytest.approx(10 * math.log10(255**2 / (total / count)))
    assert rmse(other, photo) == pytest.approx(math.sqrt(total / count))


def test_rgb_psnr_is_opencvs(photo, other):
    assert psnr(other, photo, border_px=0, rgb=True) == pytest.approx(cv2.PSNR(other, photo))


def test_identical_pictures(photo):
    assert psnr(photo, photo) == math.inf
    assert ssim(photo, photo) == 1
    assert rmse(photo, photo) == 0


def test_ssim_is_wangs_formula(photo, other):
    window = cv2.getGaussianKernel(11, 1.5)
    a, b = (luma(x)[4:-4, 4:-4] for x in (photo, other))

    def blur(plane):
        return cv2.sepFilter2D(plane, cv2.CV_64F, window, window)[5:-5, 5:-5]

    mean_a, mean_b = blur(a), blur(b)
    variance_a, variance_b = blur(a * a) - mean_a**2, blur(b * b) - mean_b**2
    covariance = blur(a * b) - mean_a * mean_b
    c1, c2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2
    quality = (2 * mean_a * mean_b + c1) * (2 * covariance + c2)
    quality /= (mean_a**2 + mean_b**2 + c1) * (variance_a + variance_b + c2)
    assert ssim(photo, other) == pytest.approx(quality.mean(), abs=1e-6)


@settings(max_examples=10, deadline=None)
@given(shift=st.integers(1, 60))
def test_symmetry_range_and_depth(shift):
    a = np.random.default_rng(shift).integers(0, 196, (24, 25, 3), dtype=np.uint8)
    b = a + np.uint8(shift)
    assert psnr(a, b) == psnr(b, a) > 0
    assert ssim(a, b) == pytest.approx(ssim(b, a))
    assert -1 <= ssim(a, b) <= 1
    wide = [x.astype(np.uint16) * 257 for x in (a, b)]
    assert psnr(*wide) == pytest.approx(psnr(a, b))


def test_the_border_is_cut(photo):
    framed = photo.copy()
    framed[:4] = framed[-4:] = 0
    framed[:, :4] = framed[:, -4:] = 0
    assert psnr(framed, photo) == math.inf


@pytest.mark.parametrize("metric", [psnr, ssim, rmse])
@pytest.mark.parametrize("rgb", [False, True])
def test_floats_are_the_same_picture(photo, other, metric, rgb):
    floats = [(picture / 255).astype(np.float32) for picture in (other, photo)]
    assert metric(*floats, rgb=rgb) == pytest.approx(metric(other, photo, rgb=rgb), abs=1e-4)


def test_the_convention_is_named():
    assert convention(border_px=0, rgb=True) == "RGB, 0-px border cut"


def test_lr_psnr_of_floats_and_rgb(photo):
    lr = imresize(photo, 0.25)
    expected = psnr(imresize(photo, 0.25), lr + np.uint8(2), border_px=1, rgb=True)
    assert lr_psnr(photo, lr + np.uint8(2), rgb=True) == expected
    bright = np.clip(photo.astype(np.float32) / 128, 0, 1)
    assert 10 < lr_psnr(bright, lr) < 30


def test_lr_psnr_reduces_again(photo):
    lr = imresize(photo, 0.25)
    assert lr_psnr(photo, lr) == math.inf
    assert lr_psnr(photo, lr + np.uint8(1)) == pytest.approx(49.45, abs=0.02)


def test_refusals(photo):
    with pytest.raises(ValueError, match="differ in size"):
        psnr(photo, photo[1:])
    with pytest.raises(ValueError, match=r"unsigned integers or floats.*int64"):
        psnr(photo.astype(np.int64), photo)
    with pytest.raises(ValueError, match="divide by 255"):
        psnr(photo.astype(np.float32), photo)
    with pytest.raises(ValueError, match="divide by 255"):
        psnr(np.full(photo.shape, np.nan), photo)
    with pytest.raises(ValueError, match="Nothing is left"):
        psnr(photo[:8], photo[:8])
    with pytest.raises(ValueError, match="SSIM needs 11 px"):
        ssim(photo[:16], photo[:16])
    with pytest.raises(ValueError, match="not a multiple"):
        lr_psnr(photo, photo[:50, :50])
