"""`interpolate`: write the network between two."""

import argparse
import json
from pathlib import Path

import torch

from esrgan.interpolation import interpolate
from esrgan.weights import load, save_weights


def add(command: argparse.ArgumentParser) -> None:
    """Declare the options."""
    command.add_argument("psnr", type=Path, metavar="PSNR")
    command.add_argument("gan", type=Path, metavar="GAN")
    command.add_argument("-o", "--output", type=Path, required=True, metavar="OUT.safetensors")
    command.add_argument("--alpha", type=float, required=True, help="0 is PSNR, 1 is GAN")
    command.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Write a network between two, in single precision."""
    psnr, gan = load(options.psnr), load(options.gan)
    state = interpolate(psnr.state, gan.state, options.alpha)
    origin = {"psnr": options.psnr.name, "gan": options.gan.name, "alpha": options.alpha}
    metadata = {
        "architecture": psnr.architecture,
        "config": json.dumps(dict(psnr.config)),
        "interpolation": json.dumps(origin),
    }
    save_weights(options.output, state, metadata, dtype=torch.float32)
    return 0
