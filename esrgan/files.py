"""Atomic writing of files, hashes of files, and the folder of the caches."""

import hashlib
import os
import secrets
import time
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from platformdirs import user_cache_path

CACHE_VARIABLE = "ESRGAN_CACHE"
CHUNK = 1 << 20
UNFINISHED = ".esrgan-*.partial"
"""Names of files that are being written."""
STALE_S = 24 * 3600.0
"""After how long an unfinished file has no process any more that writes it."""


def sha256_of(path: Path) -> str:
    """Compute the SHA-256 of a file as 64 hexadecimal digits; the file is read in pieces."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def unfinished_name() -> str:
    """Return a hidden name for a file that is being written, which no other process uses."""
    return UNFINISHED.replace("*", secrets.token_hex(8))


def remove_unfinished(folder: Path) -> None:
    """Remove the files that killed processes left unfinished in a folder more than a day ago."""
    for left in folder.glob(UNFINISHED):
        with suppress(OSError):  # another process may remove it, too
            if time.time() - left.stat().st_mtime > STALE_S:
                left.unlink()


@contextmanager
def open_atomically(path: Path) -> Generator[BinaryIO]:
    """Open a file for writing that is complete or absent afterwards, even after a crash.

    The data are written to another file beside it, which at the end of the block is flushed to the
    disk and renamed; after an error in the block it is removed. Missing folders are made.

    Parameters
    ----------
    path
        The file. Several processes may write it at once: it is the one of the last to end.

    Raises
    ------
    OSError
        If the file cannot be written; a former file at `path` is left unchanged.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(unfinished_name())
    try:
        with temporary.open("wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def write_atomically(path: Path, data: bytes) -> None:
    """Write a file of some content by `open_atomically`."""
    with open_atomically(path) as file:
        file.write(data)


def cache_folder() -> Path:
    r"""Return the folder of downloaded weights and decoded pictures.

    Returns
    -------
    Path
        The one that the environment variable ESRGAN_CACHE names, else the folder `esrgan` among the
        user's caches: `~/.cache/esrgan` on Linux, `~/Library/Caches/esrgan` on macOS,
        `%LOCALAPPDATA%\esrgan\Cache` on Windows. It need not exist yet.
    """
    named = os.environ.get(CACHE_VARIABLE)
    return Path(named) if named else user_cache_path("esrgan", appauthor=False)
