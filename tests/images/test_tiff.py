import struct

import cv2
import numpy as np
import pytest
from PIL import Image
from tifffile import imwrite

from esrgan.images import Limits, orient, read
from esrgan.images.tiff import EIGHT_BITS, REFUSED
from tests.images.files import encoded, refusal, table_profile, tiff

GREY, WHITE_IS_ZERO, RGB, CMYK, YCBCR, LAB = 1, 0, 2, 5, 6, 8
IGNORED, PREMULTIPLIED, OPACITY = 0, 1, 2
DEPTHS = [np.uint8, np.uint16]


def random(dtype, channels, shape=(37, 52)):
    """Samples over the whole range."""
    generator = np.random.default_rng(3)
    return generator.integers(0, np.iinfo(dtype).max, (*shape, channels), dtype, endpoint=True)


@pytest.mark.parametrize("dtype", DEPTHS)
@pytest.mark.parametrize("planar", [1, 2])
def test_opacity_is_that_which_the_file_declares(dtype, planar):
    samples = random(dtype, 4)
    for extra, has_opacity in ((OPACITY, True), (IGNORED, False), (None, True)):
        picture = read(tiff(samples, RGB, extra=extra, planar=planar))
        assert (picture.opacity is not None) == has_opacity
        visible = samples[..., 3] > 0 if has_opacity else np.ones(samples.shape[:2], bool)
        assert np.array_equal(picture.pixels[visible], samples[..., :3][visible])
        assert not has_opacity or np.array_equal(picture.opacity, samples[..., 3])


@pytest.mark.parametrize("dtype", DEPTHS)
@pytest.mark.parametrize("photometric", [GREY, RGB])
def test_premultiplied_colours_are_divided_by_their_opacity(dtype, photometric):
    largest = np.iinfo(dtype).max
    colours = random(dtype, 3 if photometric == RGB else 1)
    opacity = random(dtype, 1) // 2 + largest // 2
    stored = np.rint(colours * (opacity / largest)).astype(dtype)
    picture = read(tiff(np.dstack((stored, opacity)), photometric, extra=PREMULTIPLIED))
    assert np.array_equal(picture.opacity, opacity[..., 0])
    difference = picture.pixels.astype(int) - colours
    assert np.abs(difference).max() <= (2 if dtype == np.uint16 else 3)  # rounding when stored
    assert picture.grey == (photometric == GREY)


@pytest.mark.parametrize("dtype", DEPTHS)
def test_grey_may_have_opacity_or_be_inverted(dtype):
    samples, largest = random(dtype, 2), np.iinfo(dtype).max
    visible = samples[..., 1] > 0
    picture = read(tiff(samples, GREY, extra=OPACITY))
    assert np.array_equal(picture.pixels[visible][:, 1], samples[..., 0][visible])
    assert np.array_equal(picture.opacity, samples[..., 1])
    inverted = read(tiff(samples[..., :1], WHITE_IS_ZERO))
    assert np.array_equal(inverted.pixels[..., 2], largest - samples[..., 0])
    assert inverted.grey


def test_sixteen_bit_inks_become_colours():
    inks = random(np.uint16, 4)
    share = inks / 65535
    expected = 65535 * (1 - share[..., :3]) * (1 - share[..., 3:])
    picture = read(tiff(inks, CMYK))
    assert picture.opacity is None
    assert np.abs(picture.pixels - expected).max() <= 1


def test_sixteen_bit_inks_with_a_profile_are_converted_with_eight():
    profile = table_profile(b"CMYK")
    flat = np.tile(np.array([0, 30000, 50000, 9000], np.uint16), (4, 6, 1))
    picture = read(tiff(flat, CMYK, tags={34675: (7, profile)}))
    eight = Image.fromarray((flat >> 8).astype(np.uint8), "CMYK")
    assert picture.notes == (EIGHT_BITS,)
    expected = read(encoded(eight, "TIFF", icc_profile=profile)).pixels
    assert np.array_equal(picture.pixels, expected)


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("planar", [1, 2])
def test_sixteen_bits_are_turned_upright(orientation, planar):
    samples = random(np.uint16, 3)
    picture = read(tiff(samples, RGB, orientation=orientation, planar=planar))
    assert np.array_equal(picture.pixels, orient(samples, orientation))


@pytest.mark.parametrize(("byteorder", "bigtiff"), [("<", False), (">", False), ("<", True)])
@pytest.mark.parametrize("planar", ["contig", "separate"])
@pytest.mark.parametrize("tile", [None, (16, 32)])
def test_files_of_another_program(tmp_path, byteorder, bigtiff, planar, tile):
    samples = random(np.uint16, 4)
    path = tmp_path / "a.tif"
    stored = np.moveaxis(samples, 2, 0) if planar == "separate" else samples
    imwrite(
        path,
        stored,
        photometric="rgb",
        planarconfig=planar,
        extrasamples=["unassalpha"],
        byteorder=byteorder,
        bigtiff=bigtiff,
        tile=tile,
        rowsperstrip=None if tile else 5,
        compression="zlib",
        predictor=True,
    )
    picture = read(path)
    visible = samples[..., 3] > 0
    assert np.array_equal(picture.pixels[visible], samples[..., :3][visible])
    assert np.array_equal(picture.opacity, samples[..., 3])


@pytest.mark.parametrize("compression", [1, 5, 8, 32946])
def test_compressed_files_of_libtiff(compression):
    samples = cv2.GaussianBlur(random(np.uint16, 3, (150, 200)), (0, 0), 2)
    options = [cv2.IMWRITE_TIFF_COMPRESSION, compression]
    data = cv2.imencode(".tif", samples[..., ::-1], options)[1].tobytes()
    assert np.array_equal(read(data).pixels, samples)


@pytest.mark.parametrize("photometric", [YCBCR, LAB])
def test_other_colours_of_sixteen_bits_are_refused(photometric):
    assert refusal(tiff(random(np.uint16, 3), photometric)) == REFUSED


def test_lab_is_refused_at_eight_bits_too():
    assert refusal(tiff(random(np.uint8, 3), LAB)) == REFUSED
    floats = {339: (3, (3, 3, 3))}
    assert refusal(tiff(random(np.uint16, 3), RGB, tags=floats)) == REFUSED


def test_a_claimed_size_is_refused_before_decoding():
    data = tiff(random(np.uint16, 3), RGB, tags={256: (4, (40_000,)), 257: (4, (40_000,))})
    assert "1600 megapixels; the limit is 50" in refusal(data)
    assert "no pixels" in refusal(tiff(random(np.uint16, 3), RGB, tags={256: (4, (0,))}))
    assert "megapixels" in refusal(tiff(random(np.uint16, 3), RGB), Limits(0.001, 1))


@pytest.mark.parametrize(
    ("photometric", "samples"), [(RGB, 200), (GREY, 6), (CMYK, 6), (RGB, 2), (CMYK, 3)]
)
@pytest.mark.parametrize("planar", [1, 2])
def test_too_many_or_too_few_samples_are_refused_before_decoding(
    monkeypatch, photometric, samples, planar
):
    monkeypatch.setattr("esrgan.images.tiff.stored_samples", lambda _: pytest.fail("decoded"))
    data = tiff(random(np.uint16, samples), photometric, planar=planar)
    assert refusal(data) == REFUSED


def test_inks_may_have_opacity():
    samples = random(np.uint16, 5)
    assert np.array_equal(read(tiff(samples, CMYK, extra=OPACITY)).opacity, samples[..., 4])


def test_a_second_frame_is_said(tmp_path):
    imwrite(tmp_path / "a.tif", random(np.uint16, 3)[None].repeat(2, 0), photometric="rgb")
    assert read(tmp_path / "a.tif").notes == ("Only the first frame is used.",)


def test_broken_files_get_one_sentence_or_a_picture():
    whole = tiff(random(np.uint16, 4), RGB, extra=PREMULTIPLIED)
    generator = np.random.default_rng(0)
    for _ in range(150):
        broken = np.frombuffer(whole, np.uint8).copy()
        places = generator.integers(len(broken) - 230, len(broken), 3)
        broken[places] = generator.integers(0, 256, 3)
        try:
            assert read(broken.tobytes(), Limits(1, 1)).pixels.size
        except ValueError as error:
            assert len(str(error)) <= 160  # noqa: PT017
    assert "not a readable" in refusal(struct.pack("<2sHI", b"II", 42, 8) + bytes(4))
    assert "not a readable" in refusal(b"MM\0+" + bytes(20))
