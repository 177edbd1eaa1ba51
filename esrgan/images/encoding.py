"""Encoding of pictures as PNG and JPEG, and the sizes that a format can hold."""

import io
import struct
import zlib

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from esrgan.images.picture import Picture, on_white
from esrgan.images.profiles import colour_space
from esrgan.pixels import to_8_bit, to_grey

JPEG_QUALITY = 95
LARGEST_SIDE_PX = {"jpg": 65_500, "jpeg": 65_500, "webp": 16_383}
"""Suffix → most pixels along a side, by libjpeg and by WebP's format; others hold any picture."""
FORMAT_NAMES = {"jpg": "JPEG", "jpeg": "JPEG", "webp": "WebP"}
PNG_HEADER_SIZE = 33
"""Signature and header chunk of a PNG; further chunks may follow it."""
INCH_M = 0.0254


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


def encode_png(picture: Picture, *, compress_level: int = 6, keep_metadata: bool = False) -> bytes:
    """Encode a picture as PNG, grey or colour, 8 or 16 bits a channel.

    Grey of 16 bits with opacity is written as colour of equal channels. A profile that the pixels
    still have is written, too.

    Parameters
    ----------
    picture
        uint8 or uint16.
    compress_level
        0 (fast) to 9 (small), for 8 bits a channel.
    keep_metadata
        Whether date, camera, copyright and resolution (`Picture.metadata`) are written.
    """
    data = _plain_png(_channels(picture), compress_level)
    chunks = png_chunks(picture, keep_metadata=keep_metadata)
    return data[:PNG_HEADER_SIZE] + chunks + data[PNG_HEADER_SIZE:]


def png_chunks(picture: Picture, *, keep_metadata: bool = False) -> bytes:
    """Make the chunks that follow a PNG's header: profile and, on request, metadata.

    Parameters and chunks are those of `encode_png`; b'' where there is nothing to write.
    """
    chunks: list[bytes] = []
    if picture.profile:
        chunks.append(_chunk(b"iCCP", b"ICC profile\0\0" + zlib.compress(picture.profile)))
    if keep_metadata and picture.metadata.dpi:
        per_metre = (round(number / INCH_M) for number in picture.metadata.dpi)
        chunks.append(_chunk(b"pHYs", struct.pack(">IIB", *per_metre, 1)))
    if keep_metadata and (exif := picture.metadata.exif()):
        chunks.append(_chunk(b"eXIf", exif))
    return b"".join(chunks)


def _chunk(kind: bytes, payload: bytes) -> bytes:
    """A PNG chunk: length, kind, payload and checksum."""
    body = kind + payload
    return struct.pack(">I", len(payload)) + body + struct.pack(">I", zlib.crc32(body))


def _plain_png(channels: NDArray, compress_level: int) -> bytes:
    """Encode channels by Pillow, or by OpenCV where they have 16 bits."""
    if channels.dtype == np.uint16:
        is_encoded, data = cv2.imencode(".png", _for_opencv(channels))
        if not is_encoded:
            raise ValueError("This picture could not be encoded as a 16-bit PNG.")
        return data.tobytes()
    buffer = io.BytesIO()
    Image.fromarray(channels).save(buffer, "PNG", compress_level=compress_level)
    return buffer.getvalue()


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
    image = Image.fromarray(to_grey(pixels) if _is_written_grey(picture) else pixels)
    options: dict[str, object] = {"icc_profile": picture.profile} if picture.profile else {}
    if keep_metadata and picture.metadata.dpi:
        options["dpi"] = tuple(round(number) for number in picture.metadata.dpi)
    if keep_metadata and (exif := picture.metadata.exif()):
        options["exif"] = b"Exif\0\0" + exif
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=quality, subsampling=0, **options)
    return buffer.getvalue()


def _is_written_grey(picture: Picture) -> bool:
    """Whether a file has one colour channel: a profile of RGB needs three."""
    return picture.grey and (picture.profile is None or colour_space(picture.profile) == "GRAY")


def _channels(picture: Picture) -> NDArray:
    """Channels of a file: (H, W) grey or (H, W, 3) colour, or one more with opacity."""
    is_grey = _is_written_grey(picture)
    colour = to_grey(picture.pixels)[..., None] if is_grey else picture.pixels
    if picture.opacity is not None:
        colour = np.concatenate((colour, picture.opacity[..., None]), axis=2)
    return colour[..., 0] if colour.shape[2] == 1 else colour


def _for_opencv(channels: NDArray) -> NDArray:
    """Channels in OpenCV's order, BGR; grey with opacity becomes colour, which it can write."""
    if channels.ndim == 2:
        return channels
    if channels.shape[2] == 2:
        channels = channels[..., [0, 0, 0, 1]]
    return np.ascontiguousarray(channels[..., [2, 1, 0, 3][: channels.shape[2]]])
