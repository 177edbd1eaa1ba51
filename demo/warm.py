"""Rebuild the examples beforehand: `python -m demo.warm`.

An image is built with it; a page that finds no examples kept runs it beside itself.
"""

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from demo import first_sight, networks
from demo.links import FIRST_EXAMPLE
from esrgan.weights import Model
from examples.pictures import PICTURES

ROOT = Path(__file__).parents[1]
NICENESS = 10
"""A visitor's work goes first."""


def missing(pair: Model) -> list[str]:
    """The examples that are not kept, that of the first sight before the others."""
    names = sorted(PICTURES, key=lambda name: name != FIRST_EXAMPLE)
    return [name for name in names if first_sight.find(name, pair) is None]


def beside() -> subprocess.Popen[bytes] | None:
    """Start a process that rebuilds what is missing; None where nothing is."""
    if not missing(networks.first_pair()):
        return None
    command = [sys.executable, "-m", "demo.warm"]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL)


def main() -> None:
    """Rebuild what is missing; stop when whoever started this has gone."""
    pair, parent = networks.first_pair(), os.getppid()
    if hasattr(os, "nice"):
        os.nice(NICENESS)
    with tempfile.TemporaryDirectory() as folder:
        os.environ["GRADIO_TEMP_DIR"] = folder
        for name in missing(pair):
            if os.getppid() != parent:
                return
            start = time.monotonic()
            first_sight.keep(name, pair)
            print(f"{name}: {time.monotonic() - start:.1f} s", flush=True)


if __name__ == "__main__":
    main()
