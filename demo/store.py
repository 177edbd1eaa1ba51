"""Files between the page and its visitors, all inside Gradio's cache folder."""

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


def put(data: bytes, name: str) -> FileData:
    """Write a file that the browser may fetch; Gradio removes it after an hour."""
    folder = str(Path(get_upload_folder()) / PAGE_FOLDER)
    path = save_bytes_to_cache(data, name, folder)
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
    is_upload = upload.is_relative_to(folder) and not upload.is_relative_to(folder / PAGE_FOLDER)
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
    folder = Path(get_upload_folder()) / PAGE_FOLDER / secrets.token_hex(16)
    folder.mkdir(parents=True)
    try:
        yield folder / name
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise


def remove(path: str) -> None:
    """Remove a file of the page's own before its hour is over; others stay."""
    if Path(path).resolve().is_relative_to((Path(get_upload_folder()) / PAGE_FOLDER).resolve()):
        Path(path).unlink(missing_ok=True)


def sweep() -> None:
    """Remove the empty folders that Gradio leaves behind."""
    folder = Path(get_upload_folder())
    for entry in [*folder.glob("*"), *folder.glob(f"{PAGE_FOLDER}/*")]:
        try:
            if entry.is_dir() and time.time() - entry.stat().st_mtime > STALE_SECONDS:
                entry.rmdir()
        except OSError:
            continue  # not empty, or another request was faster
