"""Encoding of pictures as JPEG and WebP, and the sizes that a format can hold."""

import io

import numpy as np
from PIL import Image

from esrgan.images.picture import Picture, on_white
from esrgan.images.png import is_written_grey
from esrgan.images.profiles import colour_space
from esrgan.pixels import to_8_bit, to_grey

JPEG_QUALITY = 95
LARGEST_SIDE_PX = {"jpg": 65_500, "jpeg": 65_500, "webp": 16_383}
"""Suffix → most pixels along a side, by libjpeg and by WebP's format; others hold any picture."""
FORMAT_NAMES = {"jpg": "JPEG", "jpeg": "JPEG", "webp": "WebP"}


def check_writable_size(width: int, height: int, suffix: str) -> None:
    """Refuse a picture that is larger than its file's format can hold.

    To be called before a picture is computed, with the size that it will have.

    Parameters
    ----------
    width, height
        In pixels.
    suffix
        Of the file, with or without its dot, such as 'jpg'. Formats without a limit pass.

    Raises
    ------
    ValueError
        With one sentence that names the limit.

    Examples
    --------
    >>> check_writable_size(66400, 48, "png")
    >>> check_writable_size(66400, 48, "jpg")
    Traceback (most recent call last):
    ValueError: A JPEG has at most 65500 pixels a side, not 66400: save this picture as PNG.
    """
    kind = suffix.lower().removeprefix(".")
    largest, longest = LARGEST_SIDE_PX.get(kind), max(width, height)
    if largest is not None and longest > largest:
        raise ValueError(
            f"A {FORMAT_NAMES[kind]} has at most {largest} pixels a side, not {longest}: "
            "save this picture as PNG."
        )


def encode_jpeg(
    picture: Picture, *, quality: int = JPEG_QUALITY, keep_metadata: bool = False
) -> bytes:
    """Encode a picture as JPEG, without chroma subsampling.

    16 bits a channel are rounded to 8; translucent pixels are laid on white. A profile that the
    pixels still have is written, too.

    Parameters
    ----------
    picture
        uint8 or uint16, at most 65,500 pixels a side.
    quality
        libjpeg's, 1 to 100.
    keep_metadata
        Whether date, camera, copyright and resolution (`Picture.metadata`) are written.

    Raises
    ------
    ValueError
        If the picture is too large for a JPEG (`check_writable_size`).
    """
    height, width = picture.pixels.shape[:2]
    check_writable_size(width, height, "jpg")
    pixels = to_8_bit(on_white(picture).pixels)
    image = Image.fromarray(to_grey(pixels) if is_written_grey(picture) else pixels)
    options: dict[str, object] = {"quality": quality, "subsampling": 0}
    if picture.profile:
        options["icc_profile"] = picture.profile
    if keep_metadata and picture.metadata.dpi:
        options["dpi"] = tuple(round(number) for number in picture.metadata.dpi)
    return _saved(image, "JPEG", options, picture.metadata.exif() if keep_metadata else b"")


def encode_webp(
    picture: Picture, *, quality: int = JPEG_QUALITY, keep_metadata: bool = False
) -> bytes:
    """Encode a picture as WebP, with its opacity.

    16 bits a channel are rounded to 8. A profile of RGB that the pixels still have is written, too;
    a grey one is not, because a WebP always holds colours.

    Parameters
    ----------
    picture
        uint8 or uint16, at most 16,383 pixels a side.
    quality
        1 to 100, of the colours; opacity is kept without loss.
    keep_metadata
        Whether date, camera and copyright (`Picture.metadata`) are written.

    Raises
    ------
    ValueError
        If the picture is too large for a WebP (`check_writable_size`).
    """
    height, width = picture.pixels.shape[:2]
    check_writable_size(width, height, "webp")
    pixels = to_8_bit(picture.pixels)
    if picture.opacity is not None:
        pixels = np.dstack((pixels, to_8_bit(picture.opacity)))
    options: dict[str, object] = {"quality": quality}
    if picture.profile and colour_space(picture.profile) == "RGB":
        options["icc_profile"] = picture.profile
    exif = picture.metadata.exif() if keep_metadata else b""
    return _saved(Image.fromarray(pixels), "WEBP", options, exif)


def _saved(image: Image.Image, kind: str, options: dict[str, object], exif: bytes) -> bytes:
    """Encode an image by Pillow in a format, with EXIF data unless they are empty."""
    if exif:
        options = {**options, "exif": b"Exif\0\0" + exif}
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()
