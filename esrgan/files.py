"""Atomic writing of files, hashes of files, and the folder of the caches."""

import hashlib
import os
import secrets
from pathlib import Path

from platformdirs import user_cache_path

CACHE_VARIABLE = "ESRGAN_CACHE"
CHUNK = 1 << 20


def sha256_of(path: Path) -> str:
    """Compute the SHA-256 of a file as 64 hexadecimal digits; the file is read in pieces."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def write_atomically(path: Path, data: bytes, *, partial: Path | None = None) -> None:
    """Write a file so that it is complete or absent, even after a crash.

    The data are written to another file beside it, flushed to the disk, and renamed; missing
    folders are made.

    Parameters
    ----------
    path
        The file.
    data
        Its whole content.
    partial
        The other file; None takes a hidden one whose name no other process uses.

    Raises
    ------
    OSError
        If the file cannot be written; a former file at `path` is left unchanged.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = partial or path.with_name(f".{secrets.token_hex(8)}.partial")
    try:
        with temporary.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


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
