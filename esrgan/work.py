"""Long work that can be watched step by step, abandoned, or awaited."""

from collections.abc import Generator, Iterator
from dataclasses import dataclass
from typing import Generic, TypeVar

Result = TypeVar("Result")


@dataclass(frozen=True)
class Progress:
    """How many steps of some work are done, and how many there are in all."""

    done: int
    total: int


Steps = Generator[Progress, None, Result]
"""A generator that yields after each step of some work and returns what comes of it."""


class Work(Generic[Result]):
    """Long work in steps, and its result.

    Nothing happens before it is iterated or its result is asked for. Iteration yields a `Progress`
    after each step; leaving it early leaves the rest undone.

    Parameters
    ----------
    steps
        What is done.

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
        self._steps = self._keep_result(steps)

    def _keep_result(self, steps: Steps[Result]) -> Iterator[Progress]:
        """The same steps; what they return is kept."""
        self._results.append((yield from steps))

    def __iter__(self) -> Iterator[Progress]:
        """The steps that are left."""
        return self._steps

    def result(self) -> Result:
        """Do the steps that are left, and return what came of all of them.

        Raises
        ------
        RuntimeError
            If an error had ended the work before.
        """
        for _ in self._steps:
            pass
        if not self._results:
            raise RuntimeError("This work ended without a result.")
        return self._results[0]
