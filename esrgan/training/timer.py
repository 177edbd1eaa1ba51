"""The speed of a run, and the share of its time that is spent waiting for pictures."""

import time
from collections.abc import Generator, Mapping
from contextlib import contextmanager


class StepTimer:
    """Seconds a step on average, and the share of them that is spent waiting for patches.

    Parameters
    ----------
    batch_size
        Patches in a step, over all processes.
    threads
        Threads of all processes together.
    """

    def __init__(self, batch_size: int, threads: int) -> None:
        self._batch_size, self._threads = batch_size, threads
        self._total_s, self._waiting_s, self._steps = 0.0, 0.0, 0

    @contextmanager
    def step(self) -> Generator[None]:
        """Time a block as one step."""
        start = time.monotonic()
        yield
        self._total_s += time.monotonic() - start
        self._steps += 1

    @contextmanager
    def waiting(self) -> Generator[None]:
        """Time a block inside a step as waiting for patches."""
        start = time.monotonic()
        yield
        self._waiting_s += time.monotonic() - start

    def progress_line(self, step: int, steps: int, losses: Mapping[str, float]) -> str:
        """Step, seconds a step, minutes left, patches a second and thread, waiting, losses."""
        seconds = self._total_s / self._steps
        per_thread = self._batch_size / seconds / self._threads
        shown = " ".join(f"{name} {value:.4g}" for name, value in losses.items())
        return (
            f"{step}/{steps} {seconds:.3f} s/step, {seconds * (steps - step) / 60:.0f} min left, "
            f"{per_thread:.1f} patches/s/core, data {self._waiting_s / self._total_s:.1%}: {shown}"
        )
