"""The formats that results are written in: PNG, JPEG and WebP."""

import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from PIL import Image

from esrgan.images import JPEG_QUALITY, Picture, encode_jpeg, encode_png
from esrgan.pixels import to_8_bit


@dataclass(frozen=True)
class Encoder:
    """A format of results.

    Attributes
    ----------
    title
        Its name in messages.
    suffixes
        Of its files; the first one is given to new files, without its dot.
    encode
        Writes a picture as a file of a quality from 1 to 100, if the format has a quality.
    largest_px
        The longest side that a file can hold.
    has_quality
        Whether the format loses something, more or less of it.
    """

    title: str
    suffixes: tuple[str, ...]
    encode: Callable[[Picture, int], bytes]
    largest_px: int
    has_quality: bool = True

    def check_size(self, height: int, width: int) -> None:
        """Refuse a picture that no file of the format can hold, before it is computed.

        Raises
        ------
        ValueError
            If a side is too long; the message says what to write instead.
        """
        if max(height, width) > self.largest_px:
            most = f"{self.title} holds at most {self.largest_px} px a side"
            raise ValueError(f"The result would have {width}x{height} px; {most}: write PNG.")


def encode_webp(picture: Picture, quality: int = JPEG_QUALITY) -> bytes:
    """Encode a picture as WebP without metadata, with its opacity, 8 bits a channel.

    Parameters
    ----------
    picture
        uint8 or uint16, which is rounded to 8 bits.
    quality
        1 to 100, of the colours; opacity is kept without loss.
    """
    pixels = to_8_bit(picture.pixels)
    if picture.opacity is not None:
        pixels = np.dstack((pixels, to_8_bit(picture.opacity)))
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "WEBP", quality=quality)
    return buffer.getvalue()


ENCODERS: Mapping[str, Encoder] = {
    "png": Encoder("PNG", ("png",), lambda it, _: encode_png(it), 2**31 - 1, has_quality=False),
    "jpg": Encoder(
        "JPEG", ("jpg", "jpeg", "jpe", "jfif"), lambda it, q: encode_jpeg(it, quality=q), 65500
    ),
    "webp": Encoder("WebP", ("webp",), encode_webp, 16383),
}
"""By the name of the format on the command line."""


def format_of(suffix: str) -> str | None:
    """Find the format that is written into files of a suffix, such as '.JPG'; None if none is."""
    wanted = suffix.lower().removeprefix(".")
    return next((name for name, it in ENCODERS.items() if wanted in it.suffixes), None)
