"""Enlarges a folder by Ray in a process of its own; tells which process did each picture."""

import os
import sys
import time

from esrgan.cli.sources import find_sources
from esrgan.enlarging import EnlargeTask, Recipe, plan
from esrgan.ray_runner import RayRunner
from esrgan.setup import Setup
from esrgan.storage import to_location
from esrgan.weights import resolve

SHORTEST_S = 0.2


class SlowTask:
    """Enlarges a picture, not too fast, and returns the number of its process."""

    def __init__(self, task):
        self.task = task

    def __call__(self, job, report):
        time.sleep(SHORTEST_S)
        self.task(job, report)
        return os.getpid()


def main(folder, output):
    """Print index and process of every picture as it is done."""
    setup, recipe = Setup(resolve("esrgan"), device="cpu"), Recipe()
    output = to_location(output)
    found = find_sources([folder], any_depth=False, besides=output)
    jobs = plan(*zip(*found.pictures, strict=True), output, recipe.endings(setup.upscaler))
    runner = RayRunner(num_workers=2)
    for outcome in runner(SlowTask(EnlargeTask(setup, recipe)), jobs, lambda _: None):
        assert outcome.error is None, outcome
        print("done", outcome.index, outcome.result, flush=True)  # noqa: T201


if __name__ == "__main__":
    main(*sys.argv[1:])
