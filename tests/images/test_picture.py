import numpy as np
import pytest
from PIL import Image
from scipy.ndimage import distance_transform_edt

from esrgan.images import Picture, encode_png, fill_hidden, on_white, read
from tests.images.files import encoded


def leaf(dtype, hidden):
    """A shape of two colours with a soft rim; `hidden` is what lies under opacity 0."""
    rows, columns = np.mgrid[:40, :56]
    distance = np.hypot((rows - 17.3) / 14, (columns - 25.8) / 22)
    largest = np.iinfo(dtype).max
    opacity = np.rint(largest * ((1.15 - distance) / 0.3).clip(0, 1)).astype(dtype)
    pixels = np.where((columns < 26)[..., None], (20, 160, 60), (200, 170, 30)) * (largest // 255)
    pixels[opacity == 0] = hidden
    return Picture(pixels.astype(dtype), opacity)


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_what_is_hidden_takes_the_nearest_visible_colour(dtype):
    picture = leaf(dtype, 0)
    filled = fill_hidden(picture)
    visible = picture.opacity > 0
    assert np.array_equal(filled.pixels[visible], picture.pixels[visible])
    assert filled.opacity is picture.opacity
    distance, nearest = distance_transform_edt(~visible, return_indices=True)
    same = (filled.pixels == picture.pixels[tuple(nearest)]).all(axis=2)
    middle = np.abs(np.arange(56) - 25.5) < 3  # where both colours are about as near
    assert same[:, ~middle].all()
    assert distance.max() > 10


def test_hidden_colours_change_nothing():
    black, magenta = leaf(np.uint8, 0), leaf(np.uint8, (255, 0, 255))
    assert not np.array_equal(black.pixels, magenta.pixels)
    read_back = [read(encode_png(picture)) for picture in (black, magenta)]
    for other in (read_back[1], fill_hidden(black), fill_hidden(magenta)):
        assert np.array_equal(read_back[0].pixels, other.pixels)


def test_a_hidden_colour_does_not_make_a_grey_picture_coloured():
    grey = np.full((4, 5, 3), 90, np.uint8)
    opacity = np.full((4, 5), 255, np.uint8)
    grey[0, 0], opacity[0, 0] = (255, 0, 0), 0
    assert read(encoded(Image.fromarray(np.dstack((grey, opacity))))).grey


def test_where_nothing_is_visible_all_is_white():
    pixels = np.random.default_rng(0).integers(0, 65536, (3, 4, 3), dtype=np.uint16)
    assert np.all(fill_hidden(Picture(pixels, np.zeros((3, 4), np.uint16))).pixels == 65535)


def test_nothing_changes_where_nothing_is_hidden(noise):
    for picture in (Picture(noise), Picture(noise, noise[..., 0] | 1)):
        assert fill_hidden(picture) is picture


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_on_white_values_are_mixed_and_hidden_ones_white(dtype):
    picture = leaf(dtype, 0)
    found, largest = on_white(picture), np.iinfo(dtype).max
    share = picture.opacity[..., None] / largest
    expected = largest + (picture.pixels - float(largest)) * share
    assert found.opacity is None
    assert found.pixels.dtype == dtype
    assert np.abs(found.pixels - expected).max() <= 0.51
    assert np.all(found.pixels[picture.opacity == 0] == largest)
    assert np.array_equal(picture.pixels, leaf(dtype, 0).pixels)  # the input is left as it was


def test_an_opaque_picture_is_on_white_already(noise):
    picture = Picture(noise)
    assert on_white(picture) is picture


def test_a_part_holds_the_same_memory():
    picture = leaf(np.uint8, 0)
    part = picture.part((slice(3, 9), slice(10, 30)))
    assert part.pixels.shape == (6, 20, 3)
    assert part.opacity.shape == (6, 20)
    assert np.shares_memory(part.pixels, picture.pixels)
