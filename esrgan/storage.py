"""Files by local path or by URI, such as s3://bucket/folder; URIs go through pyarrow."""

import errno
import logging
import os
from collections.abc import Generator, Hashable, Iterator
from contextlib import contextmanager, suppress
from functools import lru_cache
from pathlib import Path
from typing import Any, BinaryIO
from urllib.parse import urlsplit

from esrgan.files import open_atomically, remove_unfinished, unfinished_name

LOG = logging.getLogger(__name__)
Location = Path | str
"""A local path, or the URI of a file or folder as text."""
INSTALL = "pip install 'ray[data]'"
"""What brings pyarrow and Ray: the extra `ray` of pyproject.toml."""
MARK = "://"
OBJECT_STORES = ("s3", "gcs", "abfs")
"""pyarrow's names of file systems that have no folders to be made."""


def to_location(text: str) -> Location:
    """Read a location from the command line: what holds '://' is a URI, else a local path."""
    return text if MARK in text else Path(text)


def absolute(location: Location) -> Location:
    """Locate the same file for processes that run in another folder."""
    return location.absolute() if isinstance(location, Path) else location


def join(folder: Location, relative: str) -> Location:
    """Locate a file below a folder; its relative name has slashes."""
    return folder / relative if isinstance(folder, Path) else f"{folder.rstrip('/')}/{relative}"


def name_of(location: Location) -> str:
    """Name of a file or folder without the folders above it."""
    if isinstance(location, Path):
        return location.name
    names = location.partition(MARK)[2].rstrip("/")
    if not names:
        raise ValueError(f"{location} names neither a bucket nor a folder.")
    return names.rsplit("/", 1)[-1]


def identity(location: Location) -> str:
    """The whole path or URI with slashes: equal wherever it is relative to."""
    return location.absolute().as_posix() if isinstance(location, Path) else location


def file_key(location: Location) -> Hashable:
    """Tell files apart: equal for two ways to one file, such as by '..' or by a link."""
    if not isinstance(location, Path):
        return location
    try:
        status = location.stat()
    except OSError:
        return os.path.realpath(location)
    return status.st_dev, status.st_ino


def is_folder(location: Location) -> bool:
    """Tell whether a folder exists there."""
    if isinstance(location, Path):
        return location.is_dir()
    return _information(location).type.name == "Directory"


def exists(location: Location) -> bool:
    """Tell whether a file or a folder exists there; a broken link does not."""
    if isinstance(location, Path):
        return location.exists()
    return _information(location).type.name != "NotFound"


def walk(folder: Location, *, any_depth: bool = False) -> Iterator[str]:
    """List the files of a folder by their relative names, with slashes, in no order.

    Parameters
    ----------
    folder
        An existing folder.
    any_depth
        Whether folders below it are walked too, but for those whose names begin with a dot; links
        to folders are not followed. One that cannot be opened is logged, and the others are walked.

    Yields
    ------
    str
        Also of a link that leads nowhere, so that it can be reported; not of pipes or devices.

    Raises
    ------
    OSError
        If the folder itself cannot be opened.
    """
    if isinstance(folder, Path):
        yield from _walk_local(folder, "", any_depth)
        return
    from pyarrow.fs import FileSelector

    system, path = _open(folder)
    for entry in system.get_file_info(FileSelector(path, recursive=any_depth)):
        if entry.type.name == "File":
            yield entry.path[len(path.rstrip("/")) + 1 :]


def _walk_local(folder: Path, above: str, any_depth: bool) -> Iterator[str]:
    """Relative names of a local folder's files; `above` stands before each of them."""
    with os.scandir(folder) as entries:
        for entry in entries:
            is_broken = entry.is_symlink() and not Path(entry.path).exists()
            if entry.is_file() or is_broken:
                yield above + entry.name
            elif any_depth and entry.is_dir(follow_symlinks=False) and entry.name[0] != ".":
                try:
                    yield from _walk_local(Path(entry.path), f"{above}{entry.name}/", any_depth)
                except OSError as error:
                    _tell_left_out(entry.path, error.strerror or "it cannot be opened")


@lru_cache
def _tell_left_out(folder: str, reason: str) -> None:
    """Log a folder that cannot be opened, once; where nobody logs, on standard error."""
    LOG.warning("esrgan: %s is left out: %s.", folder, reason)


def read_bytes(location: Location, *, megabytes: float) -> bytes:
    """Read a file.

    Parameters
    ----------
    location
        The file.
    megabytes
        Size of the largest file that is read, in millions of bytes.

    Raises
    ------
    ValueError
        If the file is larger.
    OSError
        If it cannot be read.
    """
    size = location.stat().st_size if isinstance(location, Path) else _size(location)
    if size > megabytes * 1e6:
        raise ValueError(f"This file is over the limit of {megabytes:g} MB.")
    if isinstance(location, Path):
        return location.read_bytes()
    system, path = _open(location)
    with system.open_input_stream(path, compression=None) as stream:
        return stream.read()


def check_writable(location: Location) -> None:
    """Try whether a file can be written, before its content is computed; nothing stays of it.

    Missing folders are made. For a URI only the address and the access to it are tried.

    Raises
    ------
    OSError
        If it cannot be written.
    """
    if not isinstance(location, Path):
        _information(location)
        return
    location.parent.mkdir(parents=True, exist_ok=True)
    if location.is_dir():
        raise IsADirectoryError(errno.EISDIR, "A folder has this name", str(location))
    trial = location.with_name(unfinished_name())
    try:
        trial.touch()
    finally:
        trial.unlink(missing_ok=True)


@contextmanager
def opened(location: Location) -> Generator[BinaryIO]:
    """Open a file for writing that is complete or absent afterwards.

    It is written under another name, which no other process uses, and moved at the end of the
    block; after an error it is removed. What a killed process left in a local folder is removed
    by a later process that writes there, when it is a day old.

    Raises
    ------
    OSError
        If it cannot be written.
    """
    if isinstance(location, Path):
        _tidy(location.parent)
        with open_atomically(location) as file:
            yield file
        return
    system, path = _open(location)
    folder = path.rpartition("/")[0]
    if system.type_name not in OBJECT_STORES:
        system.create_dir(folder)
    partial = f"{folder}/{unfinished_name()}"
    try:
        with system.open_output_stream(partial, compression=None) as stream:
            yield stream
        system.move(partial, path)
    except BaseException:
        # Closing the stream has uploaded what there was.
        with suppress(OSError):
            system.delete_file(partial)
        raise


@lru_cache
def _tidy(folder: Path) -> None:
    """Remove what was left unfinished in a folder: once, for it may hold a million files."""
    remove_unfinished(folder)


def _size(uri: str) -> int:
    """Size of a file in bytes."""
    information = _information(uri)
    if information.size is None:
        raise FileNotFoundError(errno.ENOENT, "No such file", uri)
    return information.size


def _information(uri: str) -> Any:
    """What pyarrow knows of a file or folder."""
    system, path = _open(uri)
    return system.get_file_info(path)


def _open(uri: str) -> tuple[Any, str]:
    """The file system of a URI, and the path on it; the path is taken as it is written."""
    parts = urlsplit(uri)
    root = f"{parts.scheme}{MARK}{parts.netloc}/"
    system, base = _system(root)
    return system, f"{base.rstrip('/')}/{uri[len(root) :]}".rstrip("/")


@lru_cache
def _system(root: str) -> tuple[Any, str]:
    """Pyarrow's file system of a bucket or host, and the path of its root."""
    try:
        from pyarrow.fs import FileSystem
    except ImportError:
        raise ValueError(f"{root} needs pyarrow: {INSTALL}.") from None
    return FileSystem.from_uri(root)
