"""Compare engines on the CPU, interleaved: `python -m benchmarks.engines [--model NAME]`.

This package's engine beside ONNX Runtime, OpenVINO and ncnn, where they are installed, on a region
of 128x128 pixels. Each runs in a process of its own; the processes take turns, round after round.
The medians are printed as a Markdown table. `--beside N` runs N of each part at once.
"""

import argparse
import os
import platform
import resource
import statistics
import time
from collections.abc import Callable, Generator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import cycle
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path

from esrgan.threads import share_processor

REGION_PX, TILED_PX, TILE_PX = 128, 320, 160
"""Sides at LR size of the region, of the picture that is cut into tiles, and of the tiles."""
TASKS = {"fixed": "one α", "mixing": "a new α", "curve": "curve", "tiles": "tiles", "call": "call"}
SEED = 0
LONGEST_END_S = 10
"""How long a process may take to end after its last answer."""


def work(name: str, model: str, parts: list[str], beside: int, connection: Connection) -> None:
    """Run the process of an engine: tasks by the names that it receives; it sends the seconds."""
    share_processor()
    tasks = {key: task for key, task in _tasks(name, model).items() if key in parts}
    for task in tasks.values():
        task()  # what is done once, such as the choice of a kernel, is not measured
    connection.send(list(tasks))
    with ThreadPoolExecutor(beside) as pool:
        while key := connection.recv():
            start = time.perf_counter()
            for future in [pool.submit(tasks[key]) for _ in range(beside)]:
                future.result()
            connection.send(time.perf_counter() - start)
    connection.send(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


def _tasks(name: str, model: str) -> dict[str, Callable[[], object]]:
    """What is measured of an engine, by its key in `TASKS`."""
    import numpy as np

    from benchmarks.peers import PEERS, call
    from esrgan import AlphaCurve, Upscaler
    from esrgan.pixels import to_tensor
    from esrgan.tiles import enlarge

    upscaler = Upscaler(model)
    functions = PEERS[name].open(upscaler)
    random, alphas = np.random.default_rng(SEED), cycle((0.2, 0.4, 0.6, 0.8))
    region, large = (
        random.integers(0, 256, (side, side, 3), np.uint8) for side in (REGION_PX, TILED_PX)
    )
    lr, scale = to_tensor(region), upscaler.scale

    def ignore(_: object) -> None:
        """Take rows of the result."""

    def tiles() -> None:
        rows = enlarge(large, lambda x, _: functions.fixed(x), ignore, scale=scale, tile_px=TILE_PX)
        for _ in rows:
            pass

    tasks: dict[str, Callable[[], object]] = {"fixed": lambda: functions.fixed(lr), "tiles": tiles}
    if mixing := functions.mixing:
        tasks["mixing"] = lambda: mixing(lr, next(alphas))
        tasks["curve"] = lambda: AlphaCurve(
            lambda alpha: mixing(lr, alpha)[0].permute(1, 2, 0).contiguous().numpy(), tolerance=0
        ).complete()
    if name == "esrgan fp32":
        tasks["call"] = lambda: call(upscaler, region)
    return tasks


@contextmanager
def _processes(
    names: list[str], model: str, parts: list[str], beside: int
) -> Generator[dict[str, Connection]]:
    """A process for each engine, ready to be timed; ended at the end."""
    context, connections, processes = get_context("spawn"), {}, []
    for name in names:
        connections[name], theirs = context.Pipe()
        processes.append(context.Process(target=work, args=(name, model, parts, beside, theirs)))
        processes[-1].start()
        theirs.close()  # so that a process that ends early is noticed
    try:
        yield connections
    finally:
        for process in processes:
            process.join(LONGEST_END_S)
            process.terminate()


def measure(
    names: list[str], model: str, parts: list[str], rounds: int, beside: int
) -> dict[str, dict[str, float]]:
    """Time all engines in turn; returns median seconds by task, and 'MB' of memory, by engine."""
    with _processes(names, model, parts, beside) as connections:
        tasks = {name: connection.recv() for name, connection in connections.items()}
        seconds = {name: {key: [] for key in keys} for name, keys in tasks.items()}
        for _ in range(rounds):
            for key in TASKS:
                for name, connection in connections.items():
                    if key in tasks[name]:
                        connection.send(key)
                        seconds[name][key].append(connection.recv())
        results = {
            name: {key: statistics.median(times) for key, times in by_key.items()}
            for name, by_key in seconds.items()
        }
        for name, connection in connections.items():
            connection.send(None)
            results[name]["MB"] = connection.recv()
    return results


def table(results: dict[str, dict[str, float]]) -> str:
    """Write the results, in milliseconds and megabytes, as a Markdown table."""
    lines = [f"| ms | {' | '.join(TASKS.values())} | memory, MB |", "|---|---|---|---|---|---|---|"]
    for name, result in results.items():
        ms = [f"{1e3 * result[key]:.0f}" if key in result else "–" for key in TASKS]
        lines.append(f"| {name} | {' | '.join(ms)} | {result['MB']:.0f} |")
    return "\n".join(lines)


def processor() -> str:
    """Name of this machine's processor, and its number of cores."""
    names = Path("/proc/cpuinfo")
    lines = names.read_text().splitlines() if names.exists() else []
    models = [line.partition(": ")[2] for line in lines if line.startswith("model name")]
    return f"{next(iter(models), platform.processor())}, {os.cpu_count()} cores"


def main() -> None:
    """Print the table."""
    from benchmarks.peers import PEERS

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", default="esrgan")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--beside", type=int, default=1, metavar="N", help="as many at once")
    parser.add_argument("--engines", default=",".join(PEERS), metavar="LIST")
    parser.add_argument("--parts", default=",".join(TASKS), metavar="LIST", help="of each engine")
    options = parser.parse_args()
    names = [name for name in options.engines.split(",") if PEERS[name].is_installed]
    print(f"{options.model} on {processor()}; {options.beside} at once, {options.rounds} rounds\n")
    parts = options.parts.split(",")
    print(table(measure(names, options.model, parts, options.rounds, options.beside)))


if __name__ == "__main__":
    main()
