import cv2
import numpy as np
import pytest

from esrgan import Upscaler, imresize
from esrgan.alpha_map import sample, to_alpha_map
from esrgan.images import Picture


def test_a_part_is_a_part_of_opencvs_stretched_map():
    small = np.random.default_rng(0).random((24, 30), dtype=np.float32)
    whole = cv2.resize(small, (120, 96), interpolation=cv2.INTER_LINEAR)
    part = sample(small, slice(10, 50), slice(3, 120), (96, 120))
    assert np.allclose(part, whole[10:50, 3:], atol=1e-6)
    assert np.array_equal(sample(whole, slice(0, 96), slice(0, 120), (96, 120)), whole)


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_black_is_zero_and_white_is_one(dtype):
    picture = Picture(np.zeros((2, 2, 3), dtype), grey=True)
    picture.pixels[0] = np.iinfo(dtype).max
    assert to_alpha_map(picture).tolist() == [[1, 1], [0, 0]]
    with pytest.raises(ValueError, match="without opacity"):
        to_alpha_map(Picture(picture.pixels, picture.pixels[..., 0]))


def test_a_mapped_picture_is_the_curve_per_pixel_and_tiles_agree(photo):
    rows = np.repeat(np.linspace(0, 1, 96, dtype=np.float32)[:, None], 120, axis=1)
    upscaler = Upscaler("esrgan", tile_px=64)
    mapped = upscaler.tiles(photo, rows).result()
    curve = Upscaler("esrgan").curve(photo)
    expected = curve.at(sample(rows, slice(0, 384), slice(0, 480), (384, 480)))
    assert mapped.p99 < 3
    assert np.mean(np.abs(mapped.pixels.astype(int) - expected) <= 2) > 0.99


def test_a_map_of_one_value_is_the_exact_network(photo):
    mapped = Upscaler("esrgan").tiles(photo, np.full((2, 2), 0.25, np.float32)).result()
    assert mapped.p99 is None
    assert np.array_equal(mapped.pixels, Upscaler("esrgan")(photo, 0.25))


@pytest.mark.parametrize("height", [1, 127, 128, 129, 300])
def test_bicubic_by_bands_is_bicubic(height):
    picture = np.random.default_rng(0).integers(0, 256, (height, 9, 3), dtype=np.uint8)
    bands = Upscaler("bicubic").tiles(picture)
    assert len(list(bands)) == -(-height // 128)
    assert np.array_equal(bands.result().pixels, imresize(picture, 4))
