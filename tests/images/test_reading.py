import io
import struct

import cv2
import numpy as np
import pytest
from PIL import Image

from esrgan.folders import picture_files
from esrgan.images import FILE_LIMITS, WEB_LIMITS, Limits, encode_png, formats, orient, read
from tests.images.files import deep_png, encoded, png_chunk, png_header, refusal

NOT_READABLE = "This is not a readable PNG, JPEG, WebP, AVIF, BMP, GIF, TIFF, PPM or TGA."


@pytest.fixture
def without_heif(monkeypatch):
    """As where the extra `heic` is not installed."""
    monkeypatch.setattr(formats, "decoders", lambda: formats.FORMATS)


# ---- formats --------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["PNG", "BMP", "TIFF", "PPM", "TGA"])
def test_lossless_formats_come_back_exactly(noise, kind):
    picture = read(encoded(Image.fromarray(noise), kind))
    assert np.array_equal(picture.pixels, noise)
    assert picture.opacity is None
    assert not picture.grey


@pytest.mark.parametrize("kind", ["JPEG", "WEBP", "AVIF", "GIF"])
def test_lossy_formats_are_read(photo, kind):
    picture = read(encoded(Image.fromarray(photo), kind))
    assert picture.pixels.shape == photo.shape
    assert np.abs(picture.pixels.astype(int) - photo).mean() < 12


def test_a_path_is_read_like_bytes(noise, tmp_path):
    (tmp_path / "noise.png").write_bytes(encoded(Image.fromarray(noise)))
    assert np.array_equal(read(tmp_path / "noise.png").pixels, noise)


@pytest.mark.parametrize(("kind", "suffix"), [("JPEG", ".jfif"), ("PPM", ".pgm"), ("TGA", ".tga")])
def test_a_folder_lists_the_formats_by_their_rarer_suffixes(noise, kind, suffix, tmp_path):
    (tmp_path / f"a{suffix}").write_bytes(encoded(Image.fromarray(noise).convert("L"), kind))
    (tmp_path / "notes.txt").write_text("no picture")
    (path,) = picture_files(tmp_path)
    assert read(path).pixels.shape == noise.shape


def test_heic_is_read_where_its_decoder_is_installed(photo):
    pytest.importorskip("pillow_heif").register_heif_opener()
    exif = Image.Exif()
    exif[0x0110] = "a phone"
    picture = read(encoded(Image.fromarray(photo), "HEIF", quality=90, exif=exif))
    assert picture.notes == ()
    assert picture.metadata.main == {0x0110: "a phone"}
    assert np.abs(picture.pixels.astype(int) - photo).mean() < 5


def test_a_second_picture_in_a_phones_jpeg_is_no_frame(photo):
    first, preview = Image.fromarray(photo), Image.fromarray(photo[::2, ::2])
    data = encoded(first, "MPO", save_all=True, append_images=[preview])
    assert Image.open(io.BytesIO(data)).n_frames == 2
    picture = read(data)
    assert picture.notes == ()
    assert picture.pixels.shape == photo.shape


@pytest.mark.parametrize("kind", ["GIF", "TIFF", "WEBP", "PNG", "AVIF"])
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
    ],
)
@pytest.mark.usefixtures("without_heif")
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


@pytest.mark.parametrize(
    "kind", ["PNG", "JPEG", "WEBP", "AVIF", "BMP", "GIF", "TIFF", "PPM", "TGA"]
)
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
    assert refusal(data) == NOT_READABLE


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
    assert refusal(data) == NOT_READABLE


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


def test_cmyk_is_converted():
    pixels = read(encoded(Image.new("CMYK", (8, 8), (0, 255, 255, 0)), "JPEG")).pixels
    assert pixels[0, 0, 0] > 200
    assert pixels[0, 0, 1:].max() < 60


@pytest.mark.parametrize("kind", ["RGBA", "LA", "P"])
def test_opacity_is_kept(noise, kind):
    opacity = np.linspace(1, 255, noise[..., 0].size).astype(np.uint8).reshape(noise.shape[:2])
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


def test_sixteen_bit_grey_keeps_its_opacity():
    transparent = png_chunk(b"tRNS", struct.pack(">H", 2000))
    values = np.array([[[1000], [2000]]])
    one_value = read(deep_png(values, 0, transparent))
    own_channel = read(deep_png(np.dstack((values, [[[65535], [100]]])), 4))
    for picture, opacity, shown in (
        (one_value, [65535, 0], [1000, 1000]),  # the second pixel's own value is hidden
        (own_channel, [65535, 100], [1000, 2000]),
    ):
        assert picture.grey
        assert picture.opacity.tolist() == [opacity]
        assert picture.pixels[0, :, 0].tolist() == shown
        again = read(encode_png(picture))
        assert np.array_equal(again.pixels, picture.pixels)
        assert np.array_equal(again.opacity, picture.opacity)


def test_a_transparent_colour_of_sixteen_bits():
    colours = np.array([[[1000, 2000, 3000], [1000, 2000, 3001]]])
    transparent = png_chunk(b"tRNS", struct.pack(">3H", 1000, 2000, 3000))
    picture = read(deep_png(colours, 2, transparent))
    assert picture.opacity.tolist() == [[0, 65535]]
    assert picture.pixels[0].tolist() == [[1000, 2000, 3001]] * 2


@pytest.mark.parametrize(("largest", "stored"), [(65535, 40000), (1023, 624), (4095, 2499)])
@pytest.mark.parametrize("magic", [b"P5", b"P6"])
def test_portable_maps_of_more_than_eight_bits(magic, largest, stored):
    header = magic + b"\n# written by a test\n3 2\n%d\n" % largest
    samples = np.full((2, 3, 1 if magic == b"P5" else 3), stored, ">u2")
    picture = read(header + samples.tobytes())
    assert picture.pixels.dtype == np.uint16
    assert np.all(picture.pixels == (stored * 65535 + largest // 2) // largest)
    assert picture.grey


@pytest.mark.parametrize("spaces", [40, 4000])
def test_a_long_header_of_a_portable_map_takes_no_exponential_time(spaces):
    """Each space that could be matched in two ways would double the time."""
    header = b"P6" + b" " * spaces + b"#c\r1 1 255\n"
    assert read(header + b"abc").pixels.tolist() == [[[*b"abc"]]]
    assert refusal(header + b"ab") == NOT_READABLE


def test_a_comment_of_a_portable_map_may_end_with_a_carriage_return():
    data = b"P6 # 1 1 255\r1 1 1023\n" + np.full(3, 1023, ">u2").tobytes()
    assert read(data).pixels.tolist() == [[[65535] * 3]]


def test_thirty_two_bits_are_refused():
    assert "32 bits" in refusal(encoded(Image.new("F", (4, 4)), "TIFF"))


@pytest.mark.parametrize("mode", ["L", "RGB", "RGBA", "P", "1"])
def test_a_picture_without_colour_is_grey_however_it_is_stored(noise, mode):
    grey = Image.fromarray(noise[..., 0])
    assert read(encoded(grey.convert(mode), "PNG")).grey
    assert read(encoded(grey.convert("RGB"), "JPEG")).grey
    tinted = noise[..., [0, 0, 0]].copy()
    tinted[3, 4, 1] ^= 1
    assert not read(encoded(Image.fromarray(tinted))).grey


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
