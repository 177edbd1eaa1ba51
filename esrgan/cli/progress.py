"""What a command over many pictures shows: a bar while it runs, failures, one summary line."""

import json
import sys
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

from tqdm import tqdm

from esrgan.jobs import Outcome, Runner, Task, describe, until_disk_full

BAR = "{percentage:3.0f}%|{bar}| {n:.1f}/{total} pictures [{elapsed}<{remaining}{postfix}]"
"""Of a bar that moves with the parts of a picture, too."""


@dataclass(frozen=True)
class Item:
    """What is worked on, and its names in messages.

    Attributes
    ----------
    payload
        What the task takes.
    source
        Where the picture is.
    target
        Where its result is written; None where none is.
    """

    payload: Any
    source: str
    target: str | None = None

    @property
    def name(self) -> str:
        """Of the source, without the folders above it."""
        return self.source.rstrip("/").rsplit("/", 1)[-1]


@dataclass
class Failures:
    """The failures of a run: each is told at once, and written to a file if there is one.

    Attributes
    ----------
    file
        Takes a JSON object a line: source, target, seconds and error. Unbuffered, so that it holds
        all failures whenever the run ends.
    listed
        The names and the errors.
    """

    file: BinaryIO | None = None
    listed: list[dict[str, str]] = field(default_factory=list)

    def add(self, item: Item, outcome: Outcome[Any]) -> None:
        """Tell a failure, and that it is not in the file where the disk has no room for that."""
        error = str(outcome.error)
        self.listed.append({"name": item.name, "error": error})
        tell(item.name, error)
        if self.file:
            entry = {"source": item.source, "target": item.target}
            entry |= {"seconds": round(outcome.seconds, 3), "error": error}
            try:
                self.file.write(f"{json.dumps(entry)}\n".encode())
            except OSError as error:
                tell(self.file.name, describe(error))


@contextmanager
def failures_in(path: Path | None) -> Generator[Failures]:
    """Collect failures, in a new file too if an option names one."""
    if path is None:
        yield Failures()
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb", buffering=0) as file:
        yield Failures(file)


def tell(name: str, sentence: str) -> None:
    """Print a sentence about a picture on standard error; a bar that is there stays below it."""
    start = "" if sentence.startswith(f"{name}: ") else f"{name}: "
    tqdm.write(f"esrgan: {start}{sentence}", file=sys.stderr)


def work_through(
    runner: Runner,
    task: Task,
    items: Sequence[Item],
    failures: Failures,
    take: Callable[[Item, Outcome[Any]], None],
) -> None:
    """Run a task on all items, with a bar that counts pictures and time.

    The task takes the items' payloads; `take` is given the outcome of each that did not fail.

    Raises
    ------
    ValueError
        If the disk is full or read-only.
    """
    with tqdm(total=len(items), bar_format=BAR, leave=False, disable=None) as bar:
        done = 0

        def report(share: float) -> None:
            bar.update(done + share - bar.n)

        outcomes = runner(task, [item.payload for item in items], report)
        for outcome in until_disk_full(outcomes, len(items)):
            item = items[outcome.index]
            done += 1
            bar.set_postfix_str(item.name, refresh=False)
            report(0)
            if outcome.error is None:
                take(item, outcome)
            else:
                failures.add(item, outcome)


def collect(runner: Runner, task: Task, items: Sequence[Item], failures: Failures) -> list[Any]:
    """Run a task on all items as `work_through` does; returns the results in the items' order.

    Raises
    ------
    ValueError
        If every item has failed.
    """
    results: dict[int, Any] = {}

    def take(item: Item, outcome: Outcome[Any]) -> None:
        del item
        results[outcome.index] = outcome.result

    work_through(runner, task, items, failures, take)
    if not results:
        raise ValueError("No picture is left: all have failed.")
    return [results[index] for index in sorted(results)]
