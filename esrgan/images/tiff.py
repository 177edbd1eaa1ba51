"""TIFFs that Pillow cuts to 8 bits or does not open: 16 bits, grey with opacity, planes.

`tiff_samples` reads the samples; what they mean (TIFF 6.0: photometric interpretation, extra
samples, orientation) is decided here.
"""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from esrgan.images.limits import Limits, RefusedError
from esrgan.images.metadata import read_metadata
from esrgan.images.orientation import orient
from esrgan.images.picture import Picture
from esrgan.images.profiles import convert_8_bit, convert_16_bit
from esrgan.images.tiff_samples import (
    BLACK_IS_ZERO,
    COMPRESSION,
    PHOTOMETRIC,
    PLANAR,
    SAMPLES,
    SEPARATE_PLANES,
    Layout,
    stored_samples,
)

ORIENTATION, X_RESOLUTION, Y_RESOLUTION, UNIT = 274, 282, 283, 296
EXTRA_SAMPLES, SAMPLE_FORMAT, PROFILE = 338, 339, 34675
WHITE_IS_ZERO, RGB, CMYK = 0, 2, 5
LAB = (8, 9, 10)
"""CIE, ICC and ITU Lab."""
COLOURS = {WHITE_IS_ZERO: 1, BLACK_IS_ZERO: 1, RGB: 3, CMYK: 4}
"""Photometric interpretation → number of samples that are colours."""
MOST_SAMPLES = 5
"""CMYK with opacity; the limit of a picture's size does not count samples."""
PREMULTIPLIED, OPACITY = 1, 2
"""Kinds of extra samples that are opacity."""
JPEG, UNSIGNED, PER_CENTIMETRE = 7, 1, 3
CM_PER_INCH = 2.54
MODES = ("", "L", "", "RGB", "CMYK")
"""Pillow's name of the colours, by the number of their channels."""
REFUSED = "TIFFs of this kind are not read: save it as RGB with 8 or 16 bits a channel."
EIGHT_BITS = "It is read with 8 bits a channel: its CMYK profile cannot be applied to 16."


def needs_samples(found: Layout) -> bool:
    """Whether a TIFF is one that `decode_tiff` is for; Pillow reads all others in full."""
    photometric = found.number(PHOTOMETRIC)
    if 16 in found.bits or photometric in LAB:
        return True
    has_grey_opacity = photometric in (WHITE_IS_ZERO, BLACK_IS_ZERO) and found.number(SAMPLES) > 1
    is_planar = found.number(PLANAR) == SEPARATE_PLANES and found.number(SAMPLES) > 1
    is_own = has_grey_opacity or is_planar
    return is_own and found.bits == {8} and found.number(COMPRESSION) != JPEG


def decode_tiff(found: Layout, limits: Limits) -> Picture:
    """Decode a TIFF of 8 or 16 bits a channel: grey, RGB or CMYK, with or without opacity.

    Raises
    ------
    RefusedError
        If it is too large, has more than five samples a pixel, or is of another kind.
    """
    limits.check_size(*found.size)
    is_read = found.number(PHOTOMETRIC, -1) in COLOURS and found.bits in ({8}, {16})
    if not is_read or set(found.numbers(SAMPLE_FORMAT, (UNSIGNED,))) != {UNSIGNED}:
        raise RefusedError(REFUSED)
    if not COLOURS[found.number(PHOTOMETRIC)] <= found.number(SAMPLES) <= MOST_SAMPLES:
        raise RefusedError(REFUSED)
    samples = orient(stored_samples(found), found.number(ORIENTATION))
    colours, opacity = _split(found, samples)
    picture = _in_srgb(found, colours)
    if opacity is not None and picture.pixels.dtype != opacity.dtype:
        opacity = (opacity >> 8).astype(np.uint8)
    exif = Image.Exif()
    if found.data[2:4] in (b"*\0", b"\0*"):
        exif.load(found.data)
    metadata = read_metadata(exif, _resolution(found))
    return replace(picture, opacity=opacity, metadata=metadata)


def _split(found: Layout, samples: NDArray) -> tuple[NDArray, NDArray | None]:
    """Colours, (H, W, 1, 3 or 4), black being 0, and opacity or None."""
    count = COLOURS[found.number(PHOTOMETRIC)]
    colours, extra = samples[..., :count], samples[..., count:]
    if found.number(PHOTOMETRIC) == WHITE_IS_ZERO:
        colours = np.iinfo(colours.dtype).max - colours
    without_tag = OPACITY if extra.shape[2] == 1 else 0  # as Pillow takes it
    kind = found.number(EXTRA_SAMPLES, without_tag)
    if not extra.shape[2] or kind not in (PREMULTIPLIED, OPACITY):
        return colours, None
    opacity = np.ascontiguousarray(extra[..., 0])
    if kind == PREMULTIPLIED:
        colours = _divided(colours, opacity)
    return colours, opacity


def _divided(colours: NDArray, opacity: NDArray) -> NDArray:
    """Undo the multiplication by opacity; what is fully transparent becomes black."""
    largest = np.iinfo(colours.dtype).max
    share = opacity[..., None].clip(1, None)
    whole = (colours.astype(np.uint32) * largest + share // 2) // share
    return whole.clip(0, largest).astype(colours.dtype)


def _in_srgb(found: Layout, colours: NDArray) -> Picture:
    """Colours as RGB, by the profile if there is one."""
    profile = found.tags.get(PROFILE)
    profile = profile if isinstance(profile, bytes) else None
    if colours.dtype == np.uint8:
        return _by_pillow(colours, profile)
    if colours.shape[2] == MODES.index("CMYK") and profile:
        picture = _by_pillow((colours >> 8).astype(np.uint8), profile)
        return replace(picture, notes=(EIGHT_BITS, *picture.notes))
    if colours.shape[2] == MODES.index("CMYK"):
        colours = _without_inks(colours)
    if colours.shape[2] == MODES.index("L"):
        colours = np.repeat(colours, 3, axis=2)
    pixels, carried, notes = convert_16_bit(np.ascontiguousarray(colours), profile)
    return Picture(pixels, notes=notes, profile=carried)


def _by_pillow(colours: NDArray, profile: bytes | None) -> Picture:
    """Convert 8 bits a channel by littleCMS."""
    size = colours.shape[1], colours.shape[0]
    image = Image.frombytes(MODES[colours.shape[2]], size, np.ascontiguousarray(colours).tobytes())
    image.info["icc_profile"] = profile
    pixels, notes = convert_8_bit(image)
    return Picture(pixels, notes=notes)


def _without_inks(inks: NDArray) -> NDArray:
    """CMYK of 16 bits as RGB without a profile: the light that each ink leaves, times black's."""
    largest = np.iinfo(inks.dtype).max
    light = (largest - inks).astype(np.uint32)
    products = light[..., :3] * light[..., 3:]
    return ((products + largest // 2) // largest).astype(inks.dtype)


def _resolution(found: Layout) -> tuple[float, float] | None:
    """Pixels per inch, if the tags say it."""
    if X_RESOLUTION not in found.tags or Y_RESOLUTION not in found.tags:
        return None
    factor = CM_PER_INCH if found.number(UNIT, 2) == PER_CENTIMETRE else 1.0
    across, down = (float(found.tags[tag]) * factor for tag in (X_RESOLUTION, Y_RESOLUTION))
    return across, down
