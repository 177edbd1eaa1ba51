import io

import numpy as np
import pytest
from PIL import Image

from esrgan.encoders import ENCODERS, format_of
from esrgan.images import Picture, read


@pytest.fixture
def picture(photo):
    opacity = np.full(photo.shape[:2], 255, np.uint8)
    opacity[:, :40] = 100
    return Picture(photo, opacity)


@pytest.mark.parametrize("name", ENCODERS)
def test_every_format_is_one_that_is_read(name, picture, photo):
    encoder = ENCODERS[name]
    data = encoder.encode(picture, 95)
    with Image.open(io.BytesIO(data)) as image:
        assert image.format == encoder.title.upper()
        assert not image.getexif()
    back = read(data)
    opaque = np.s_[:, 48:]
    assert np.abs(back.pixels[opaque].astype(int) - photo[opaque]).mean() < 3
    assert (back.opacity is None) == (name == "jpg")
    if back.opacity is not None:
        assert np.array_equal(back.opacity, picture.opacity)
    assert all(format_of(f".{suffix.upper()}") == name for suffix in encoder.suffixes)


@pytest.mark.parametrize("name", ["jpg", "webp"])
def test_a_lower_quality_makes_a_smaller_file(name, picture):
    encode = ENCODERS[name].encode
    assert len(encode(picture, 30)) < len(encode(picture, 95)) * 0.6


def test_16_bits_are_rounded_where_a_format_has_8(photo):
    deep = Picture(photo.astype(np.uint16) * 257)
    assert ENCODERS["webp"].encode(deep, 95) == ENCODERS["webp"].encode(Picture(photo), 95)
    assert read(ENCODERS["png"].encode(deep, 95)).pixels.dtype == np.uint16


@pytest.mark.parametrize(("name", "largest"), [("jpg", 65500), ("webp", 16383)])
def test_the_largest_side_is_what_the_encoder_takes(name, largest):
    encoder = ENCODERS[name]
    row = Picture(np.zeros((1, largest, 3), np.uint8))
    encoder.check_size(1, largest)
    assert encoder.encode(row, 5)
    with pytest.raises(ValueError, match=f"at most {largest} px a side: write PNG"):
        encoder.check_size(largest + 1, 1)
    with pytest.raises((OSError, ValueError), match=r"broken data stream|limit of 16383"):
        encoder.encode(Picture(np.zeros((1, largest + 1, 3), np.uint8)), 5)


def test_other_suffixes_are_not_written():
    assert [format_of(suffix) for suffix in (".gif", "", ".tif", ".heic")] == [None] * 4
