"""Downloads on request: checked before anything is parsed, resumed, and safe side by side."""

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
from esrgan.weights.reading import LARGEST_FILE
from esrgan.weights.registry import HUB, Model, RemoteFile
from esrgan.weights.transfer import fetch


@dataclass(frozen=True)
class Transfer:
    """How much of a model has come, in bytes over all its files.

    Attributes
    ----------
    note
        A sentence that the person should read, or ''.
    """

    name: str
    done: int
    total: int
    note: str = ""


def download(model: Model) -> Iterator[Transfer]:
    """Bring every file of a model into the cache; a model that is there costs nothing.

    Yields
    ------
    Transfer
        Now and then; closing the iterator stops the download, and another one resumes it.

    Raises
    ------
    ValueError
        With one sentence, if a file cannot be had or is not what was published.
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
    """Download over HTTP under a temporary name."""
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
    """Download what is missing; one byte more than it has shows that a file is another."""
    if file.is_size_exact and partial.exists() and partial.stat().st_size >= file.num_bytes:
        return
    limit = file.num_bytes if file.is_size_exact else LARGEST_FILE
    yield from fetch(file.url, partial, limit=limit + 1)


class _StoppedError(Exception):
    """The person no longer wants the file."""


def _from_hub(file: RemoteFile, hub: tuple[str, str, str, str]) -> Iterator[Transfer]:
    """Download through huggingface_hub into its cache, in a thread."""
    events: Queue[int | Path | Exception] = Queue()
    stopped = threading.Event()

    def report(done: int) -> None:
        if stopped.is_set():
            raise _StoppedError
        events.put(done)

    def work() -> None:
        try:
            events.put(Path(_ask_hub(hub, _bar(report))))
        except Exception as error:  # handed to the thread that waits
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
    """Path of a file in huggingface_hub's cache, downloaded if it has to be."""
    endpoint, repository, revision, name = hub
    mirror = None if endpoint == HUB else endpoint
    return hf_hub_download(repository, name, revision=revision, endpoint=mirror, tqdm_class=bar)


def _bar(report: Callable[[int], None]) -> type[tqdm]:
    """A progress bar that draws nothing and reports how many bytes have come."""

    class Bar(tqdm):
        def __init__(self, *_: Any, initial: int = 0, **__: Any) -> None:
            super().__init__(disable=True)
            self.done = initial

        def update(self, n: float | None = 1) -> None:
            self.done += int(n or 0)
            report(self.done)

    return Bar
