"""Workers on the machines of a Ray cluster: how many fit, and with how many CPUs each."""

import sys
from collections.abc import Mapping, Sequence


def share(
    nodes: Sequence[Mapping[str, float]],
    gpus_per_worker: float,
    num_workers: int | None,
    num_items: int,
) -> tuple[int, int]:
    """Divide a cluster's CPUs among workers, each of which is on one machine.

    Parameters
    ----------
    nodes
        What each machine has, by Ray's names: CPU and GPU.
    gpus_per_worker
        As in `RayRunner`.
    num_workers
        Number of workers; None takes as many as there is room for.
    num_items
        Of what there is to do, at least 1; there are not more workers.

    Returns
    -------
    tuple
        Number of workers, and the most CPUs that each of them can have.

    Raises
    ------
    ValueError
        If there is no room for the workers.

    Examples
    --------
    >>> share([{"CPU": 8}, {"CPU": 8}], 0, 3, 100)
    (3, 4)
    """
    most_gpus = max((node.get("GPU", 0) for node in nodes), default=0)
    if gpus_per_worker > most_gpus:
        raise ValueError(f"Ray's machines have {most_gpus:g} GPUs, fewer than --gpus-per-worker.")

    def room(cpus: int) -> int:
        """Number of workers that fit with so many CPUs each."""
        return sum(
            min(int(node.get("CPU", 0)) // cpus, _places_on_gpus(node, gpus_per_worker))
            for node in nodes
        )

    most = room(1)
    workers = min(num_workers or most, num_items)
    if not 0 < workers <= most:
        raise ValueError(f"Ray has room for {most} workers, not for {max(1, workers)}.")
    most_cpus = int(max(node.get("CPU", 0) for node in nodes))
    return workers, next(cpus for cpus in range(most_cpus, 0, -1) if room(cpus) >= workers)


def _places_on_gpus(node: Mapping[str, float], gpus_per_worker: float) -> int:
    """Number of workers for which a machine has GPUs; a worker's share is of one GPU."""
    gpus = int(node.get("GPU", 0))
    if not gpus_per_worker:
        return sys.maxsize
    if gpus_per_worker < 1:
        return gpus * int(1 / gpus_per_worker)
    return int(gpus / gpus_per_worker)
