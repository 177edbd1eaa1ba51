"""Measure seconds a megapixel of one process and of Ray's workers: `python -m benchmarks.scale`.

Pictures are enlarged from files into files, as by `esrgan upscale`; the pixels counted are those of
the small pictures. Rounds of both alternate, and the start of Ray and the first pictures are left
out.
"""

import argparse
import os
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import torch

from esrgan.enlarging import EnlargeTask, Job, Recipe, plan
from esrgan.images import Picture, encode_png
from esrgan.jobs import Runner, run_here
from esrgan.ray_runner import RayRunner
from esrgan.setup import Setup
from esrgan.weights import resolve
from examples.pictures import PICTURES

MILLION = 1_000_000
HOUR_S = 3600


@dataclass(frozen=True)
class Speed:
    """Seconds a megapixel of the small pictures: on the clock, and of this process's CPUs."""

    clock_s: float
    cpu_s: float


def measure(runner: Runner, task: EnlargeTask, jobs: Sequence[Job], px: int) -> Speed:
    """Enlarge pictures of `px` pixels each; the first quarter of them is not counted."""
    clock: list[float] = []
    cpu: list[float] = []
    for outcome in runner(task, jobs, lambda _: None):
        if outcome.error:
            raise ValueError(outcome.error)
        clock.append(time.perf_counter())
        cpu.append(time.process_time())
    first = len(jobs) // 4
    megapixels = (len(jobs) - 1 - first) * px / 1e6
    return Speed(*((times[-1] - times[first]) / megapixels for times in (clock, cpu)))


def main() -> None:
    """Print every measurement, and what a million pictures take at it."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--model", default="esrgan")
    parser.add_argument("--device", default="auto")
    parser.add_argument("--side", type=int, default=256, help="of a picture, in pixels")
    parser.add_argument("--pictures", type=int, default=16)
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--threads", type=int, default=os.cpu_count(), help="of one process")
    parser.add_argument("--workers", type=int, default=os.cpu_count(), help="of Ray; 0: no Ray")
    parser.add_argument("--gpus-per-worker", type=float, default=0)
    parser.add_argument("--price", type=float, default=0.0, help="of an hour of this machine")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    task = EnlargeTask(Setup(resolve(options.model), options.device), Recipe())
    runners: dict[str, Runner] = {f"one process, {options.threads} threads": run_here}
    if options.workers:
        ray = RayRunner(None, options.workers, options.gpus_per_worker)
        runners[f"Ray, {options.workers} workers"] = ray
    with TemporaryDirectory() as scratch:
        jobs = write_pictures(Path(scratch), options.side, options.pictures, task)
        for _ in range(options.rounds):
            for name, runner in runners.items():
                report(name, measure(runner, task, jobs, options.side**2), options.price)


def write_pictures(folder: Path, side: int, count: int, task: EnlargeTask) -> list[Job]:
    """Write different pictures, and plan their results beside them."""
    cat = np.asarray(PICTURES["cat"]())
    rows, columns = (np.arange(side) % length for length in cat.shape[:2])
    paths = [folder / f"{number}.png" for number in range(count)]
    for number, path in enumerate(paths):
        turned = np.roll(cat, number, axis=1)[rows][:, columns]
        path.write_bytes(encode_png(Picture(np.ascontiguousarray(turned))))
    names = [path.name for path in paths]
    return plan(paths, names, folder / "out", task.recipe.endings(task.setup.upscaler))


def report(name: str, speed: Speed, price: float) -> None:
    """Print one way's speed, and what a million pictures of one megapixel take and cost."""
    hours = speed.clock_s * MILLION / HOUR_S
    cost = f", {hours * price:,.0f} at {price:g} an hour" if price else ""
    taken = f"{speed.clock_s:.2f} s a megapixel ({speed.cpu_s:.2f} CPU-seconds in this process)"
    print(f"{name}: {taken}; a million megapixels: {hours:,.0f} hours{cost}", flush=True)


if __name__ == "__main__":
    main()
