"""Files between the page and its visitors, all inside Gradio's cache folder."""

import itertools
import secrets
import shutil
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from gradio.data_classes import FileData
from gradio.processing_utils import save_bytes_to_cache
from gradio.utils import get_upload_folder

from demo import refusals

STALE_SECONDS = 60
PAGE_FOLDER = "page"
"""Where the page's own files lie, apart from uploads: a browser cannot have them taken."""


def put(data: bytes, name: str, visitor: str = "") -> FileData:
    """Write a file that the browser may fetch, into a visitor's folder or into everybody's.

    Gradio removes it after an hour.
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
    upload = Path(str(path)).resolve()
    is_upload = upload.is_relative_to(folder) and not upload.is_relative_to(_page_folder())
    try:
        if not is_upload or not upload.is_file():
            raise FileNotFoundError
        data = upload.read_bytes()
        upload.unlink(missing_ok=True)
    except OSError:
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


def forget(visitor: str) -> None:
    """Remove all that a visitor was sent, before its hour is over."""
    shutil.rmtree(_page_folder() / visitor, ignore_errors=True)


def sweep() -> None:
    """Remove the empty folders that Gradio leaves behind."""
    levels = (f"{PAGE_FOLDER}/*/*", f"{PAGE_FOLDER}/*", "*")
    for entry in itertools.chain.from_iterable(map(Path(get_upload_folder()).glob, levels)):
        try:
            if entry.is_dir() and time.time() - entry.stat().st_mtime > STALE_SECONDS:
                entry.rmdir()
        except OSError:
            continue  # not empty, or another request was faster


def _page_folder() -> Path:
    """The folder of the page's own files."""
    return Path(get_upload_folder()).resolve() / PAGE_FOLDER
