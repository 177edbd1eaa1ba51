import io

import numpy as np
import pytest
from PIL import Image

from esrgan.images import Picture, read, write_png


def bands_of(picture, size):
    for start in range(0, len(picture.pixels), size):
        rows = slice(start, start + size)
        opacity = None if picture.opacity is None else picture.opacity[rows]
        yield Picture(picture.pixels[rows], opacity, picture.grey)


def written(picture, size=37, **settings):
    file = io.BytesIO()
    write_png(file, bands_of(picture, size), len(picture.pixels), **settings)
    return file.getvalue()


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
@pytest.mark.parametrize("grey", [False, True])
@pytest.mark.parametrize("translucent", [False, True])
@pytest.mark.parametrize("size", [1, 37, 1000])
def test_every_kind_comes_back(photo, dtype, grey, translucent, size):
    pixels = photo.astype(dtype) * (257 if dtype == np.uint16 else 1)
    pixels = pixels + np.arange(len(pixels), dtype=dtype)[:, None, None]
    if grey:
        pixels = np.repeat(pixels[..., :1], 3, axis=2)
    picture = Picture(pixels, pixels[..., 0] // 2 + 1 if translucent else None, grey)
    back = read(written(picture, size))
    assert np.array_equal(back.pixels, pixels)
    assert (back.pixels.dtype, back.grey) == (dtype, grey)
    assert (
        back.opacity is None if not translucent else np.array_equal(back.opacity, picture.opacity)
    )


@pytest.mark.parametrize("shape", [(1, 1), (1, 50), (50, 1), (33, 2)])
def test_narrow_pictures(shape):
    pixels = np.random.default_rng(0).integers(0, 256, (*shape, 3), dtype=np.uint8)
    assert np.array_equal(read(written(Picture(pixels))).pixels, pixels)


def test_a_file_is_no_larger_than_pillows(photo):
    theirs = io.BytesIO()
    Image.fromarray(photo).save(theirs, "PNG")
    assert len(written(Picture(photo))) < 1.03 * len(theirs.getvalue())


def test_a_missing_row_is_refused(photo):
    with pytest.raises(ValueError, match="has 96 rows instead of 97"):
        write_png(io.BytesIO(), bands_of(Picture(photo), 20), 97)


@pytest.mark.parametrize("height", [97, 0])
def test_no_band_at_all_is_refused(height):
    file = io.BytesIO()
    with pytest.raises(ValueError, match=f"has 0 rows instead of {height}"):
        write_png(file, [], height)
    assert file.getvalue() == b""
