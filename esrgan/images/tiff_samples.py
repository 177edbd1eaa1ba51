"""The samples of a TIFF as they are stored: strips or tiles, planes, compression, predictor.

libtiff, through OpenCV, decodes them: the file's strips or tiles are described anew as those of a
grey picture whose rows hold all samples of a pixel side by side.
"""

import io
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL.TiffImagePlugin import ImageFileDirectory_v2

BYTE_ORDERS = {b"II": "<", b"MM": ">"}
CLASSIC, BIG = 42, 43
"""Version numbers in a file's header; BigTIFF's offsets have 8 bytes."""
WIDTH, HEIGHT, BITS, COMPRESSION, PHOTOMETRIC = 256, 257, 258, 259, 262
FILL_ORDER, STRIP_OFFSETS, SAMPLES, ROWS_PER_STRIP, STRIP_SIZES = 266, 273, 277, 278, 279
PLANAR, PREDICTOR = 284, 317
TILE_WIDTH, TILE_HEIGHT, TILE_OFFSETS, TILE_SIZES = 322, 323, 324, 325
BLACK_IS_ZERO, SEPARATE_PLANES, HORIZONTAL_DIFFERENCE = 1, 2, 2
HEADER_SIZE = 8
"""Bytes before a classic file's directory and data."""


@dataclass(frozen=True)
class Layout:
    """Where a TIFF's samples lie: its tags, and the byte order and file that they are of."""

    data: bytes
    order: str
    tags: Mapping[int, Any]
    has_more_frames: bool

    def number(self, tag: int, default: int = 1) -> int:
        """The first value of a tag."""
        return self.numbers(tag, (default,))[0]

    def numbers(self, tag: int, default: Sequence[int] = ()) -> tuple[int, ...]:
        """All values of a tag."""
        value = self.tags.get(tag, default)
        return tuple(value) if isinstance(value, tuple | list) else (value,)

    @property
    def size(self) -> tuple[int, int]:
        """Width and height."""
        return self.number(WIDTH, 0), self.number(HEIGHT, 0)

    @property
    def bits(self) -> set[int]:
        """Bits of the samples."""
        return set(self.numbers(BITS, (1,)))


def layout(data: bytes) -> Layout | None:
    """Read the tags of a TIFF's first frame; None for any other file.

    Raises
    ------
    Exception
        Whatever Pillow raises on a damaged directory.
    """
    order = BYTE_ORDERS.get(data[:2])
    if order is None or len(data) < 8:
        return None
    version = struct.unpack_from(f"{order}H", data, 2)[0]
    if version not in (CLASSIC, BIG):
        return None
    tags = ImageFileDirectory_v2(data[: 16 if version == BIG else 8])
    file = io.BytesIO(data)
    file.seek(tags.next)
    tags.load(file)
    return Layout(data, order, tags, bool(tags.next))


def stored_samples(found: Layout) -> NDArray:
    """All samples as they are stored, uint8 or uint16 (H, W, S)."""
    (width, height), count = found.size, found.number(SAMPLES)
    if found.number(PLANAR) == SEPARATE_PLANES:
        planes = [_stored(found, 1, plane) for plane in range(count)]
        return np.concatenate(planes, axis=2).reshape(height, width, count)
    return _stored(found, count, 0)


def _stored(found: Layout, count: int, plane: int) -> NDArray:
    """Decode one plane, whose pixels have `count` samples each, and undo its predictor."""
    width, height = found.size
    file = np.frombuffer(_as_grey(found, count, plane), np.uint8)
    stored = cv2.imdecode(file, cv2.IMREAD_UNCHANGED)
    if stored is None or stored.dtype.itemsize * 8 not in found.bits:
        raise ValueError("not decoded")
    samples = stored.reshape(height, width, count)
    if found.number(PREDICTOR) == HORIZONTAL_DIFFERENCE:
        step = found.number(TILE_WIDTH, width)
        for left in range(0, width, step):
            part = samples[:, left : left + step]
            np.cumsum(part, axis=1, dtype=part.dtype, out=part)
    elif found.number(PREDICTOR) != 1:
        raise ValueError("a predictor of floating-point values")
    return samples


def _as_grey(found: Layout, count: int, plane: int) -> bytes:
    """The file with another directory: a grey picture of `count` times as many columns."""
    width, height = found.size
    is_tiled = TILE_OFFSETS in found.tags
    places, sizes = (TILE_OFFSETS, TILE_SIZES) if is_tiled else (STRIP_OFFSETS, STRIP_SIZES)
    offsets, lengths = found.numbers(places), found.numbers(sizes)
    planes = found.number(SAMPLES) if found.number(PLANAR) == SEPARATE_PLANES else 1
    part = slice(len(offsets) // planes * plane, len(offsets) // planes * (plane + 1))
    tags = {
        WIDTH: (width * count,),
        HEIGHT: (height,),
        BITS: (max(found.bits),),
        COMPRESSION: (found.number(COMPRESSION),),
        PHOTOMETRIC: (BLACK_IS_ZERO,),
        FILL_ORDER: (found.number(FILL_ORDER),),
        SAMPLES: (1,),
        places: tuple(offset + HEADER_SIZE for offset in offsets[part]),
        sizes: lengths[part],
    }
    if is_tiled:
        tags |= {TILE_WIDTH: (found.number(TILE_WIDTH) * count,)}
        tags |= {TILE_HEIGHT: (found.number(TILE_HEIGHT),)}
    else:
        tags[ROWS_PER_STRIP] = (min(found.number(ROWS_PER_STRIP, height), height),)
    body = found.data + bytes(len(found.data) % 2)
    start = struct.pack(f"{found.order}2sHI", found.data[:2], CLASSIC, HEADER_SIZE + len(body))
    return start + body + _directory(tags, found.order, HEADER_SIZE + len(body))


def _directory(tags: Mapping[int, Sequence[int]], order: str, position: int) -> bytes:
    """A directory of 32-bit numbers that begins at a position of its file."""
    after = position + 2 + 12 * len(tags) + 4
    entries, values = b"", b""
    for tag, numbers in sorted(tags.items()):
        packed = struct.pack(f"{order}{len(numbers)}I", *numbers)
        if len(numbers) > 1:
            values, packed = values + packed, struct.pack(f"{order}I", after + len(values))
        entries += struct.pack(f"{order}HHI", tag, 4, len(numbers)) + packed
    return struct.pack(f"{order}H", len(tags)) + entries + bytes(4) + values
