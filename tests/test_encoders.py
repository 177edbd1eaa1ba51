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
    data = encoder.encode(picture)
    with Image.open(io.BytesIO(data)) as image:
        assert image.format == {"jpg": "JPEG"}.get(name, name.upper())
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
    assert len(encode(picture, quality=30)) < len(encode(picture)) * 0.6


def test_16_bits_are_rounded_where_a_format_has_8(photo):
    deep = Picture(photo.astype(np.uint16) * 257)
    assert ENCODERS["webp"].encode(deep) == ENCODERS["webp"].encode(Picture(photo))
    assert read(ENCODERS["png"].encode(deep)).pixels.dtype == np.uint16


def test_other_suffixes_are_not_written():
    assert [format_of(suffix) for suffix in (".gif", "", ".tif", ".heic")] == [None] * 4
