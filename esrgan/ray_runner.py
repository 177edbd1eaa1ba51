"""Ray Data as the runner of many items: on this machine or on a cluster, one worker a process."""

import logging
import os
import pickle
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from esrgan.jobs import Outcome, Report, Task, attempt
from esrgan.ray_places import share
from esrgan.storage import INSTALL

MOST_BLOCKS = 10_000
"""Parts that the list is cut into; a part is what is repeated when a worker dies."""


def _worker_class(task: Any, threads: int) -> type:
    """The class of processes that do a task, which Ray holds; each has a copy of its own."""

    class Worker:
        """Holds what the task needs, such as an `Upscaler`."""

        def __init__(self) -> None:
            import ray
            import torch

            torch.set_num_threads(threads)
            self._task: Task = ray.get(task)  # pyright: ignore

        def __call__(self, row: dict[str, Any]) -> dict[str, Any]:
            """Work on one item of the list; both it and its outcome travel as bytes."""
            index, item = pickle.loads(row["item"])
            return {"outcome": pickle.dumps(attempt(self._task, index, item, _say_nothing))}

    return Worker


def _say_nothing(done: float) -> None:
    """Take no notice of the share of an item that is done."""
    del done


@dataclass(frozen=True)
class RayRunner:
    """Runs a task on many items by Ray Data.

    A worker that dies is replaced, and what it had not finished is done again.

    Attributes
    ----------
    address
        Of a cluster, or 'auto'; None takes the cluster that the program runs in, else starts Ray
        on this machine for the time of the run.
    num_workers
        Number of processes; None takes one for each GPU, or CPU where workers need no GPU.
    gpus_per_worker
        Number of GPUs that each worker has; below 1, workers share one.
    """

    address: str | None = None
    num_workers: int | None = None
    gpus_per_worker: float = 0

    def __call__(self, task: Task, items: Sequence[Any], report: Report) -> Iterator[Outcome[Any]]:
        """Yield one outcome for every item, as they come; of a running item nothing is reported.

        Raises
        ------
        ValueError
            If Ray is not installed, cannot be reached, or has no room for a worker.
        """
        del report
        if items:
            yield from self._run(task, items)

    def _run(self, task: Task, items: Sequence[Any]) -> Iterator[Outcome[Any]]:
        """Start Ray or join it, and stream the items through the workers."""
        ray, is_own = self._join()
        try:
            nodes = [node["Resources"] for node in ray.nodes() if node["Alive"]]
            workers, cpus = share(nodes, self.gpus_per_worker, self.num_workers, len(items))
            rows = [{"item": pickle.dumps(pair)} for pair in enumerate(items)]
            outcomes = ray.data.from_items(
                rows, override_num_blocks=min(len(rows), MOST_BLOCKS)
            ).map(
                _worker_class(ray.put(task), cpus),
                compute=ray.data.ActorPoolStrategy(size=workers),
                num_cpus=cpus,
                num_gpus=self.gpus_per_worker or None,
            )
            for row in outcomes.iter_rows():
                yield pickle.loads(row["outcome"])
        except ray.exceptions.RayError as error:
            raise ValueError(f"Ray stopped: {str(error).splitlines()[0]}") from error
        finally:
            if is_own:
                ray.shutdown()

    def _join(self) -> tuple[Any, bool]:
        """The module `ray`, connected, and whether this call has connected it."""
        os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
        try:
            import ray
            import ray.data
        except ImportError:
            raise ValueError(f"--engine ray needs Ray: {INSTALL}.") from None
        if is_own := not ray.is_initialized():
            try:
                ray.init(self.address, log_to_driver=False, logging_level=logging.ERROR)
            except (ConnectionError, RuntimeError) as error:
                raise ValueError(f"Ray cannot be joined: {str(error).splitlines()[0]}") from error
        logging.getLogger("ray.data").setLevel(logging.ERROR)
        context = ray.data.DataContext.get_current()
        context.enable_progress_bars = False
        return ray, is_own
