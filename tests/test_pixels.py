import numpy as np
import pytest

from esrgan.pixels import has_colour, to_pixels, to_tensor, without_colour


def test_tensors_hold_zero_to_one_and_come_back_exactly(noise):
    for pixels in (noise, noise.astype(np.uint16) * 257):
        batch = to_tensor(pixels)
        assert batch.shape == (1, 3, *pixels.shape[:2])
        assert 0 <= batch.min() <= batch.max() <= 1
        assert np.array_equal(to_pixels(batch, pixels.dtype), pixels)


def test_what_leaves_the_range_is_clamped():
    batch = to_tensor(np.full((1, 1, 3), 128, np.uint8))
    assert to_pixels(batch + 9).max() == 255
    assert to_pixels(batch - 9).min() == 0


@pytest.mark.parametrize(
    "pixels",
    [np.zeros((4, 4), np.uint8), np.zeros((4, 4, 3), float), np.zeros((0, 4, 3), np.uint8)],
)
def test_what_is_no_picture_is_refused(pixels):
    with pytest.raises(ValueError, match="Expected uint8 or uint16 RGB"):
        to_tensor(pixels)


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_one_differing_value_is_a_colour(dtype):
    pixels = np.full((3, 4, 3), 200, dtype)
    assert not has_colour(pixels)
    pixels[2, 3, 2] = 201
    assert has_colour(pixels)
    assert not has_colour(without_colour(pixels))
    assert without_colour(pixels).dtype == dtype
