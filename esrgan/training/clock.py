"""How fast a run is, and how much of that is waiting for pictures."""

import time
from collections.abc import Generator, Mapping
from contextlib import contextmanager


class Clock:
    """Seconds a step, and the share of them spent waiting.

    Parameters
    ----------
    batch_size
        Patches in a step, over all processes.
    cores
        Threads of all processes together.
    """

    def __init__(self, batch_size: int, cores: int) -> None:
        self._batch_size, self._cores = batch_size, cores
        self._spent, self._waited, self._steps = 0.0, 0.0, 0

    @contextmanager
    def step(self) -> Generator[None]:
        """A block that is one step."""
        since = time.monotonic()
        yield
        self._spent += time.monotonic() - since
        self._steps += 1

    @contextmanager
    def waiting(self) -> Generator[None]:
        """A block, inside a step, that waits for pictures."""
        since = time.monotonic()
        yield
        self._waited += time.monotonic() - since

    def line(self, step: int, steps: int, losses: Mapping[str, float]) -> str:
        """Progress: step, speed, time left, patches a second and core, waiting, losses."""
        seconds = self._spent / self._steps
        per_core = self._batch_size / seconds / self._cores
        shown = " ".join(f"{name} {value:.4g}" for name, value in losses.items())
        return (
            f"{step}/{steps} {seconds:.3f} s/step, {seconds * (steps - step) / 60:.0f} min left, "
            f"{per_core:.1f} patches/s/core, data {self._waited / self._spent:.1%}: {shown}"
        )
