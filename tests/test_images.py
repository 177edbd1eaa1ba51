import io
import struct
import zlib

import cv2
import numpy as np
import pytest
from PIL import Image, ImageCms, JpegImagePlugin

from esrgan.images import (
    FILE_LIMITS,
    WEB_LIMITS,
    Limits,
    Picture,
    encode_jpeg,
    encode_png,
    orient,
    read,
)
from esrgan.pixels import to_pixels, to_tensor


def encoded(image, kind="PNG", **options):
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def png_chunk(kind, payload):
    body = kind + payload
    return struct.pack(">I", len(payload)) + body + struct.pack(">I", zlib.crc32(body))


def png_header(width, height):
    """A tiny PNG file that claims a size."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + png_chunk(b"IHDR", header) + png_chunk(b"IDAT", b"")


def refusal(data, limits=WEB_LIMITS):
    with pytest.raises(ValueError, match=r".") as caught:
        read(data, limits)
    message = str(caught.value)
    assert len(message) <= 160
    assert "\n" not in message
    return message


# ---- formats --------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["PNG", "BMP", "TIFF"])
def test_lossless_formats_come_back_exactly(noise, kind):
    picture = read(encoded(Image.fromarray(noise), kind))
    assert np.array_equal(picture.pixels, noise)
    assert picture.opacity is None
    assert not picture.grey


@pytest.mark.parametrize("kind", ["JPEG", "WEBP", "GIF"])
def test_lossy_formats_are_read(photo, kind):
    picture = read(encoded(Image.fromarray(photo), kind))
    assert picture.pixels.shape == photo.shape
    assert np.abs(picture.pixels.astype(int) - photo).mean() < 12


def test_a_path_is_read_like_bytes(noise, tmp_path):
    (tmp_path / "noise.png").write_bytes(encoded(Image.fromarray(noise)))
    assert np.array_equal(read(tmp_path / "noise.png").pixels, noise)


@pytest.mark.parametrize("kind", ["GIF", "TIFF", "WEBP", "PNG"])
def test_only_the_first_frame_is_used_and_said(kind):
    frames = [Image.new("RGB", (6, 5), colour) for colour in ("red", "green", "blue")]
    data = encoded(frames[0], kind, save_all=True, append_images=frames[1:])
    picture = read(data)
    assert picture.notes == ("Only the first frame is used.",)
    assert picture.pixels[0, 0].argmax() == 0


@pytest.mark.parametrize(
    ("data", "word"),
    [
        (b"8BPS\x00\x01" + bytes(40), "Photoshop"),
        (b"%!PS-Adobe-3.0 EPSF-3.0\n", "PostScript"),
        (b"%PDF-1.7\n", "PDF"),
        (b'<svg xmlns="http://www.w3.org/2000/svg"/>', "drawing"),
        (b'\xef\xbb\xbf  <?xml version="1.0"?><svg/>', "drawing"),
        (b"\x00\x00\x00\x18ftypheic" + bytes(40), "HEIC"),
        (b"\x00\x00\x00\x18ftypavif" + bytes(40), "AVIF"),
    ],
)
def test_strangers_are_named_whatever_their_suffix(data, word, tmp_path):
    assert word in refusal(data)
    (tmp_path / "renamed.png").write_bytes(data)
    assert word in refusal(tmp_path / "renamed.png")


# ---- limits, from the header ----------------------------------------------------------------


def test_limits_of_the_web_and_of_files():
    assert (WEB_LIMITS.megapixels, WEB_LIMITS.megabytes) == (50, 40)
    assert FILE_LIMITS.megapixels > WEB_LIMITS.megapixels


def test_claimed_sizes_are_refused_before_decoding():
    assert "100 megapixels; the limit is 50" in refusal(png_header(10_000, 10_000))
    bitmap = b"BM" + struct.pack("<IHHI", 57, 0, 0, 54)
    bitmap += struct.pack("<IiiHHIIiiII", 40, 12_288, 12_288, 1, 24, 0, 0, 0, 0, 0, 0) + bytes(3)
    assert "megapixels" in refusal(bitmap)
    gif = b"GIF89a" + struct.pack("<HHBBB", 65_500, 65_500, 0, 0, 0)
    gif += b"," + struct.pack("<HHHHB", 0, 0, 65_500, 65_500, 0) + b"\x02\x02\x44\x01\x00;"
    assert "megapixels" in refusal(gif)


def test_a_picture_of_fifty_megapixels_passes_the_header():
    data = png_header(10_000, 5_000)
    assert "not a readable" in refusal(data)


def test_large_files_are_refused(noise, tmp_path):
    data = encoded(Image.fromarray(noise))
    assert "over the limit of 0.001 MB" in refusal(data, Limits(50, 0.001))
    (tmp_path / "a.png").write_bytes(data)
    assert "over the limit" in refusal(tmp_path / "a.png", Limits(50, 0.001))


# ---- broken files ---------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "BMP", "GIF", "TIFF"])
def test_cut_and_garbled_files_get_one_sentence_or_a_picture(photo, kind):
    data = encoded(Image.fromarray(photo), kind)
    refusal(data[:20])
    generator = np.random.default_rng(0)
    for _ in range(60):
        broken = np.frombuffer(data, np.uint8).copy()
        places = generator.integers(4, len(broken), 12)
        broken[places] = generator.integers(0, 256, 12)
        try:
            read(broken.tobytes(), WEB_LIMITS)
        except ValueError as error:
            assert len(str(error)) <= 160  # noqa: PT017
    assert read(data).pixels.shape == photo.shape


@pytest.mark.parametrize("data", [b"", b"x", b"not a picture at all", bytes(1000)])
def test_what_is_no_picture_gets_one_sentence(data):
    assert refusal(data) == "This is not a readable PNG, JPEG, WebP, BMP, GIF or TIFF."


def test_broken_exif_does_not_matter_or_is_refused(noise):
    exif = b"Exif\x00\x00II*\x00\x08\x00\x00\x00\x01\x00\x12\x01\x03\x00\xff\xff\xff\xff\x06\x00"
    data = encoded(Image.fromarray(noise), "JPEG", exif=exif)
    try:
        assert read(data).pixels.size
    except ValueError as error:
        assert "not a readable" in str(error)  # noqa: PT017


@pytest.mark.parametrize(
    "error", [OSError, ValueError, TypeError, SyntaxError, NotImplementedError, MemoryError]
)
def test_whatever_the_decoder_raises_becomes_one_sentence(noise, monkeypatch, error):
    def fail(*_):
        raise error("internal detail\nof two lines")

    data = encoded(Image.fromarray(noise))
    monkeypatch.setattr(Image.Image, "convert", fail)
    assert refusal(data) == "This is not a readable PNG, JPEG, WebP, BMP, GIF or TIFF."


def test_missing_files_and_folders_are_named(tmp_path):
    assert "gone.png" in refusal(tmp_path / "gone.png")
    assert tmp_path.name in refusal(tmp_path)


# ---- orientation, colour, depth -------------------------------------------------------------

TURNS = {
    1: None,
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


@pytest.mark.parametrize("orientation", TURNS)
def test_orientation_is_applied(noise, orientation):
    upright = Image.fromarray(noise)
    expected = upright if orientation == 1 else upright.transpose(TURNS[orientation])
    assert np.array_equal(orient(noise, orientation), np.asarray(expected))
    exif = Image.Exif()
    exif[0x0112] = orientation
    for kind, options in (("PNG", {}), ("TIFF", {}), ("WEBP", {"lossless": True})):
        data = encoded(upright, kind, exif=exif, **options)
        assert np.array_equal(read(data).pixels, np.asarray(expected)), kind


def test_a_colour_profile_is_converted_to_srgb():
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    swapped = profile.replace(b"rXYZ", b"????").replace(b"bXYZ", b"rXYZ").replace(b"????", b"bXYZ")
    data = encoded(Image.new("RGB", (4, 4), (200, 60, 30)), icc_profile=swapped)
    assert np.abs(read(data).pixels[0, 0].astype(int) - (30, 60, 200)).max() <= 1


def test_an_srgb_profile_changes_at_most_one_level(noise):
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    picture = read(encoded(Image.fromarray(noise), icc_profile=profile))
    assert np.abs(picture.pixels.astype(int) - noise).max() <= 1


def test_an_unreadable_profile_is_ignored_and_said(noise):
    picture = read(encoded(Image.fromarray(noise), icc_profile=b"not a profile"))
    assert np.array_equal(picture.pixels, noise)
    assert "colour profile" in picture.notes[0]


def test_cmyk_is_converted():
    pixels = read(encoded(Image.new("CMYK", (8, 8), (0, 255, 255, 0)), "JPEG")).pixels
    assert pixels[0, 0, 0] > 200
    assert pixels[0, 0, 1:].max() < 60


@pytest.mark.parametrize("kind", ["RGBA", "LA", "P"])
def test_opacity_is_kept(noise, kind):
    opacity = np.linspace(0, 255, noise[..., 0].size).astype(np.uint8).reshape(noise.shape[:2])
    image = Image.fromarray(np.dstack((noise, opacity)))
    if kind == "P":
        image = Image.new("P", (4, 3), 1)
        image.putpalette([255, 0, 0, 0, 255, 0])
        image.putpixel((0, 0), 0)
        picture = read(encoded(image, transparency=0))
        assert picture.opacity.tolist()[0] == [0, 255, 255, 255]
        return
    picture = read(encoded(image.convert(kind)))
    assert np.array_equal(picture.opacity, opacity)
    assert picture.grey == (kind == "LA")


def test_a_wholly_opaque_picture_has_no_opacity(noise):
    assert read(encoded(Image.fromarray(noise).convert("RGBA"))).opacity is None


@pytest.mark.parametrize("suffix", [".png", ".tiff"])
@pytest.mark.parametrize("channels", [1, 3, 4])
def test_sixteen_bits_are_kept(suffix, channels):
    shape = (7, 9) if channels == 1 else (7, 9, channels)
    stored = np.random.default_rng(0).integers(0, 65536, shape, dtype=np.uint16)
    picture = read(cv2.imencode(suffix, stored)[1].tobytes())
    assert picture.pixels.dtype == np.uint16
    expected = np.stack((stored,) * 3, 2) if channels == 1 else stored[..., 2::-1]
    assert np.array_equal(picture.pixels, expected)
    assert picture.grey == (channels == 1)
    assert (picture.opacity is not None) == (channels == 4)
    again = read(encode_png(picture))
    assert np.array_equal(again.pixels, picture.pixels)
    assert again.grey == picture.grey


def deep_grey_png(kind, values, extra=b""):
    """A 16-bit PNG of one row, grey (kind 0) or grey with opacity (kind 4)."""
    header = struct.pack(">IIBBBBB", len(values) // (1 + kind // 4), 1, 16, kind, 0, 0, 0)
    row = zlib.compress(b"\0" + struct.pack(f">{len(values)}H", *values))
    chunks = png_chunk(b"IHDR", header), extra, png_chunk(b"IDAT", row), png_chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


def test_sixteen_bit_grey_keeps_its_opacity():
    transparent = png_chunk(b"tRNS", struct.pack(">H", 2000))
    one_value = read(deep_grey_png(0, (1000, 2000), transparent))
    own_channel = read(deep_grey_png(4, (1000, 65535, 2000, 100)))
    for picture, opacity in ((one_value, [65535, 0]), (own_channel, [65535, 100])):
        assert picture.grey
        assert picture.opacity.tolist() == [opacity]
        assert picture.pixels[0, :, 0].tolist() == [1000, 2000]
        again = read(encode_png(picture))
        assert np.array_equal(again.pixels, picture.pixels)
        assert np.array_equal(again.opacity, picture.opacity)


def test_a_profile_of_sixteen_bits_is_named():
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    image = Image.fromarray(np.full((4, 5), 300, np.uint16))
    picture = read(encoded(image, "PNG", icc_profile=profile))
    assert picture.pixels[0, 0].tolist() == [300, 300, 300]
    assert "taken as sRGB" in picture.notes[0]


def test_thirty_two_bits_are_refused():
    assert "32 bits" in refusal(encoded(Image.new("F", (4, 4)), "TIFF"))


def test_grey_stays_grey(noise):
    picture = read(encoded(Image.fromarray(noise[..., 0])))
    assert picture.grey
    assert np.array_equal(picture.pixels, np.stack((noise[..., 0],) * 3, axis=2))
    with Image.open(io.BytesIO(encode_png(picture))) as image:
        assert image.mode == "L"
        assert np.array_equal(np.asarray(image), noise[..., 0])


@pytest.mark.parametrize("side", [1, 2, 3, 4])
def test_tiny_pictures_are_read(side):
    assert read(encoded(Image.new("RGB", (side, side)))).pixels.shape == (side, side, 3)


# ---- writing --------------------------------------------------------------------------------


def test_png_is_lossless_and_carries_no_metadata(noise):
    exif = Image.Exif()
    exif[0x8825] = {1: "N", 2: (1.0, 2.0, 3.0)}
    exif[0x010F] = "a camera"
    source = encoded(Image.fromarray(noise), "JPEG", exif=exif, comment=b"a comment")
    picture = read(source)
    written = encode_png(picture)
    with Image.open(io.BytesIO(written)) as image:
        image.load()
        assert image.info == {}
        assert not image.getexif()
    assert np.array_equal(read(written).pixels, picture.pixels)


def test_opacity_is_written(noise):
    opacity = noise[..., 0]
    picture = read(encode_png(Picture(noise, opacity)))
    assert np.array_equal(picture.pixels, noise)
    assert np.array_equal(picture.opacity, opacity)


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


def test_a_jpeg_is_close_flat_and_free_of_metadata(photo):
    data = encode_jpeg(Picture(photo))
    image = Image.open(io.BytesIO(data))
    assert image.format == "JPEG"
    assert image.getexif() == {}
    assert JpegImagePlugin.get_sampling(image) == 0  # 4:4:4
    difference = np.asarray(image).astype(int) - photo
    assert np.sqrt((difference**2).mean()) < 3


def test_a_jpeg_of_what_is_translucent_is_laid_on_white():
    pixels = np.zeros((16, 16, 3), np.uint16)
    opacity = np.full((16, 16), 65535 // 2, np.uint16)
    found = read(encode_jpeg(Picture(pixels, opacity))).pixels
    assert found.dtype == np.uint8
    assert abs(int(found.mean()) - 128) <= 1


def test_a_grey_picture_becomes_a_grey_jpeg():
    picture = Picture(np.full((16, 16, 3), 77, np.uint8), grey=True)
    assert Image.open(io.BytesIO(encode_jpeg(picture))).mode == "L"
