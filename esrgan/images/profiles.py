"""Colour profiles (ICC.1:2022): conversion to sRGB, by littleCMS at 8 bits and here at 16.

A matrix profile is a transfer curve for each channel and the colours of the three primaries in
CIE XYZ under D50. littleCMS is bound to 8 bits in Pillow, so that 16 bits are converted here, in
floating point: curves, matrix, inverse matrix of sRGB, curve of sRGB. A profile with tables (LUT)
is not converted at 16 bits: it is carried into the result.
"""

import io
import struct
from collections.abc import Callable
from itertools import product

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageCms

from esrgan.pixels import has_colour, round_pixels, without_colour

Curve = Callable[[NDArray], NDArray]
"""Maps stored values in [0, 1] to linear light in [0, 1]."""
SRGB_TO_XYZ = np.array(
    [[0.43607, 0.38515, 0.14307], [0.22249, 0.71687, 0.06061], [0.01392, 0.09708, 0.71410]]
)
"""sRGB's primaries (IEC 61966-2-1) as columns, adapted to D50 as in its ICC profile."""
WHITE_XYZ = SRGB_TO_XYZ.sum(axis=1)
IDENTICAL = 1 / 512
"""A profile that moves no colour by half a level of 8 bits is sRGB under another name."""
ROUNDING = 2 / 255
"""Largest difference between channels that the conversion of a neutral colour may leave."""
BAND_ROWS = 64
"""Rows that are converted at a time, so that floats take little memory."""
IGNORED = "Its colour profile cannot be read and is ignored."
CARRIED = "Its colour profile is kept in the result: its tables cannot be applied to 16 bits."
COLOUR_SPACE_AT, TAG_COUNT_AT, TAGS_AT, TAG_SIZE = 16, 128, 132, 12
"""Positions in a profile: its colour space, the number of its tags, their table."""
TABLES = (b"A2B0", b"A2B1", b"A2B2", b"D2B0", b"D2B1")
PARAMETERS = {0: "g", 1: "gab", 2: "gabc", 3: "gabcd", 4: "gabcdef"}
"""Type of a parametric curve → its parameters (ICC.1:2022, table 68)."""


def colour_space(profile: bytes) -> str:
    """Name the colour space that a profile describes, such as 'RGB', 'GRAY' or 'CMYK'."""
    return profile[COLOUR_SPACE_AT : COLOUR_SPACE_AT + 4].decode("ascii", "replace").strip()


def convert_8_bit(image: Image.Image) -> tuple[NDArray[np.uint8], tuple[str, ...]]:
    """Convert an image to sRGB by its embedded profile, if it can be read.

    A grey profile is for every image without colour, however it is stored.

    Returns
    -------
    tuple
        uint8 (H, W, 3) RGB, and notes for the user.
    """
    profile = image.info.get("icc_profile")
    source = image if image.mode in ("L", "RGB", "CMYK") else image.convert("RGB")
    plain = np.array(source.convert("RGB"))
    if not profile:
        return plain, ()
    if colour_space(profile) == "GRAY" and not has_colour(plain):
        source = image.convert("L")
    try:
        embedded = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        target = ImageCms.createProfile("sRGB")
        converted = ImageCms.profileToProfile(source, embedded, target, outputMode="RGB")
    except (ImageCms.PyCMSError, OSError, ValueError):
        return plain, (IGNORED,)
    return _without_tint(plain, np.array(converted or source.convert("RGB"))), ()


def convert_16_bit(
    pixels: NDArray, profile: bytes | None
) -> tuple[NDArray, bytes | None, tuple[str, ...]]:
    """Convert pixels to sRGB by a matrix or grey profile, in floating point.

    Colours outside of sRGB are clipped, as littleCMS does.

    Parameters
    ----------
    pixels
        uint16 (H, W, 3) RGB; under a grey profile with equal channels.
    profile
        ICC profile, or None.

    Returns
    -------
    tuple
        The pixels, the profile that they still have or None, and notes for the user. Under sRGB's
        own profile the pixels do not change.
    """
    if not profile:
        return pixels, None, ()
    try:
        tags = _tags(profile)
        if any(table in tags for table in TABLES):
            return pixels, profile, (CARRIED,)
        to_srgb = _conversion(profile, tags)
    except (LookupError, ValueError, struct.error, ArithmeticError):
        return pixels, None, (IGNORED,)
    if _is_identity(to_srgb):
        return pixels, None, ()
    result = np.empty_like(pixels)
    for top in range(0, len(pixels), BAND_ROWS):
        band = pixels[top : top + BAND_ROWS] / np.iinfo(pixels.dtype).max
        result[top : top + BAND_ROWS] = round_pixels(to_srgb(band), pixels.dtype)
    return _without_tint(pixels, result), None, ()


def _without_tint(stored: NDArray, converted: NDArray) -> NDArray:
    """Keep a picture of equal channels grey where only rounding makes the channels differ."""
    if has_colour(stored):
        return converted
    tint = np.ptp(converted, axis=2).max()
    if tint > ROUNDING * np.iinfo(converted.dtype).max:
        return converted
    return without_colour(converted)


def _tags(profile: bytes) -> dict[bytes, bytes]:
    """The data of every tag of a profile."""
    (count,) = struct.unpack_from(">I", profile, TAG_COUNT_AT)
    if profile[36:40] != b"acsp" or count > 200:
        raise ValueError("not a profile")
    tags: dict[bytes, bytes] = {}
    for index in range(count):
        name, start, size = struct.unpack_from(">4sII", profile, TAGS_AT + index * TAG_SIZE)
        tags[name] = profile[start : start + size]
    return tags


def _conversion(profile: bytes, tags: dict[bytes, bytes]) -> Curve:
    """The function from stored values (…, 3) to sRGB's, which is not clipped above 1."""
    space = colour_space(profile)
    if space == "GRAY":
        curve = _curve(tags[b"kTRC"])
        return lambda values: _srgb_from_linear(curve(values))
    if space != "RGB":
        raise ValueError(f"a profile of {space}")
    curves = [_curve(tags[name]) for name in (b"rTRC", b"gTRC", b"bTRC")]
    primaries = np.stack([_xyz(tags[name]) for name in (b"rXYZ", b"gXYZ", b"bXYZ")], axis=1)
    matrix = np.linalg.solve(SRGB_TO_XYZ, primaries)
    return lambda values: _srgb_from_linear(
        np.stack([curve(values[..., it]) for it, curve in enumerate(curves)], axis=-1) @ matrix.T
    )


def _is_identity(to_srgb: Curve) -> bool:
    """Whether a conversion changes no colour of a grid."""
    grid = np.array(list(product(np.linspace(0, 1, 9), repeat=3)))[None]
    return bool(np.abs(to_srgb(grid) - grid).max() < IDENTICAL)


def _srgb_from_linear(light: NDArray) -> NDArray:
    """Encode linear light by sRGB's curve; negative light becomes black."""
    light = light.clip(0, 1)
    return np.where(light <= 0.0031308, 12.92 * light, 1.055 * light ** (1 / 2.4) - 0.055)


def _xyz(tag: bytes) -> NDArray:
    """A colour: three s15Fixed16 numbers after a header of 8 bytes."""
    return np.array(struct.unpack_from(">3i", tag, 8)) / 65536


def _curve(tag: bytes) -> Curve:
    """A transfer curve, sampled ('curv') or parametric ('para')."""
    if tag[:4] == b"para":
        return _parametric(tag)
    if tag[:4] != b"curv":
        raise ValueError("an unknown kind of curve")
    (count,) = struct.unpack_from(">I", tag, 8)
    if count == 0:
        return lambda values: values
    table = np.frombuffer(tag, ">u2", count, 12).astype(np.float64)
    if count == 1:
        return lambda values: values ** (table[0] / 256)
    positions = np.linspace(0, 1, count)
    return lambda values: np.interp(values, positions, table / 65535)


def _parametric(tag: bytes) -> Curve:
    """A curve (a·x + b)^g + e from d on, c·x + f below (ICC.1:2022, section 10.18)."""
    (kind,) = struct.unpack_from(">H", tag, 8)
    names = PARAMETERS[kind]
    numbers = np.array(struct.unpack_from(f">{len(names)}i", tag, 12)) / 65536
    given = dict(zip(names, numbers.tolist(), strict=True))
    g, a, b = given["g"], given.get("a", 1.0), given.get("b", 0.0)
    if kind in (1, 2):  # below −b/a the curve is constant
        c, d, e = 0.0, -b / a, given.get("c", 0.0)
        f = e
    else:
        c, d = given.get("c", 0.0), given.get("d", 0.0)
        e, f = given.get("e", 0.0), given.get("f", 0.0)

    def curve(values: NDArray) -> NDArray:
        power = (a * values + b).clip(0, None) ** g + e
        return np.where(values >= d, power, c * values + f).clip(0, 1)

    return curve
