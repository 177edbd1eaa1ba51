"""`benchmark`: speed of the α step, the forward pass and the curve, on this machine."""

import argparse
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch.utils.benchmark import Timer

from esrgan.cli.options import add_model, make_upscaler, write_text
from esrgan.inference import Upscaler
from esrgan.interpolation import interpolate
from esrgan.pixels import to_tensor

WINDOW_PX = 128
SEED = 0
SHORTEST_S = 1.0
"""Seconds for which each part is repeated; the median is printed."""


def add(command: argparse.ArgumentParser) -> None:
    """Declare the options."""
    add_model(command, "esrgan")
    command.add_argument("--json", type=Path, metavar="FILE", help="write the result")
    command.set_defaults(run=run, precision="fp32", alpha=None)


def run(options: argparse.Namespace) -> int:
    """Print how long each part takes."""
    upscaler = make_upscaler(options)
    result = {
        "model": upscaler.model.name,
        "device": str(upscaler.device),
        "threads": torch.get_num_threads(),
        "torch": torch.__version__,
        "window_px": WINDOW_PX,
        "ms": {name: 1e3 * median_seconds(part) for name, part in parts(upscaler).items()},
    }
    write_text(options.json, lambda: json.dumps(result, indent=2))
    print(describe(result))
    return 0


def parts(upscaler: Upscaler) -> dict[str, Callable[[], object]]:
    """Functions to time, by name, for a window of noise in single precision.

    Raises
    ------
    ValueError
        If the model has no two networks.
    """
    window = np.random.default_rng(SEED).integers(0, 256, (WINDOW_PX, WINDOW_PX, 3), np.uint8)
    curve = upscaler.curve(window)
    psnr, gan = upscaler.ends
    network = psnr.network(psnr.state)
    lr = to_tensor(window).to(upscaler.device, memory_format=torch.channels_last)
    return {
        "weights at one α": lambda: interpolate(psnr.state, gan.state, 0.5),
        "forward pass": torch.no_grad()(lambda: network(lr)),
        f"curve of {len(curve.nodes)} nodes": lambda: upscaler.curve(window),
        "one α of the curve": lambda: curve.at(0.37),
    }


def describe(result: Mapping[str, Any]) -> str:
    """Write the result as lines of text."""
    title = "{model} on {device}, {threads} threads, PyTorch {torch}, a window of {window_px}² px:"
    lines = [f"{name:20} {ms:10.2f} ms" for name, ms in result["ms"].items()]
    return "\n".join([title.format(**result), *lines])


def median_seconds(part: Callable[[], object]) -> float:
    """Measure the median time of a function; where a GPU computes, until it is ready."""
    timer = Timer("part()", globals={"part": part}, num_threads=torch.get_num_threads())
    return timer.blocked_autorange(min_run_time=SHORTEST_S).median
