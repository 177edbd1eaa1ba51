import struct

import pytest
from PIL import Image

from esrgan.images import read
from esrgan.images.metadata import Metadata, read_metadata
from tests.images.files import encoded, tiff


@pytest.mark.parametrize("dpi", [None, (0, 0), (300,), ("a", "b"), (float("nan"), 72), (72, 1e9)])
def test_an_impossible_resolution_is_left_out(dpi):
    assert read_metadata(Image.Exif(), dpi) == Metadata()


def test_only_texts_of_possible_length_are_kept():
    exif = Image.Exif()
    exif.update({0x010F: "x" * 5000, 0x0110: 7, 0x8298: "", 0x0132: "2020:01:01 00:00:00"})
    assert read_metadata(exif, None).main == {0x0132: "2020:01:01 00:00:00"}


def test_damaged_exif_is_left_out(noise):
    cut = b"Exif\0\0II*\0\x08\0\0\0\x01\0" + struct.pack("<HHII", 0x010F, 2, 400, 9000)
    picture = read(encoded(Image.fromarray(noise), "JPEG", exif=cut))
    assert picture.metadata.main == {}


def test_metadata_of_a_sixteen_bit_tiff(noise):
    wide = noise.astype("uint16") * 257
    tags = {271: (2, b"Scanner\0"), 282: (5, (11811, 100)), 283: (5, (11811, 100)), 296: (3, (3,))}
    metadata = read(tiff(wide, 2, tags=tags)).metadata
    assert metadata.main == {271: "Scanner"}
    assert metadata.dpi == pytest.approx((300, 300), abs=0.01)
