"""Measure seconds a megapixel of one process and of Ray's workers: `python -m benchmarks.scale`.

Pictures are enlarged from files into files, as by `esrgan upscale`; the pixels counted are those of
the small pictures. Rounds of both alternate, and the start of Ray and the first pictures are left
out. The last lines say what a million pictures of one megapixel take.
"""

import argparse
import os
import time
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from statistics import median
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


def seconds_per_megapixel(runner: Runner, task: EnlargeTask, jobs: Sequence[Job], px: int) -> float:
    """Enlarge pictures of `px` pixels; the time between the first quarter and the last one."""
    times: list[float] = []
    for outcome in runner(task, jobs, lambda _: None):
        if outcome.error:
            raise ValueError(outcome.error)
        times.append(time.perf_counter())
    first = len(times) // 4
    return (times[-1] - times[first]) / (len(times) - 1 - first) / (px / 1e6)


def in_threads(threads: int, *arguments: object) -> float:
    """Measure one process with a number of threads."""
    torch.set_num_threads(threads)
    return seconds_per_megapixel(run_here, *arguments)  # type: ignore[arg-type]


def main() -> None:
    """Print the medians of all rounds."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--model", default="esrgan")
    parser.add_argument("--device", default="auto")
    parser.add_argument("--side", type=int, default=256, help="of a picture, in pixels")
    parser.add_argument("--pictures", type=int, default=16)
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--workers", type=int, default=os.cpu_count(), help="of Ray; 0: no Ray")
    parser.add_argument("--gpus-per-worker", type=float, default=0)
    parser.add_argument("--price", type=float, default=0.0, help="of an hour of this machine")
    options = parser.parse_args()
    threads = os.cpu_count() or 1
    task = EnlargeTask(Setup(resolve(options.model), options.device), Recipe())
    with TemporaryDirectory() as scratch:
        jobs = write_pictures(Path(scratch), options.side, options.pictures, task)
        arguments = (task, jobs, options.side**2)
        ways = {f"one process, {threads} threads": partial(in_threads, threads, *arguments)}
        if options.workers:
            ray = RayRunner(None, options.workers, options.gpus_per_worker)
            ways[f"Ray, {options.workers} workers"] = partial(
                seconds_per_megapixel, ray, *arguments
            )
        rounds = [{name: way() for name, way in ways.items()} for _ in range(options.rounds)]
    for name in ways:
        report(name, median(taken[name] for taken in rounds), options.price)


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


def report(name: str, seconds: float, price: float) -> None:
    """Print one way's speed, and what a million pictures of one megapixel take and cost."""
    hours = seconds * MILLION / HOUR_S
    cost = f", {hours * price:,.0f} at {price:g} an hour" if price else ""
    print(f"{name}: {seconds:.2f} s a megapixel; a million: {hours:,.0f} hours{cost}", flush=True)


if __name__ == "__main__":
    main()
