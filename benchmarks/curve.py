"""Measure error and time of the α-curve: `python -m benchmarks.curve --data DIR [--model NAME]`.

For every picture and number of nodes, the curve's 8-bit pixels, of nodes rounded as the page does,
are compared with the fp32 network's output at 21 α; and the time of a node is printed.
"""

import argparse
import os
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from demo.planes import STEPS
from demo.scene import SIDES_PX, Mode, curve, place, upscaler
from esrgan.images import Picture, read
from esrgan.interpolation.curve import STAGES, AlphaCurve, CurveError, measure_error
from esrgan.resize import imresize
from examples.pictures import PICTURES

ALPHAS = [index / 20 for index in range(21)]
BSD100_PICTURES = 10


def pictures(folder: Path | None) -> Iterator[tuple[str, NDArray]]:
    """Names and LR pixels: two charts, and where there is a folder, pictures of its test sets."""
    for name in ("text", "zone plate"):
        yield name, imresize(np.asarray(PICTURES[name]()), 1 / 4)
    if folder is None:
        return
    for name, count in (("Set5", None), ("Set14", None), ("BSD100", BSD100_PICTURES)):
        for path in sorted((folder / name / "LRx4").glob("*.png"))[:count]:
            yield f"{name}/{path.stem}", read(path).pixels


class Exact:
    """The network on one window of a picture; caches its outputs and records their times."""

    def __init__(self, pixels: NDArray, model: str) -> None:
        scene = place(Picture(pixels), Mode.ENLARGE, 0.5, 0.5, upscaler(model).scale)
        self.seconds: list[float] = []
        self._render, self._outputs = curve(scene, model).render, dict[float, NDArray]()

    def __call__(self, alpha: float) -> NDArray[np.float32]:
        """The network's output at one α, float32 (H, W, 3)."""
        if alpha not in self._outputs:
            start = time.perf_counter()
            self._outputs[alpha] = self._render(alpha)
            self.seconds.append(time.perf_counter() - start)
        return self._outputs[alpha]


def errors(exact: Exact, count: int) -> CurveError:
    """Errors of a curve of `count` nodes: of rms, p99 and worst each the largest of 21 α."""
    grown = AlphaCurve(exact, tolerance=0, max_nodes=count, step=STEPS[SIDES_PX[0]]).complete()
    at_alphas = [measure_error(alpha, grown.at(alpha), exact(alpha)) for alpha in ALPHAS]
    worst = max(at_alphas, key=lambda error: error.p99)
    rms, largest = max(e.rms for e in at_alphas), max(e.worst for e in at_alphas)
    return CurveError(worst.alpha, rms, worst.p99, largest)


def page_curve(exact: Exact) -> AlphaCurve:
    """The curve with the settings of the page: it stops at its tolerance."""
    return AlphaCurve(exact, step=STEPS[SIDES_PX[0]]).complete()


def row(name: str, exact: Exact) -> tuple[str, float]:
    """A line of the table, and the p99 of a curve of as many nodes as the page's has."""
    by_count = {count: errors(exact, count) for count in STAGES}
    stopped = page_curve(exact)
    count = len(stopped.nodes)
    cells = [f"{e.rms:5.2f} {e.p99:5.2f} {e.worst:5.1f}" for e in by_count.values()]
    ends = f"{count} {stopped.p99:5.2f} {by_count[count].p99:5.2f}"
    milliseconds = 1000 * float(np.median(exact.seconds))
    return f"{name:22} | {' | '.join(cells)} | {ends} | {milliseconds:4.0f}", by_count[count].p99


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, help="folder with Set5, Set14 and BSD100")
    parser.add_argument("--model", default="esrgan", help="a pair")
    options = parser.parse_args()
    print("grey levels, the worst of 21 α; K, its p99 as the page says it and at 21 α; ms a node")
    columns = " | ".join(f"K={count}: rms p99 worst" for count in STAGES)
    print(f"{'picture':22} | {columns} | K page 21α | ms")
    bounds: list[float] = []
    for name, pixels in pictures(options.data):
        line, bound = row(name, Exact(pixels, options.model))
        bounds.append(bound)
        print(line, flush=True)
    within = sum(bound <= 1 for bound in bounds)
    print(f"{within} of {len(bounds)} pictures: 99 % within one grey level at each of 21 α")
    print(f"load {os.getloadavg()[0]:.1f}, {torch.get_num_threads()} threads")


if __name__ == "__main__":
    main()
