import io
import struct

import numpy as np
import pytest
from PIL import Image, ImageCms

from esrgan.images import encode_jpeg, encode_png, read
from esrgan.images.profiles import CARRIED, IGNORED, convert_16_bit
from tests.images.files import (
    colour_tag,
    deep_png,
    display_p3,
    encoded,
    gamma_curve,
    icc_profile,
    profile_chunk,
    table_profile,
    tiff,
)

SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
SRGB_XYZ = ((0.43607, 0.22249, 0.01392), (0.38515, 0.71687, 0.09708), (0.14307, 0.06061, 0.7141))


def parametric(kind, *numbers):
    """A parametric curve of a profile."""
    fixed = (round(number * 65536) for number in numbers)
    return struct.pack(">4sIHH", b"para", 0, kind, 0) + struct.pack(f">{len(numbers)}i", *fixed)


def srgb_primaries(curve):
    """A profile with sRGB's primaries and a curve of its own."""
    tags = {
        bytes((letter,)) + b"XYZ": colour_tag(xyz)
        for letter, xyz in zip(b"rgb", SRGB_XYZ, strict=True)
    }
    return icc_profile({**tags, **dict.fromkeys((b"rTRC", b"gTRC", b"bTRC"), curve)})


def colours(dtype):
    """A grid of colours over the whole cube, (1, 729, 3)."""
    steps = np.linspace(0, 255, 9).round()
    grid = np.stack(np.meshgrid(steps, steps, steps), axis=-1).reshape(1, -1, 3)
    return (grid * (np.iinfo(dtype).max // 255)).astype(dtype)


def test_a_colour_profile_is_converted_to_srgb():
    swapped = SRGB.replace(b"rXYZ", b"????").replace(b"bXYZ", b"rXYZ").replace(b"????", b"bXYZ")
    data = encoded(Image.new("RGB", (4, 4), (200, 60, 30)), icc_profile=swapped)
    assert np.abs(read(data).pixels[0, 0].astype(int) - (30, 60, 200)).max() <= 1


def test_an_srgb_profile_changes_at_most_one_level(noise):
    picture = read(encoded(Image.fromarray(noise), icc_profile=SRGB))
    assert np.abs(picture.pixels.astype(int) - noise).max() <= 1
    assert picture.notes == ()


def test_an_unreadable_profile_is_ignored_and_said(noise):
    picture = read(encoded(Image.fromarray(noise), icc_profile=b"not a profile"))
    assert np.array_equal(picture.pixels, noise)
    assert "colour profile" in picture.notes[0]
    wide = noise.astype(np.uint16) * 257
    for profile in (
        b"",
        b"not a profile" * 20,
        SRGB[:150],
        icc_profile({}),
        icc_profile({}, b"CMYK"),
    ):
        pixels, carried, notes = convert_16_bit(wide, profile)
        assert pixels is wide
        assert carried is None
        assert notes == ((IGNORED,) if profile else ())


# ---- 16 bits --------------------------------------------------------------------------------

PROFILES = {
    "display p3": display_p3(),
    "gamma 1.8": srgb_primaries(gamma_curve(1.8)),
    "linear": srgb_primaries(struct.pack(">4sII", b"curv", 0, 0)),
    "sampled": srgb_primaries(
        struct.pack(">4sII", b"curv", 0, 64)
        + np.rint(np.linspace(0, 1, 64) ** 2.4 * 65535).astype(">u2").tobytes()
    ),
    "para 0": srgb_primaries(parametric(0, 2.0)),
    "para 1": srgb_primaries(parametric(1, 2.0, 1.05, -0.05)),
    "para 2": srgb_primaries(parametric(2, 2.0, 1.05, -0.05, 0.0)),
    "para 3": srgb_primaries(parametric(3, 2.4, 0.9479, 0.0521, 0.0774, 0.0405)),
    "para 4": srgb_primaries(parametric(4, 2.2, 0.91, 0.09, 0.22, 0.081, 0.0, 0.0)),
}


@pytest.mark.parametrize("name", PROFILES)
def test_sixteen_bits_agree_with_littlecms(name):
    profile = PROFILES[name]
    data = encoded(Image.fromarray(colours(np.uint8)), icc_profile=profile)
    png = tiff(colours(np.uint16), 2, tags={34675: (7, profile)})
    eight, sixteen = read(data), read(png)
    assert sixteen.pixels.dtype == np.uint16
    assert sixteen.notes == eight.notes == ()
    difference = sixteen.pixels / 257 - eight.pixels
    assert np.abs(difference).max() <= 1.6  # littleCMS computes with 8 bits
    assert np.abs(difference).mean() < 0.4


def test_a_known_colour_of_a_wide_profile():
    red = np.tile(np.array([60000, 20000, 15000], np.uint16), (2, 3, 1))
    linear = (red[0, 0] / 65535) ** (563 / 256)  # a profile's power has 8 bits after the point
    p3 = np.array(
        [[0.51512, 0.29198, 0.15710], [0.24120, 0.69225, 0.06657], [-0.00105, 0.04189, 0.78407]]
    )
    xyz = p3 @ linear
    rgb = np.linalg.inv(np.array(SRGB_XYZ).T) @ xyz
    expected = [1.0 if it > 1 else 1.055 * it ** (1 / 2.4) - 0.055 for it in rgb.clip(0.0032, None)]
    found = read(tiff(red, 2, tags={34675: (7, display_p3())})).pixels[1, 1] / 65535
    assert found == pytest.approx(expected, abs=1e-4)


@pytest.mark.parametrize("name", PROFILES)
def test_what_has_no_colour_gets_none(name):
    ramp = np.linspace(0, 65535, 300).astype(np.uint16).reshape(1, 300, 1).repeat(3, axis=2)
    profile = PROFILES[name]
    eight = Image.fromarray((ramp // 257).astype(np.uint8))
    assert read(tiff(ramp, 2, tags={34675: (7, profile)})).grey
    assert read(encoded(eight, icc_profile=profile)).grey


def test_a_grey_profile_of_sixteen_bits():
    values = np.array([[[0], [9000], [40000], [65535]]], np.uint16)
    chunk = profile_chunk(icc_profile({b"kTRC": gamma_curve(1.0)}, b"GRAY"))
    picture = read(deep_png(values, 0, chunk))
    expected = [0, *(1.055 * (it / 65535) ** (1 / 2.4) - 0.055 for it in (9000, 40000)), 1]
    assert picture.pixels[0, :, 1] / 65535 == pytest.approx(expected, abs=1e-4)
    assert picture.grey
    assert picture.notes == ()


def test_a_grey_profile_is_for_grey_however_it_is_stored():
    grey = Image.new("L", (4, 4), 100)
    linear = icc_profile({b"kTRC": gamma_curve(1.0)}, b"GRAY")
    for mode in ("L", "LA", "P", "RGB"):
        picture = read(encoded(grey.convert(mode), icc_profile=linear))
        assert picture.notes == ()
        assert np.all(picture.pixels == 168), mode
    translucent = Image.merge("LA", (grey, Image.new("L", (4, 4), 50)))
    picture = read(encoded(translucent, icc_profile=linear))
    assert np.all(picture.pixels == 168)
    assert np.all(picture.opacity == 50)


def test_a_grey_profile_is_for_one_bit_too():
    dots = Image.fromarray(np.eye(4, dtype=bool))
    linear = icc_profile({b"kTRC": gamma_curve(1.0)}, b"GRAY")
    picture = read(encoded(dots, icc_profile=linear))
    assert picture.notes == ()
    assert np.array_equal(picture.pixels[..., 1], 255 * np.eye(4))


def test_a_grey_profile_takes_no_colours_away(noise):
    linear = icc_profile({b"kTRC": gamma_curve(1.0)}, b"GRAY")
    picture = read(encoded(Image.fromarray(noise), icc_profile=linear))
    assert np.array_equal(picture.pixels, noise)
    assert picture.notes == (IGNORED,)


def test_an_srgb_profile_of_sixteen_bits_changes_nothing(noise):
    wide = noise.astype(np.uint16) * 257
    picture = read(tiff(wide, 2, tags={34675: (7, SRGB)}))
    assert np.array_equal(picture.pixels, wide)
    assert picture.notes == ()
    assert picture.profile is None


def test_a_profile_of_tables_is_carried_into_the_result(noise):
    profile, wide = table_profile(b"RGB "), noise.astype(np.uint16) * 257
    picture = read(tiff(wide, 2, tags={34675: (7, profile)}))
    assert np.array_equal(picture.pixels, wide)
    assert picture.notes == (CARRIED,)
    assert picture.profile == profile
    for encode in (encode_png, encode_jpeg):
        assert Image.open(io.BytesIO(encode(picture))).info["icc_profile"] == profile
    again = read(encode_png(picture))
    assert np.array_equal(again.pixels, wide)
    assert again.profile == profile


def test_grey_pixels_under_a_profile_of_colours_stay_three_channels():
    profile = table_profile(b"RGB ")
    picture = read(tiff(np.full((4, 5, 3), 999, np.uint16), 2, tags={34675: (7, profile)}))
    with Image.open(io.BytesIO(encode_png(picture))) as image:
        assert image.mode == "RGB"
        assert image.info["icc_profile"] == profile


def test_tables_are_converted_at_eight_bits():
    image = Image.new("RGB", (4, 4), (250, 250, 250))
    picture = read(encoded(image, icc_profile=table_profile(b"RGB ")))
    assert picture.profile is None
    assert picture.notes == ()
    assert picture.pixels.min() > 200
