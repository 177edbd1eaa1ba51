"""PNG, PPM and PGM of 16 bits a channel, which Pillow would cut to 8; OpenCV decodes them."""

import re
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from esrgan.images.picture import Picture
from esrgan.images.profiles import convert_16_bit

PNG_BITS_AT = 24
"""Position of the byte in a PNG file that says how many bits a sample has."""
PNM_HEADER = re.compile(
    rb"P[2356](?:\s|#[^\n\r]*[\n\r])*\d+(?:\s|#[^\n\r]*[\n\r])+\d+(?:\s|#[^\n\r]*[\n\r])+(\d+)"
)
"""Start of a PPM or PGM file, up to the largest value of a sample; matches in one way at most."""
OPAQUE = np.iinfo(np.uint16).max


def has_16_bits(image: Image.Image, data: bytes) -> bool:
    """Whether an opened file holds more than 8 bits a channel and `decode_16_bits` is for it."""
    if image.format == "PNG":
        return data[PNG_BITS_AT] == 16
    return image.format == "PPM" and _largest_value(data) > 255


def decode_16_bits(image: Image.Image, data: bytes) -> Picture:
    """Decode 16 bits a channel and convert them to sRGB by their profile.

    Raises
    ------
    ValueError
        If the file is damaged.
    """
    array = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)
    if array is None or array.dtype != np.uint16:
        raise ValueError("not a 16-bit picture")
    if image.format == "PPM":
        array = _stretched(array, _largest_value(data))
    channels = array[..., None] if array.ndim == 2 else array[..., [2, 1, 0, 3][: array.shape[2]]]
    opacity = channels[..., 3] if channels.shape[2] == 4 else None
    if opacity is None:
        opacity = _without(channels, image.info.get("transparency"))
    colours = channels[..., :3] if channels.shape[2] > 1 else np.repeat(channels, 3, axis=2)
    profile = image.info.get("icc_profile")
    pixels, carried, notes = convert_16_bit(np.ascontiguousarray(colours), profile)
    return Picture(pixels, opacity, notes=notes, profile=carried)


def _largest_value(data: bytes) -> int:
    """The value that stands for white in a PPM or PGM file; 255 where it cannot be found."""
    header = PNM_HEADER.match(data[:1000])
    return int(header[1]) if header else 255


def _stretched(array: NDArray, largest: int) -> NDArray:
    """Values up to `largest`, as values up to 65535."""
    if largest == OPAQUE:
        return array
    stretched = (array.clip(0, largest).astype(np.uint32) * OPAQUE + largest // 2) // largest
    return stretched.astype(np.uint16)


def _without(channels: NDArray, transparent: Any) -> NDArray | None:
    """Opacity of a PNG in which one colour may be declared transparent."""
    if not isinstance(transparent, int | tuple):
        return None
    is_transparent = (channels == np.array(transparent, np.uint16)).all(axis=2)
    return np.where(is_transparent, 0, OPAQUE).astype(np.uint16)
