"""`interpolate`: write the network between two."""

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
    """Write a network between two that make a pair, in single precision.

    It keeps their licences, and the record of the GAN end's training.
    """
    psnr, gan = load(options.psnr), load(options.gan)
    check_generators(psnr, gan)
    state = interpolate(psnr.state, gan.state, options.alpha)
    origin = {"psnr": options.psnr.name, "gan": options.gan.name, "alpha": options.alpha}
    kept = {key: gan.metadata[key] for key in ("training",) if key in gan.metadata}
    metadata = {"interpolation": json.dumps(origin)} | kept
    licences = [end.metadata["licence"] for end in (psnr, gan) if "licence" in end.metadata]
    if licences:
        metadata["licence"] = "; ".join(dict.fromkeys(licences))
    save_generator(options.output, replace(psnr, state=state, metadata=metadata))
    return 0
