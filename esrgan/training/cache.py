"""Training pictures decoded once, as uint8 sub-images of HR and LR in two memory-mapped files."""

import hashlib
import json
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from esrgan.files import write_atomically
from esrgan.folders import picture_files
from esrgan.images import on_white, read
from esrgan.pixels import to_8_bit
from esrgan.resize import crop_to_multiple, imresize
from esrgan.training.config import SCALE

SUBIMAGE_PX = 480
"""Largest side of a sub-image, so that a random crop reads few pages of the file."""
OVERLAP_PX = 96
"""Least overlap of two sub-images of one picture."""
VERSION = 2
"""Of the files' layout and how pictures are read; another one makes new caches."""
ABANDONED_S = 3600
"""Age at which a half-written cache is taken for that of a killed process."""
Progress = Callable[[Iterable[Any], int], Iterable[Any]]
"""Returns the items it is given, of which there are so many, and shows how far they are read."""


@dataclass(frozen=True)
class SubImage:
    """The position of a sub-image in the HR file, its first byte, and its size in pixels.

    Its LR form begins at offset / 16 of the LR file and is a quarter as high and wide.
    """

    offset: int
    height: int
    width: int


@dataclass(frozen=True)
class Cache:
    """The decoded pictures of one data folder.

    Attributes
    ----------
    key
        Hash of the folder's file names, sizes and dates.
    hr, lr
        Flat memory maps, uint8; sub-images are contiguous (H, W, 3) RGB.
    pictures
        The sub-images of each picture, by the picture's path below the folder.
    skipped
        Why a picture cannot be used, by its path.
    """

    key: str
    hr: NDArray[np.uint8]
    lr: NDArray[np.uint8]
    pictures: Mapping[str, Sequence[SubImage]]
    skipped: Mapping[str, str]

    def views(self, item: SubImage) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
        """LR and HR pixels (H, W, 3) of a sub-image, as views of the memory maps."""
        height, width = item.height // SCALE, item.width // SCALE
        start, size = item.offset // SCALE**2, height * width * 3
        lr = self.lr[start : start + size].reshape(height, width, 3)
        size = item.height * item.width * 3
        return lr, self.hr[item.offset : item.offset + size].reshape(item.height, item.width, 3)


def no_progress(items: Iterable[Any], total: int) -> Iterable[Any]:
    """The items themselves; shows nothing."""
    del total
    return items


def open_cache(folder: Path, caches: Path, progress: Progress = no_progress) -> Cache:
    """The decoded pictures below a folder; decodes them unless they are in the cache.

    Parameters
    ----------
    folder
        HR pictures, in any depth.
    caches
        Folder for caches. A cache's key is the hash of the file names, sizes and dates, so that a
        changed picture makes a new one.
    progress
        Shows how many pictures are decoded.

    Raises
    ------
    ValueError
        If the folder is missing or no picture in it can be read.
    """
    if not folder.is_dir():
        raise ValueError(f"There is no folder {folder}.")
    paths = picture_files(folder, any_depth=True)
    if not paths:
        raise ValueError(f"There is no picture below {folder}.")
    key = _key(folder, paths)
    target = caches / f"pictures-{key}"
    if not target.is_dir():
        _build(target, folder, progress(paths, len(paths)))
    index = json.loads((target / "index.json").read_text("utf-8"))
    if not index["pictures"]:
        raise ValueError(f"No picture below {folder} can be read: {index['skipped']}.")
    pictures = {
        name: [SubImage(**item) for item in items] for name, items in index["pictures"].items()
    }
    hr, lr = (np.memmap(target / name, np.uint8, "r") for name in ("hr.bin", "lr.bin"))
    return Cache(key, hr, lr, pictures, index["skipped"])


def _key(folder: Path, paths: Sequence[Path]) -> str:
    """Hash of everything that decides the content of a cache."""
    facts = [(str(path.relative_to(folder)), *_size_and_date(path)) for path in paths]
    return digest([VERSION, SCALE, SUBIMAGE_PX, OVERLAP_PX, facts])


def digest(facts: Any) -> str:
    """First digits of the SHA-256 of a value's JSON."""
    return hashlib.sha256(json.dumps(facts).encode()).hexdigest()[:16]


def _size_and_date(path: Path) -> tuple[int, int]:
    """Size and modification time of a file; (-1, -1) for a broken link."""
    try:
        status = path.stat()
    except OSError:
        return -1, -1
    return status.st_size, status.st_mtime_ns


def _build(target: Path, folder: Path, paths: Iterable[Path]) -> None:
    """Decode pictures into a temporary folder, then rename it; processes may do so at once."""
    target.parent.mkdir(parents=True, exist_ok=True)
    _remove_abandoned(target.parent)
    temporary = Path(tempfile.mkdtemp(prefix=f"{target.name}.partial-", dir=target.parent))
    try:
        with (temporary / "hr.bin").open("wb") as hr, (temporary / "lr.bin").open("wb") as lr:
            index = _write_pictures(folder, paths, hr, lr)
            for file in (hr, lr):
                file.flush()
                os.fsync(file.fileno())
        write_atomically(temporary / "index.json", json.dumps(index).encode())
        try:
            temporary.rename(target)
        except OSError:
            if not target.is_dir():  # another process has not finished first
                raise
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def _remove_abandoned(caches: Path) -> None:
    """Remove half-written caches of killed processes: not written to for an hour."""
    for partial in caches.glob("pictures-*.partial-*"):
        with suppress(FileNotFoundError):  # another process has removed it
            newest = max(path.stat().st_mtime for path in (partial, *partial.iterdir()))
            if time.time() - newest > ABANDONED_S:
                shutil.rmtree(partial, ignore_errors=True)


def _write_pictures(
    folder: Path, paths: Iterable[Path], hr_file: BinaryIO, lr_file: BinaryIO
) -> dict[str, Any]:
    """Append every picture's sub-images to both files; returns the index of `Cache` as JSON."""
    pictures: dict[str, list[dict[str, int]]] = {}
    skipped: dict[str, str] = {}
    for path in paths:
        name = str(path.relative_to(folder))
        try:
            hr = read_hr(path)
        except ValueError as error:
            skipped[name] = str(error)
            continue
        lr = imresize(hr, 1 / SCALE)
        pictures[name] = []
        for top, left, height, width in subimages(*hr.shape[:2]):
            pictures[name].append(asdict(SubImage(hr_file.tell(), height, width)))
            hr_file.write(np.ascontiguousarray(hr[top : top + height, left : left + width]).data)
            rows, columns = (
                slice(start // SCALE, (start + size) // SCALE)
                for start, size in ((top, height), (left, width))
            )
            lr_file.write(np.ascontiguousarray(lr[rows, columns]).data)
    return {"pictures": pictures, "skipped": skipped}


def read_hr(path: Path) -> NDArray[np.uint8]:
    """The pixels of an HR picture on white, uint8, cropped to multiples of the scale."""
    return crop_to_multiple(to_8_bit(on_white(read(path)).pixels), SCALE)


def subimages(height: int, width: int) -> Iterator[tuple[int, int, int, int]]:
    """Top, left, height and width of a picture's sub-images, all multiples of the scale."""
    for top, rows in _spans(height):
        for left, columns in _spans(width):
            yield top, left, rows, columns


def _spans(side: int) -> list[tuple[int, int]]:
    """Start and size, along one axis, of the fewest sub-images that overlap and cover it."""
    if side <= SUBIMAGE_PX:
        return [(0, side)]
    count = -(-(side - OVERLAP_PX) // (SUBIMAGE_PX - OVERLAP_PX))
    last = side - SUBIMAGE_PX
    starts = (round(index * last / (count - 1) / SCALE) * SCALE for index in range(count))
    return [(start, SUBIMAGE_PX) for start in starts]
