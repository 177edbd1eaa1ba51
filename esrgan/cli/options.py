"""Options and habits that several commands share."""

import argparse
from collections.abc import Iterable
from typing import Any

from tqdm import tqdm

from esrgan.inference import DEFAULT_TILE_PX, PRECISIONS, Upscaler
from esrgan.weights import MODELS, resolve

BAD_INPUT = 2


def add_network(command: argparse.ArgumentParser, default: str | None) -> None:
    """Options of every command that runs a network."""
    known = ", ".join(MODELS)
    command.add_argument(
        "--model",
        default=default,
        required=default is None,
        help=f"{known}, or a .safetensors file (with --model-gan: the PSNR-oriented end)",
    )
    command.add_argument("--model-gan", metavar="FILE", help="the GAN end of a pair of files")
    command.add_argument("--alpha", type=float, help="0 faithful … 1 vivid; pairs only (default 1)")
    command.add_argument("--device", default="auto", help="auto, cpu or cuda")
    command.add_argument("--precision", default="auto", choices=list(PRECISIONS))
    command.add_argument("--tile-px", type=int, default=DEFAULT_TILE_PX, metavar="N")


def make_upscaler(options: argparse.Namespace) -> Upscaler:
    """The model that the options ask for; α is checked at once."""
    upscaler = Upscaler(
        resolve(options.model, options.model_gan),
        device=options.device,
        precision=options.precision,
        tile_px=options.tile_px,
    )
    upscaler.alpha(options.alpha)
    return upscaler


def watched(items: Iterable[Any], total: int) -> Iterable[Any]:
    """The items, with a progress bar on a terminal."""
    return tqdm(items, total=total, unit="picture", leave=False, disable=None)
