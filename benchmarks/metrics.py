"""Time the metrics of one 512x512 picture: `python -m benchmarks.metrics`.

On two idle cores NIQE must take less than 60 ms and all default metrics less than 250 ms. The best
and the median of several runs are printed.
"""

import statistics
import time
from collections.abc import Callable

import numpy as np
import torch
from skimage import data

from esrgan.evaluation import DEFAULT_METRICS, MetricInput, score
from esrgan.metrics import lr_psnr, niqe, perceptual_index, psnr, ssim
from esrgan.resize import imresize

NUM_RUNS = 20
NUM_THREADS = 2
LIMITS_MS = {"NIQE": 60, "all by default": 250}


def time_ms(work: Callable[[], object]) -> tuple[float, float]:
    """Best and median wall-clock time of one call, in milliseconds."""
    work()
    times: list[float] = []
    for _ in range(NUM_RUNS):
        start = time.perf_counter()
        work()
        times.append((time.perf_counter() - start) * 1000)
    return min(times), statistics.median(times)


def main() -> None:
    """Print a table of the times."""
    torch.set_num_threads(NUM_THREADS)
    hr = np.ascontiguousarray(data.astronaut())
    lr = imresize(hr, 1 / 4)
    sr = imresize(lr, 4)
    works: dict[str, Callable[[], object]] = {
        "PSNR": lambda: psnr(sr, hr),
        "SSIM": lambda: ssim(sr, hr),
        "NIQE": lambda: niqe(sr),
        "PI proxy": lambda: perceptual_index(sr),
        "LR-PSNR": lambda: lr_psnr(sr, lr),
        "all by default": lambda: score("", MetricInput(sr, hr, lr), DEFAULT_METRICS),
    }
    print(f"{'512x512':14} {'best/ms':>8} {'median/ms':>10} {'limit/ms':>9}")
    for name, work in works.items():
        best, median = time_ms(work)
        print(f"{name:14} {best:8.1f} {median:10.1f} {LIMITS_MS.get(name, '–'):>9}")


if __name__ == "__main__":
    main()
