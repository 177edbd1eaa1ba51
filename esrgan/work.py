"""Long work in steps: it reports its progress, can be stopped between steps, has a result."""

from collections.abc import Generator, Iterator
from dataclasses import dataclass
from typing import Generic, TypeVar

Result = TypeVar("Result")


@dataclass(frozen=True)
class Progress:
    """State of some work: how many of its steps are done, and how many there are in all."""

    done: int
    total: int


Steps = Generator[Progress, None, Result]
"""A generator that yields after each step of some work and returns its result."""


class Work(Generic[Result]):
    """Long work in steps, and its result.

    The work starts when it is iterated or its result is requested. Iteration yields a `Progress`
    after each step; whoever stops iterating leaves the remaining steps undone.

    Parameters
    ----------
    steps
        Does the work: yields a `Progress` after each step and returns the result.

    Examples
    --------
    >>> def steps():
    ...     yield Progress(1, 1)
    ...     return "done"
    >>> Work(steps()).result()
    'done'
    """

    def __init__(self, steps: Steps[Result]) -> None:
        self._results: list[Result] = []
        self._steps = self._store_result(steps)

    def _store_result(self, steps: Steps[Result]) -> Iterator[Progress]:
        """Iterate the steps and store their result."""
        self._results.append((yield from steps))

    def __iter__(self) -> Iterator[Progress]:
        """Iterate the steps that are not done yet."""
        return self._steps

    def result(self) -> Result:
        """Do the remaining steps and return the result of the work.

        Raises
        ------
        RuntimeError
            If an error in an earlier step had ended the work.
        """
        for _ in self._steps:
            pass
        if not self._results:
            raise RuntimeError("This work ended without a result.")
        return self._results[0]
