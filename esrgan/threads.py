"""How a program's threads use the processor; to be called before PyTorch is loaded."""

import math
import os
from collections.abc import MutableMapping
from pathlib import Path

SPINS = "1000"
"""Rounds, a few microseconds, for which a thread checks whether the others are ready before it
sleeps. None at all would cost 9 % on an idle machine, this many cost 4 %."""
CONTROL_GROUP = Path("/sys/fs/cgroup")


def share_processor(environment: MutableMapping[str, str] = os.environ) -> None:
    """Make PyTorch's threads wait without computing, and start no more of them than may run.

    By default a thread that has finished its part of a layer keeps its core busy until the others
    have, which takes the core from whoever else needs it: beside another busy process a run then
    takes up to ten times as long instead of twice (docs/performance.md). And PyTorch counts the
    cores of the machine, not those that a container may use.

    Parameters
    ----------
    environment
        Gets GOMP_SPINCOUNT and, in a container of limited processor time, OMP_NUM_THREADS, unless
        they are set. They count if PyTorch is loaded afterwards.
    """
    if "OMP_WAIT_POLICY" not in environment:
        environment.setdefault("GOMP_SPINCOUNT", SPINS)
    limit = processor_limit()
    if limit is not None and limit < (os.cpu_count() or 1):
        environment.setdefault("OMP_NUM_THREADS", str(limit))


def processor_limit(group: Path = CONTROL_GROUP) -> int | None:
    """Read how many processors this container may use, rounded up; None without a limit.

    Parameters
    ----------
    group
        Folder of the control group, of version 2 (cpu.max) or 1 (cpu/cpu.cfs_quota_us).
    """
    for quota_file, period_file in (
        ("cpu.max", "cpu.max"),
        ("cpu/cpu.cfs_quota_us", "cpu/cpu.cfs_period_us"),
    ):
        try:
            quota = (group / quota_file).read_text().split()[0]
            period = (group / period_file).read_text().split()[-1]
        except (OSError, IndexError):
            continue
        if quota.isdigit() and period.isdigit() and int(period) > 0:
            return max(1, math.ceil(int(quota) / int(period)))
        return None
    return None
