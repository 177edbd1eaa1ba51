"""Files between the page and its visitors, all inside Gradio's cache folder."""

import os
import secrets
import shutil
import time
from collections.abc import Generator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Thread

from gradio.data_classes import FileData
from gradio.processing_utils import save_bytes_to_cache
from gradio.utils import get_upload_folder

from demo import refusals

EVERY_SECONDS, OLD_SECONDS = 300, 3300
"""How often old files are looked for, and how old they are: none is older than an hour."""
EMPTY_SECONDS = 60
"""How long a folder may be empty: a file is about to be written into a younger one."""
PAGE_FOLDER = "page"
"""Where the page's own files lie, apart from uploads: a browser cannot have them taken."""


def put(data: bytes, name: str, visitor: str = "") -> FileData:
    """Write a file that the browser may fetch, into a visitor's folder or into everybody's.

    `sweep` removes it after an hour, sent or not.
    """
    path = save_bytes_to_cache(data, name, str(_page_folder() / visitor))
    return FileData(path=path, orig_name=name, size=len(data))


def take(path: object) -> bytes:
    """Read a file that a browser has uploaded, and remove it.

    Raises
    ------
    ValueError
        If the path is not that of an upload: what a browser sends is arbitrary.
    """
    folder = Path(get_upload_folder()).resolve()
    try:
        upload = Path(str(path)).resolve()
        is_upload = upload.is_relative_to(folder) and not upload.is_relative_to(_page_folder())
        if not is_upload or not upload.is_file():
            raise FileNotFoundError
        data = upload.read_bytes()
        upload.unlink(missing_ok=True)
    except (OSError, ValueError):  # what no path can hold is a ValueError
        raise ValueError(refusals.LOST_UPLOAD) from None
    return data


@contextmanager
def reserved(name: str) -> Generator[Path, None, None]:
    """A path to write what the browser may fetch then; what is broken off is removed."""
    folder = _page_folder() / secrets.token_hex(16)
    folder.mkdir(parents=True)
    try:
        yield folder / name
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise


@contextmanager
def held(files: Sequence[Path], folder: Path) -> Generator[list[Path], None, None]:
    """Further names for files, in a folder of the page, until the end: Gradio removes its own.

    One that is gone already has a name under which nothing is found. `renew` keeps them all.
    """
    names = [folder / f"{number}{file.suffix}" for number, file in enumerate(files)]
    try:
        for file, name in zip(files, names, strict=True):
            _link(file, name)
        yield names
    finally:
        for name in names:
            _remove(name)


def renew(folder: Path) -> None:
    """Keep what lies in a folder from being swept for another hour."""
    os.utime(folder)


def _link(file: Path, name: Path) -> None:
    """Give a file a further name, or a copy where the disk has no links."""
    with suppress(OSError):
        try:
            name.hardlink_to(file)
        except OSError:
            shutil.copyfile(file, name)


def forget(visitor: str) -> None:
    """Remove a visitor's folder, before its hour is over."""
    shutil.rmtree(_page_folder() / visitor, ignore_errors=True)


def sweep() -> None:
    """Remove the page's own files after an hour, and the empty folders that Gradio leaves behind.

    Gradio removes only what it has sent: not what was computed in vain, or before it last started.
    Uploads are left to it, since its folder may be that of other programs too.
    """
    own = list(os.walk(_page_folder(), topdown=False))
    files = [Path(folder, name) for folder, _, names in own for name in names]
    # All are looked at first: removing one makes its folder young.
    for file in [it for it in files if _is_old(it)]:
        _remove(file)
    folders = [Path(folder) for folder, *_ in own]
    for entry in (*folders, *Path(get_upload_folder()).glob("*")):
        if entry.is_dir() and _age(entry) > EMPTY_SECONDS:
            _remove(entry)


def keep_swept() -> Thread:
    """Sweep now and every few minutes, beside the page, as long as it runs."""

    def work() -> None:
        while True:
            sweep()
            time.sleep(EVERY_SECONDS)

    thread = Thread(target=work, name="sweep", daemon=True)
    thread.start()
    return thread


def _is_old(file: Path) -> bool:
    """Whether a file, and the folder that it is kept in, were left alone for an hour."""
    return min(_age(file), _age(file.parent)) > OLD_SECONDS


def _age(entry: Path) -> float:
    """Seconds since a file or a folder last changed; none if it is gone."""
    try:
        return time.time() - entry.stat().st_mtime
    except OSError:
        return 0


def _remove(entry: Path) -> None:
    """Remove a file or an empty folder; another request may be faster, a folder not empty."""
    with suppress(OSError):
        if entry.is_dir():
            entry.rmdir()
        else:
            entry.unlink()


def _page_folder() -> Path:
    """The folder of the page's own files."""
    return Path(get_upload_folder()).resolve() / PAGE_FOLDER
