"""`interpolate`: blend the weights of two networks at one α and write the result."""

import argparse
from pathlib import Path

from esrgan.weights import load, save_generator
from esrgan.weights.pairs import between, check_generators


def add(command: argparse.ArgumentParser) -> None:
    """Declare the options."""
    command.add_argument("psnr", type=Path, metavar="PSNR")
    command.add_argument("gan", type=Path, metavar="GAN")
    command.add_argument(
        "-o",
        "--output",
        type=Path,
        required=True,
        metavar="OUT",
        help=".safetensors, or .pth in BasicSR's dialect for other programs",
    )
    command.add_argument("--alpha", type=float, required=True, help="0 is PSNR, 1 is GAN")
    command.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Write the network at one α between a PSNR-oriented and a GAN network."""
    psnr, gan = load(options.psnr), load(options.gan)
    check_generators(psnr, gan)
    names = (options.psnr.name, options.gan.name)
    save_generator(options.output, between(psnr, gan, options.alpha, names))
    return 0
