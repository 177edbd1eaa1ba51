import numpy as np
import pytest
from scipy.ndimage import gaussian_filter

from esrgan import Upscaler
from esrgan.images import Picture
from esrgan.seamless import MARGIN_PX, cut_repeated, repeat


def texture(shape=(52, 76, 3), dtype=np.uint8):
    """Random blobs whose opposite borders fit."""
    values = np.random.default_rng(5).normal(size=shape)
    smooth = gaussian_filter(values, (1.2, 1.2, 0)[: len(shape)], mode="wrap")
    unit = (smooth - smooth.min()) / np.ptp(smooth)
    return np.rint(unit * np.iinfo(dtype).max).astype(dtype)


@pytest.mark.parametrize("shape", [(1, 1, 3), (5, 40, 3), (20, 9)])
def test_a_texture_is_repeated_and_cut_again(shape):
    pixels = texture(shape)
    repeated = repeat(pixels)
    assert repeated.shape[:2] == (shape[0] + 2 * MARGIN_PX, shape[1] + 2 * MARGIN_PX)
    for shift in (shape[0], -shape[0]):
        overlap = slice(max(0, shift), min(len(repeated), len(repeated) + shift))
        assert np.array_equal(np.roll(repeated, shift, 0)[overlap], repeated[overlap])
    assert np.array_equal(cut_repeated(repeated, 1), pixels)


@pytest.mark.parametrize("name", ["esrgan", "srresnet", "bicubic"])
def test_the_result_does_not_depend_on_where_the_texture_is_cut(name):
    pixels, shift = texture(), (20, 32)
    moved = np.roll(pixels, shift, (0, 1))
    expected, found = (Upscaler(name, wrap=True)(it).astype(int) for it in (pixels, moved))
    assert found.shape == (208, 304, 3)
    expected = np.roll(expected, (80, 128), (0, 1))
    assert np.abs(found - expected).max() <= 1
    plain = np.roll(Upscaler(name)(pixels).astype(int), (80, 128), (0, 1))
    assert np.abs(found - plain).max() > 3


def test_opacity_maps_and_curves_are_seamless_too():
    pixels, opacity = texture(), texture((52, 76)) | 1
    upscaler, shift = Upscaler("esrgan", wrap=True), (20, 32)

    def moved(array, factor=1):
        return np.roll(array, (shift[0] * factor, shift[1] * factor), (0, 1))

    alpha = (texture((52, 76)) / 255).astype(np.float32)
    for enlarge in (
        lambda move: upscaler.upscale(Picture(move(pixels), move(opacity)), 0.5).opacity,
        lambda move: upscaler.tiles(move(pixels), move(alpha)).result().pixels,
        lambda move: upscaler.curve(move(pixels)).at(0.7),
    ):
        found, expected = enlarge(moved).astype(int), moved(enlarge(lambda it: it).astype(int), 4)
        assert np.abs(found - expected).max() <= 1
        assert found.shape[:2] == (208, 304)


def test_other_settings_keep_it():
    assert Upscaler("esrgan", wrap=True).like(precision="bf16").wrap
    assert not Upscaler("esrgan").wrap
