"""The same work on many things: one after another here, or by another program; failures apart."""

import errno
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

Result = TypeVar("Result")
Report = Callable[[float], None]
"""Is told, while an item is worked on, which share of it is done, in [0, 1]."""
FULL = (errno.ENOSPC, errno.EDQUOT, errno.EROFS)
"""Errors of a disk that takes no further file: it is full, a quota is used up, or read-only."""


Task = Callable[[Any, Report], Any]
"""Work on one item, which returns its result. A task can be pickled, so that other processes do it
too. It raises a ValueError or an OSError for an item that it cannot work on."""


@dataclass(frozen=True)
class Outcome(Generic[Result]):
    """What came of one item.

    Attributes
    ----------
    index
        Position of the item in the list.
    seconds
        How long it took.
    result
        Of the task; None if it failed.
    error
        Why it failed: one line; else None.
    is_disk_full
        Whether it failed because the disk takes no further file.
    """

    index: int
    seconds: float
    result: Result | None = None
    error: str | None = None
    is_disk_full: bool = False


Runner = Callable[[Task, Sequence[Any], Report], Iterator[Outcome[Any]]]
"""Runs a task on many items: yields one outcome for every item, in any order; whoever stops
iterating ends the run."""


def run_here(task: Task, items: Sequence[Any], report: Report) -> Iterator[Outcome[Any]]:
    """Work on one item after another, in this process."""
    for index, item in enumerate(items):
        yield attempt(task, index, item, report)


def attempt(task: Task, index: int, item: Any, report: Report) -> Outcome[Any]:
    """Work on one item; whatever goes wrong is its outcome, and the others do not suffer."""
    start = time.monotonic()
    try:
        result = task(item, report)
    except Exception as error:
        is_full = isinstance(error, OSError) and error.errno in FULL
        seconds = time.monotonic() - start
        return Outcome(index, seconds, error=describe(error), is_disk_full=is_full)
    return Outcome(index, time.monotonic() - start, result)


def describe(error: Exception) -> str:
    """Say in one line what went wrong; an error that nobody foresaw has its type before it.

    Examples
    --------
    >>> describe(FileNotFoundError(2, "No such file or directory", "a.png"))
    'No such file or directory.'
    """
    if isinstance(error, OSError) and error.strerror:
        return f"{error.strerror.rstrip('.')}."
    lines = str(error).splitlines() or [""]
    return lines[0] if isinstance(error, ValueError) else f"{type(error).__name__}: {lines[0]}"


def until_disk_full(outcomes: Iterable[Outcome[Any]], total: int) -> Iterator[Outcome[Any]]:
    """Yield outcomes until, and with, the one for which the disk takes no further file.

    Parameters
    ----------
    outcomes
        From a runner.
    total
        Number of all items, each a picture.

    Raises
    ------
    ValueError
        If the disk is full or read-only; the message says how many pictures are done.
    """
    done = 0
    for outcome in outcomes:
        yield outcome
        if outcome.is_disk_full:
            raise ValueError(f"{outcome.error} {done} of {total} pictures are done.")
        done += outcome.error is None


def parse_shard(text: str) -> tuple[int, int]:
    """Read which part of a list is meant, such as '3/50': the third of fifty.

    Raises
    ------
    ValueError
        If the text is none of '1/N' to 'N/N'.
    """
    first, _, second = text.partition("/")
    if first.isdecimal() and second.isdecimal() and 1 <= int(first) <= int(second):
        return int(first), int(second)
    raise ValueError(f"A shard is written K/N with K from 1 to N, such as 3/50, not {text!r}.")


def shard(items: Sequence[Any], part: tuple[int, int]) -> Sequence[Any]:
    """Take one of N parts of a list: every N-th item, so that the parts are equally large.

    Examples
    --------
    >>> shard("abcdefg", (2, 3))
    'be'
    """
    return items[part[0] - 1 :: part[1]]
