"""`interpolate`: blend the weights of two networks at one α and write the result."""

import argparse
import json
from dataclasses import replace
from pathlib import Path

from esrgan.interpolation import interpolate
from esrgan.weights import load, save_generator
from esrgan.weights.pairs import check_generators


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
    """Write the network at one α between a PSNR-oriented and a GAN network, in float32.

    Its metadata hold both licences, and the record of the GAN network's training.
    """
    psnr, gan = load(options.psnr), load(options.gan)
    check_generators(psnr, gan)
    state = interpolate(psnr.state, gan.state, options.alpha)
    origin = {"psnr": options.psnr.name, "gan": options.gan.name, "alpha": options.alpha}
    metadata = {"interpolation": json.dumps(origin)}
    if "training" in gan.metadata:
        metadata["training"] = gan.metadata["training"]
    licences = [end.metadata["licence"] for end in (psnr, gan) if "licence" in end.metadata]
    if licences:
        metadata["licence"] = "; ".join(dict.fromkeys(licences))
    save_generator(options.output, replace(psnr, state=state, metadata=metadata))
    return 0
