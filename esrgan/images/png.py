"""PNG files, written row by row, so that a picture of any size needs little memory.

Pillow and OpenCV encode a picture only as a whole.
"""

import io
import struct
import zlib
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from esrgan.images.picture import Picture
from esrgan.images.profiles import colour_space
from esrgan.pixels import to_grey

SIGNATURE = b"\x89PNG\r\n\x1a\n"
COLOUR_TYPES = {1: 0, 2: 4, 3: 2, 4: 6}
"""Number of channels → the header's code: grey, grey with opacity, colour, colour with opacity."""
FILTER_ROWS = 32
"""Rows that are filtered at once; their arithmetic then stays in the processor's cache."""
CHUNK_BYTES = 1 << 16
INCH_M = 0.0254
WRONG_HEIGHT = "The picture has {done} rows instead of {height}."


def encode_png(picture: Picture, *, compress_level: int = 6, keep_metadata: bool = False) -> bytes:
    """Encode a picture as PNG, grey or colour, 8 or 16 bits a channel.

    A profile that the pixels still have is written, too.

    Parameters
    ----------
    picture
        uint8 or uint16.
    compress_level
        0 (fast) to 9 (small).
    keep_metadata
        Whether date, camera, copyright and resolution (`Picture.metadata`) are written.
    """
    file, height = io.BytesIO(), len(picture.pixels)
    write_png(file, [picture], height, compress_level=compress_level, keep_metadata=keep_metadata)
    return file.getvalue()


def write_png(
    file: BinaryIO,
    bands: Iterable[Picture],
    height: int,
    *,
    compress_level: int = 6,
    keep_metadata: bool = False,
) -> None:
    """Write a picture as `encode_png` does, while its rows are computed.

    Parameters
    ----------
    file
        Open for writing bytes.
    bands
        The picture from top to bottom, each band with some of its rows; in all else they are alike.
    height
        Number of rows of all bands together.
    compress_level, keep_metadata
        As in `encode_png`.

    Raises
    ------
    ValueError
        If the bands have another number of rows in all, or none.
    """
    rest = iter(bands)
    first = next(rest, None)
    if first is None:
        raise ValueError(WRONG_HEIGHT.format(done=0, height=height))
    file.write(SIGNATURE + _chunk(b"IHDR", _header(_channels(first), height)))
    file.write(b"".join(_descriptions(first, keep_metadata=keep_metadata)))
    compressor, waiting = zlib.compressobj(compress_level), b""
    for filtered in _filtered(chain((first,), rest), height):
        waiting += compressor.compress(filtered)
        if len(waiting) >= CHUNK_BYTES:
            file.write(_chunk(b"IDAT", waiting))
            waiting = b""
    file.write(_chunk(b"IDAT", waiting + compressor.flush()) + _chunk(b"IEND", b""))


def is_written_grey(picture: Picture) -> bool:
    """Tell whether a file has one colour channel: a profile of RGB needs three."""
    return picture.grey and (picture.profile is None or colour_space(picture.profile) == "GRAY")


def _channels(picture: Picture) -> NDArray:
    """Channels of a band as the file holds them, (rows, W, 1 to 4)."""
    colour = to_grey(picture.pixels)[..., None] if is_written_grey(picture) else picture.pixels
    if picture.opacity is None:
        return colour
    return np.concatenate((colour, picture.opacity[..., None]), axis=2)


def _header(channels: NDArray, height: int) -> bytes:
    """Contents of the header chunk: size, bits a channel, colour type, and three zeros."""
    bits = 8 * channels.dtype.itemsize
    return struct.pack(
        ">IIBBBBB", channels.shape[1], height, bits, COLOUR_TYPES[channels.shape[2]], 0, 0, 0
    )


def _descriptions(picture: Picture, *, keep_metadata: bool) -> Iterator[bytes]:
    """Make the chunks of the profile and, on request, of the metadata."""
    if picture.profile:
        yield _chunk(b"iCCP", b"ICC profile\0\0" + zlib.compress(picture.profile))
    if keep_metadata and picture.metadata.dpi:
        per_metre = (round(number / INCH_M) for number in picture.metadata.dpi)
        yield _chunk(b"pHYs", struct.pack(">IIB", *per_metre, 1))
    if keep_metadata and (exif := picture.metadata.exif()):
        yield _chunk(b"eXIf", exif)


def _chunk(kind: bytes, payload: bytes) -> bytes:
    """A chunk: length, kind, payload and checksum."""
    body = kind + payload
    return struct.pack(">I", len(payload)) + body + struct.pack(">I", zlib.crc32(body))


def _filtered(bands: Iterable[Picture], height: int) -> Iterator[bytes]:
    """Filter all rows; each begins with the number of its filter."""
    above, done = None, 0
    for rows, pixel_bytes in _blocks(bands):
        first = np.zeros_like(rows[0]) if above is None else above
        yield _filter(rows, np.vstack((first, rows[:-1])), pixel_bytes)
        above, done = rows[-1], done + len(rows)
    if done != height:
        raise ValueError(WRONG_HEIGHT.format(done=done, height=height))


def _blocks(bands: Iterable[Picture]) -> Iterator[tuple[NDArray[np.uint8], int]]:
    """A few rows at a time as bytes, (rows, bytes), and the number of bytes of a pixel."""
    for band in bands:
        channels = _channels(band)
        ordered = channels.astype(channels.dtype.newbyteorder(">"), copy=False)
        rows = np.ascontiguousarray(ordered).view(np.uint8).reshape(len(channels), -1)
        for start in range(0, len(rows), FILTER_ROWS):
            yield rows[start : start + FILTER_ROWS], channels.shape[2] * channels.itemsize


def _filter(rows: NDArray[np.uint8], above: NDArray[np.uint8], pixel_bytes: int) -> bytes:
    """Filter each row by the one of PNG's filters 1 to 4 whose result has the smallest sum.

    The bytes of the result count as signed numbers there: small ones compress well.
    """
    left, corner = _shifted(rows, pixel_bytes), _shifted(above, pixel_bytes)
    mean = ((left.astype(np.uint16) + above) // 2).astype(np.uint8)
    predictions = (left, above, mean, _paeth(left, above, corner))
    results = np.stack([rows - prediction for prediction in predictions])
    sums = np.abs(results.view(np.int8).astype(np.int16)).sum(axis=2, dtype=np.int64)
    best = sums.argmin(axis=0)
    chosen = results[best, np.arange(len(rows))]
    return np.hstack(((best + 1).astype(np.uint8)[:, None], chosen)).tobytes()


def _shifted(rows: NDArray[np.uint8], pixel_bytes: int) -> NDArray[np.uint8]:
    """For each byte that of the pixel to its left, at the border 0."""
    left = np.zeros_like(rows)
    left[:, pixel_bytes:] = rows[:, :-pixel_bytes]
    return left


def _paeth(
    left: NDArray[np.uint8], above: NDArray[np.uint8], corner: NDArray[np.uint8]
) -> NDArray[np.uint8]:
    """Of three neighbours the one nearest to left + above − corner (PNG specification, 9.4)."""
    to_left = above.astype(np.int16) - corner
    to_above = left.astype(np.int16) - corner
    to_corner = np.abs(to_left + to_above)
    to_left, to_above = np.abs(to_left), np.abs(to_above)
    is_left = (to_left <= to_above) & (to_left <= to_corner)
    return np.where(is_left, left, np.where(to_above <= to_corner, above, corner))
