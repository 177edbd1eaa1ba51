"""Measure a GPU in one command of a few minutes: `python -m benchmarks.gpu [--device cuda]`.

Prints, for a pair and a region of 128x128 pixels at each precision: milliseconds of a run with a
new α, live frames a second (that run, clamped, rounded to bytes and copied to the CPU), the curve,
and the share of the device's matrix limit that the network's convolutions reach. The limit is
measured, too: a product of two large matrices at the same precision. `--device cpu` rehearses it.
"""

import argparse
import json
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from esrgan import AlphaCurve, Upscaler
from esrgan.cli.benchmark import median_seconds
from esrgan.engine import Engine
from esrgan.pixels import to_pixels, to_tensor
from esrgan.weights import Generator

REGION_PX = 128
MATRIX_SIZES = {"cuda": 8192, "mps": 4096, "cpu": 1024}
DTYPES = {"fp32": torch.float32, "fp16": torch.float16, "bf16": torch.bfloat16}


def floating_point_operations(generator: Generator, lr: Tensor) -> int:
    """Count the multiplications and additions of a network's convolutions on one picture."""
    network, total = generator.network().cpu(), 0

    def count(layer: nn.Module, _: Any, output: Tensor) -> None:
        nonlocal total
        total += 2 * output.numel() * layer.get_parameter("weight")[0].numel()

    hooks = [
        layer.register_forward_hook(count)
        for layer in network.modules()
        if isinstance(layer, nn.Conv2d)
    ]
    with torch.no_grad():
        network(lr.cpu())
    for hook in hooks:
        hook.remove()
    return total


def matrix_limit(device: torch.device, dtype: torch.dtype) -> float:
    """Floating-point operations a second of a large matrix product."""
    size = MATRIX_SIZES[device.type]
    a, b = (torch.randn(size, size, device=device, dtype=dtype) for _ in range(2))

    def product() -> None:
        (a @ b)[0, 0].item()  # waits for the device

    return 2 * size**3 / median_seconds(product)


def measure(upscaler: Upscaler, name: str) -> dict[str, float]:
    """All figures of a pair at one precision."""
    engine = Engine(upscaler.ends, DTYPES[name])
    region = np.random.default_rng(0).integers(0, 256, (REGION_PX, REGION_PX, 3), np.uint8)
    lr, alphas = to_tensor(region), iter(range(1, 1 << 40))

    def run() -> Tensor:
        return engine.run(lr, next(alphas) % 1009 / 1009)

    def node(alpha: float) -> Any:
        return engine.run(lr, alpha)[0].permute(1, 2, 0).contiguous().numpy()

    operations = floating_point_operations(upscaler.ends[0], lr)
    forward = median_seconds(run)
    return {
        "run_ms": 1e3 * forward,
        "live_frames_per_s": 1 / median_seconds(lambda: to_pixels(run())),
        "curve_ms": 1e3 * median_seconds(lambda: AlphaCurve(node, tolerance=0).complete()),
        "tera_operations_per_s": operations / forward / 1e12,
        "share_of_limit": operations / forward / matrix_limit(upscaler.device, DTYPES[name]),
    }


def main() -> None:
    """Print the figures as JSON, and write them to a file on request."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--device", default="cuda")
    parser.add_argument("--models", default="esrgan", help="pairs, separated by commas")
    parser.add_argument("--json", type=Path, metavar="FILE")
    options = parser.parse_args()
    result: dict[str, Any] = {"torch": torch.__version__, "region_px": REGION_PX}
    for model in options.models.split(","):
        upscaler = Upscaler(model, device=options.device)
        is_cuda = upscaler.device.type == "cuda"
        result["device"] = torch.cuda.get_device_name() if is_cuda else str(upscaler.device)
        result[model] = {name: measure(upscaler, name) for name in DTYPES}
    text = json.dumps(result, indent=2)
    print(text)
    if options.json:
        options.json.write_text(text)


if __name__ == "__main__":
    main()
