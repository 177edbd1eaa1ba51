"""Error and cost of the α-curve: `python -m benchmarks.curve --data BENCHMARKS [--model NAME]`.

For every picture: the page's pixels (8-bit, encoding included) against the fp32 network at 21 α,
by the number of nodes; and how long a node takes.
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
    """Small pictures: two charts, and the benchmarks' reduced ones where there is a folder."""
    for name in ("text", "zone plate"):
        yield name, imresize(np.asarray(PICTURES[name]()), 1 / 4)
    if folder is None:
        return
    for name, count in (("Set5", None), ("Set14", None), ("BSD100", BSD100_PICTURES)):
        for path in sorted((folder / name / "LRx4").glob("*.png"))[:count]:
            yield f"{name}/{path.stem}", read(path).pixels


class Exact:
    """The network on one window; remembers what it has rendered, and how long it took."""

    def __init__(self, pixels: NDArray, model: str) -> None:
        scene = place(Picture(pixels), Mode.ENLARGE, 0.5, 0.5, upscaler(model).scale)
        self.seconds: list[float] = []
        self._render, self._known = curve(scene, model).render, dict[float, NDArray]()

    def __call__(self, alpha: float) -> NDArray[np.float32]:
        """The exact output at one α."""
        if alpha not in self._known:
            start = time.perf_counter()
            self._known[alpha] = self._render(alpha)
            self.seconds.append(time.perf_counter() - start)
        return self._known[alpha]


def errors(exact: Exact, count: int) -> CurveError:
    """The largest error at 21 α of a curve of `count` nodes, each figure at its worst α."""
    grown = AlphaCurve(exact, tolerance=0, max_nodes=count, step=STEPS[SIDES_PX[0]]).complete()
    found = [measure_error(alpha, grown.at(alpha), exact(alpha)) for alpha in ALPHAS]
    worst = max(found, key=lambda error: error.p99)
    rms, largest = max(e.rms for e in found), max(e.worst for e in found)
    return CurveError(worst.alpha, rms, worst.p99, largest)


def reached(exact: Exact) -> AlphaCurve:
    """The curve as the page grows it."""
    return AlphaCurve(exact, step=STEPS[SIDES_PX[0]]).complete()


def row(name: str, exact: Exact) -> tuple[str, float]:
    """One line of the table, and the p99 at the number of nodes that the page stops at."""
    by_count = {count: errors(exact, count) for count in STAGES}
    stopped = reached(exact)
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
