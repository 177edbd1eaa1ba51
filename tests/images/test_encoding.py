import io

import numpy as np
import pytest
from PIL import Image, JpegImagePlugin

from esrgan.images import Picture, check_writable_size, encode_jpeg, encode_png, encode_webp, read
from tests.images.files import encoded, icc_profile


def test_png_is_lossless_and_carries_no_metadata(noise):
    exif = Image.Exif()
    exif[0x8825] = {1: "N", 2: (1.0, 2.0, 3.0)}
    exif[0x010F] = "a camera"
    source = encoded(Image.fromarray(noise), "JPEG", exif=exif, comment=b"a comment", dpi=(72, 72))
    picture = read(source)
    written = encode_png(picture)
    with Image.open(io.BytesIO(written)) as image:
        image.load()
        assert image.info == {}
        assert not image.getexif()
    assert np.array_equal(read(written).pixels, picture.pixels)


def test_opacity_is_written(noise):
    opacity = noise[..., 0] | 1
    picture = read(encode_png(Picture(noise, opacity)))
    assert np.array_equal(picture.pixels, noise)
    assert np.array_equal(picture.opacity, opacity)


def test_a_jpeg_is_close_flat_and_free_of_metadata(photo):
    data = encode_jpeg(Picture(photo))
    image = Image.open(io.BytesIO(data))
    assert image.format == "JPEG"
    assert image.getexif() == {}
    assert JpegImagePlugin.get_sampling(image) == 0  # 4:4:4
    difference = np.asarray(image).astype(int) - photo
    assert np.sqrt((difference**2).mean()) < 3


def test_a_lower_quality_makes_a_smaller_jpeg(photo):
    assert len(encode_jpeg(Picture(photo), quality=60)) < len(encode_jpeg(Picture(photo))) / 2


def test_a_jpeg_of_what_is_translucent_is_laid_on_white():
    pixels = np.zeros((16, 16, 3), np.uint16)
    opacity = np.full((16, 16), 65535 // 2, np.uint16)
    found = read(encode_jpeg(Picture(pixels, opacity))).pixels
    assert found.dtype == np.uint8
    assert abs(int(found.mean()) - 128) <= 1


def test_a_grey_picture_becomes_a_grey_jpeg():
    picture = Picture(np.full((16, 16, 3), 77, np.uint8), grey=True)
    assert Image.open(io.BytesIO(encode_jpeg(picture))).mode == "L"


@pytest.mark.parametrize("suffix", ["jpg", ".JPEG", "webp"])
def test_what_a_format_cannot_hold_is_refused_before_it_is_computed(suffix):
    most = 16_383 if suffix == "webp" else 65_500
    check_writable_size(most, most, suffix)
    for size in ((most + 1, 3), (3, most + 1)):
        with pytest.raises(ValueError, match=rf"at most {most} pixels a side, not {most + 1}:"):
            check_writable_size(*size, suffix)
    check_writable_size(200_000, 3, "png")


def test_an_encoder_refuses_what_it_cannot_hold():
    with pytest.raises(ValueError, match="save this picture as PNG"):
        encode_jpeg(Picture(np.zeros((65_501, 1, 3), np.uint8)))


@pytest.mark.parametrize("space", [b"RGB ", b"GRAY"])
def test_a_webp_carries_no_profile_of_grey(space):
    profile = icc_profile({}, space)
    picture = Picture(np.full((4, 5, 3), 99, np.uint8), grey=True, profile=profile)
    with Image.open(io.BytesIO(encode_webp(picture))) as image:
        assert image.info.get("icc_profile") == (profile if space == b"RGB " else None)


# ---- metadata, on request -------------------------------------------------------------------

TAKEN, ZONE = "2019:07:14 06:30:00", "+02:00"
COPYRIGHT = "Ines Duarte"


def photograph(photo, kind):
    """A picture that lies on its side, with a camera, dates, a place and a resolution."""
    exif = Image.Exif()
    exif.update({0x010F: "Maker", 0x0110: "Model 5", 0x0132: TAKEN, 0x8298: COPYRIGHT})
    exif.update({0x0112: 8, 0x013B: "not asked for"})
    exif[0x8769] = {0x9003: TAKEN, 0x9011: ZONE, 0x927C: b"maker note", 0xA431: "serial number"}
    exif[0x8825] = {1: "N", 2: (48.0, 51.0, 30.0)}
    return encoded(Image.fromarray(photo), kind, exif=exif.tobytes(), dpi=(300, 300))


@pytest.mark.parametrize("encode", [encode_png, encode_jpeg])
@pytest.mark.parametrize("deep", [False, True])
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "TIFF"])
def test_date_camera_copyright_and_resolution_are_kept_on_request(photo, kind, deep, encode):
    picture = read(photograph(photo, kind))
    if deep:
        pixels = picture.pixels.astype(np.uint16) * 257
        picture = Picture(pixels, metadata=picture.metadata)
    assert picture.pixels.shape == (120, 96, 3)
    with Image.open(io.BytesIO(encode(picture, keep_metadata=True))) as image:
        exif = image.getexif()
        kept = {0x010F: "Maker", 0x0110: "Model 5", 0x0132: TAKEN, 0x8298: COPYRIGHT}
        assert {tag: value for tag, value in exif.items() if tag != 0x8769} == kept
        assert exif.get_ifd(0x8769) == {0x9003: TAKEN, 0x9011: ZONE}
        assert exif.get_ifd(0x8825) == {}
        assert image.info["dpi"] == pytest.approx((300, 300), abs=0.02)
    assert read(encode(picture, keep_metadata=True)).pixels.shape == (120, 96, 3)


def test_a_text_of_any_encoding_keeps_its_bytes(photo):
    exif, text = Image.Exif(), "© 山田".encode()
    exif[0x8298] = text
    picture = read(encoded(Image.fromarray(photo), "JPEG", exif=exif))
    for encode in (encode_png, encode_jpeg):
        assert text in encode(picture, keep_metadata=True)


def test_without_metadata_nothing_is_written_on_request_either(noise):
    assert encode_png(Picture(noise), keep_metadata=True) == encode_png(Picture(noise))
    assert encode_jpeg(Picture(noise), keep_metadata=True) == encode_jpeg(Picture(noise))
