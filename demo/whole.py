"""The whole picture, no larger than a screen shows it: for the eye, not to measure."""

import cv2
from numpy.typing import NDArray

from demo.scrubber import Whole
from demo.session import Session
from esrgan.images import Picture, encode_jpeg, encode_png, on_white
from esrgan.pixels import to_8_bit

LONGEST_PX = 2048


def before_after(session: Session, small: Picture, large: Picture, alpha: float | None) -> Whole:
    """What an export started from, enlarged by bicubic interpolation, and what it became.

    `alpha` is None where it was painted.
    """
    size = fitting(large.pixels, LONGEST_PX)
    before, after = (
        session.put(encode_jpeg(_resized(picture, size)), f"{name}.jpg")
        for name, picture in (("before", small), ("after", large))
    )
    return Whole(before=before, after=after, alpha=alpha)


def reduced(picture: Picture, longest_px: int) -> bytes:
    """A picture on white as a PNG file that is at most `longest_px` long."""
    small = _resized(picture, fitting(picture.pixels, longest_px))
    return encode_png(small, compress_level=1)


def fitting(pixels: NDArray, longest_px: int) -> tuple[int, int]:
    """Width and height of a picture that is reduced to a longest side, if it has a longer one."""
    height, width = pixels.shape[:2]
    ratio = min(1.0, longest_px / max(height, width))
    return max(1, round(width * ratio)), max(1, round(height * ratio))


def _resized(picture: Picture, size: tuple[int, int]) -> Picture:
    """On white, of 8 bits a channel: bicubic where it grows, the mean of an area elsewhere."""
    is_growing = size[0] > picture.pixels.shape[1]
    interpolation = cv2.INTER_CUBIC if is_growing else cv2.INTER_AREA
    pixels = cv2.resize(on_white(picture).pixels, size, interpolation=interpolation)
    return Picture(to_8_bit(pixels), grey=picture.grey)
