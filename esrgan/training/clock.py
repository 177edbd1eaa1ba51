"""How fast a run is, and how much of that is waiting for pictures."""

import time
from collections.abc import Generator, Mapping
from contextlib import contextmanager

import torch


class Clock:
    """Seconds a step since the start, and the share of them spent waiting."""

    def __init__(self, batch_size: int) -> None:
        self._batch_size = batch_size
        self._started, self._waited, self._steps = time.monotonic(), 0.0, 0

    @contextmanager
    def waiting(self) -> Generator[None]:
        """A block, one a step, in which the step waits for its pictures."""
        since = time.monotonic()
        yield
        self._waited += time.monotonic() - since
        self._steps += 1

    def line(self, step: int, steps: int, losses: Mapping[str, float]) -> str:
        """Progress: step, speed, time left, patches a second and core, waiting, losses."""
        elapsed = time.monotonic() - self._started
        seconds = elapsed / self._steps
        per_core = self._batch_size / seconds / torch.get_num_threads()
        shown = " ".join(f"{name} {value:.4g}" for name, value in losses.items())
        return (
            f"{step}/{steps} {seconds:.3f} s/step, {seconds * (steps - step) / 60:.0f} min left, "
            f"{per_core:.1f} patches/s/core, data {self._waited / elapsed:.1%}: {shown}"
        )
