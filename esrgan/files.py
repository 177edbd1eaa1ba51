"""Files that are either wholly there or not at all, and their hashes."""

import hashlib
import os
from pathlib import Path

from platformdirs import user_cache_path

CACHE_VARIABLE = "ESRGAN_CACHE"
CHUNK = 1 << 20


def sha256_of(path: Path) -> str:
    """Hash of a file, read in pieces."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def write_atomically(path: Path, data: bytes) -> None:
    """Write under a temporary name, flush to the disk, rename.

    Raises
    ------
    OSError
        If the disk refuses; whatever stood at `path` before is still there.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f"{path.name}.{os.getpid()}.partial")
    try:
        with temporary.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def cache_folder() -> Path:
    r"""Where downloads and decoded pictures are kept.

    Returns
    -------
    Path
        What the environment variable ESRGAN_CACHE names, else the folder `esrgan` among the
        user's caches: `~/.cache/esrgan` on Linux, `~/Library/Caches/esrgan` on macOS,
        `%LOCALAPPDATA%\esrgan\Cache` on Windows. It need not exist yet.
    """
    named = os.environ.get(CACHE_VARIABLE)
    return Path(named) if named else user_cache_path("esrgan", appauthor=False)
