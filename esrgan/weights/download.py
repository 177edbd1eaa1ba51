"""Download a model's files into the cache.

Every file is checked before it is parsed. A download over HTTP resumes where an earlier one
stopped, and two programs that want the same file download it once.
"""

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from queue import Queue
from typing import Any

from huggingface_hub import hf_hub_download
from huggingface_hub.utils import WeakFileLock
from tqdm import tqdm

from esrgan.weights.cache import check_or_remove, download_path, expected_sha256, is_cached, pin
from esrgan.weights.registry import HUB, Model, RemoteFile
from esrgan.weights.tensor_file import MAX_FILE_BYTES
from esrgan.weights.transfer import fetch


@dataclass(frozen=True)
class Transfer:
    """Progress of a model's download.

    Attributes
    ----------
    name
        File that is being downloaded.
    done, total
        Bytes, over all files of the model.
    note
        A sentence to show to the user, or ''.
    """

    name: str
    done: int
    total: int
    note: str = ""


def download(model: Model) -> Iterator[Transfer]:
    """Download every file of a model that is not in the cache.

    Yields
    ------
    Transfer
        Progress, several times a file. Closing the iterator stops the download; the next call
        resumes it.

    Raises
    ------
    ValueError
        With one sentence, if a file cannot be downloaded or is not the published one.
    """
    if is_cached(model):
        return
    before, total = 0, sum(file.num_bytes for file in model.remote)
    for file in model.remote:
        yield Transfer(file.name, before, total)
        for part in _from_server(file) if file.hub is None else _from_hub(file, file.hub):
            done = before + min(part.done, file.num_bytes)
            yield replace(part, done=done, total=total)
        before += file.num_bytes
        yield Transfer(file.name, before, total)


def _from_server(file: RemoteFile) -> Iterator[Transfer]:
    """Download over HTTP to a temporary name, check the file, and rename it."""
    final = download_path(file)
    partial = final.with_name(f"{file.name}.partial")
    try:
        final.parent.mkdir(parents=True, exist_ok=True)
        with WeakFileLock(final.with_name(f"{file.name}.lock")):
            if final.is_file():
                return
            for done in _missing(file, partial):
                yield Transfer(file.name, done, file.num_bytes)
            sha256 = check_or_remove(file, partial)
            if not expected_sha256(file):
                pin(file, sha256)
                note = f"No hash is published for {file.name}: from now on it must be {sha256}."
                yield Transfer(file.name, file.num_bytes, file.num_bytes, note)
            partial.replace(final)
    except OSError as error:
        reason = error.strerror or error
        raise ValueError(f"{file.name} cannot be stored in {final.parent}: {reason}.") from None


def _missing(file: RemoteFile, partial: Path) -> Iterator[int]:
    """Download the rest of a partial file, and one byte more than it should have, if there is."""
    if file.is_size_exact and partial.exists() and partial.stat().st_size >= file.num_bytes:
        return
    limit = file.num_bytes if file.is_size_exact else MAX_FILE_BYTES
    yield from fetch(file.url, partial, limit=limit + 1)


class _StoppedError(Exception):
    """The iterator was closed; the download ends."""


def _from_hub(file: RemoteFile, hub: tuple[str, str, str, str]) -> Iterator[Transfer]:
    """Download with huggingface_hub into its own cache, in a thread."""
    events: Queue[int | Path | Exception] = Queue()
    stopped = threading.Event()

    def report(done: int) -> None:
        if stopped.is_set():
            raise _StoppedError
        events.put(done)

    def work() -> None:
        try:
            events.put(Path(_ask_hub(hub, _bar(report))))
        except Exception as error:  # raised again in the thread that waits
            events.put(error)

    threading.Thread(target=work, daemon=True).start()
    try:
        while isinstance(event := events.get(), int):
            yield Transfer(file.name, event, file.num_bytes)
    finally:
        stopped.set()
    if isinstance(event, Exception):
        reason = (str(event).strip() or type(event).__name__).splitlines()[0][:200].rstrip(".")
        raise ValueError(f"Hugging Face did not send {file.name}: {reason}.") from event
    check_or_remove(file, event)


def _ask_hub(hub: tuple[str, str, str, str], bar: type[tqdm]) -> str:
    """Download a file into huggingface_hub's cache unless it is there, and return its path."""
    endpoint, repository, revision, name = hub
    mirror = None if endpoint == HUB else endpoint
    return hf_hub_download(repository, name, revision=revision, endpoint=mirror, tqdm_class=bar)


def _bar(report: Callable[[int], None]) -> type[tqdm]:
    """Make a progress bar class that draws nothing and reports the number of bytes received."""

    class Bar(tqdm):
        def __init__(self, *_: Any, initial: int = 0, **__: Any) -> None:
            super().__init__(disable=True)
            self.done = initial

        def update(self, n: float | None = 1) -> None:
            self.done += int(n or 0)
            report(self.done)

    return Bar
