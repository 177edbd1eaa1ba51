"""Options that several commands share, and what the commands make of them."""

import argparse
import os
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from huggingface_hub.utils import logging as hub_logging
from tqdm import tqdm

from esrgan.cli.progress import Item
from esrgan.cli.sources import tell_results
from esrgan.evaluation import DEFAULT_METRICS, METRICS, MetricModels, find_pairs
from esrgan.files import write_atomically
from esrgan.inference import DEFAULT_TILE_PX, Upscaler
from esrgan.jobs import describe
from esrgan.metrics.lpips import load_lpips
from esrgan.metrics.pristine_model import DEFAULT_MODEL, EMBEDDED, load_model
from esrgan.precision import PRECISIONS
from esrgan.setup import Setup
from esrgan.storage import absolute, check_writable, identity, to_location
from esrgan.weights import MODELS, Model, download, is_cached, resolve

LPIPS_VARIABLE = "ESRGAN_LPIPS"


def add_model(command: argparse.ArgumentParser, default: str | None) -> None:
    """Declare the options that choose the model and the device."""
    known = ", ".join(MODELS)
    command.add_argument(
        "--model",
        default=default,
        required=default is None,
        help=f"{known}, or a weights file (with --model-gan: the PSNR-oriented end)",
    )
    command.add_argument("--model-gan", metavar="FILE", help="the GAN end of a pair of files")
    command.add_argument("--download", action="store_true", help="fetch the model if need be")
    command.add_argument("--device", default="auto", help="auto, cpu, cuda or mps")
    command.set_defaults(precision="auto", tile_px=DEFAULT_TILE_PX)


def add_network(command: argparse.ArgumentParser, default: str | None) -> None:
    """Declare the options of every command that enlarges pictures."""
    add_model(command, default)
    command.add_argument("--precision", default="auto", choices=list(PRECISIONS))
    command.add_argument("--tile-px", type=int, default=DEFAULT_TILE_PX, metavar="N")


def add_alpha(command: argparse.ArgumentParser) -> None:
    """Declare the option of commands that use one α."""
    command.add_argument("--alpha", type=float, help="0 faithful … 1 vivid; pairs only (default 1)")


def make_upscaler(options: argparse.Namespace) -> Upscaler:
    """Open the model that the options name; refuse an α that does not fit it."""
    upscaler = make_setup(options).upscaler
    upscaler.alpha(options.alpha)
    return upscaler


def make_setup(options: argparse.Namespace) -> Setup:
    """Settings of the model that the options name, which is downloaded where they allow it."""
    return setup_of(resolve(options.model, options.model_gan), options)


def setup_of(model: Model, options: argparse.Namespace) -> Setup:
    """Settings of a model with the device, precision and tiles that the options name."""
    if options.download:
        fetch(model)
    return Setup(model, options.device, options.precision, options.tile_px)


def add_scoring(command: argparse.ArgumentParser) -> None:
    """Declare the options of every command that scores a folder of pictures."""
    command.add_argument("--hr", type=to_location, required=True, metavar="DIR", help="originals")
    command.add_argument(
        "--lr",
        type=to_location,
        metavar="DIR",
        help="reduced pictures (default: made from the originals)",
    )
    command.add_argument("--recursive", action="store_true", help="pictures of folders below, too")
    command.add_argument(
        "--metrics",
        metavar="LIST",
        help=f"of {', '.join(METRICS)} (default: {','.join(DEFAULT_METRICS)})",
    )
    command.add_argument(
        "--lpips",
        type=Path,
        default=os.environ.get(LPIPS_VARIABLE) or None,
        metavar="FILE_OR_DIR",
        help=f"weights of LPIPS or ST-LPIPS (default: ${LPIPS_VARIABLE}); adds it to the metrics",
    )
    command.add_argument(
        "--niqe-model",
        metavar="NAME_OR_FILE",
        help=f"NIQE's model of natural pictures: {', '.join(EMBEDDED)}, or a file "
        f"(default: {DEFAULT_MODEL})",
    )
    command.add_argument("--json", type=Path, metavar="FILE", help="write the report")
    command.add_argument("--csv", type=Path, metavar="FILE", help="write a table")
    command.add_argument("--markdown", type=Path, metavar="FILE", help="write a table")


def scoring_items(options: argparse.Namespace) -> list[Item]:
    """The pictures of the test set that the options name; says how many are left out."""
    lr = None if options.lr is None else absolute(options.lr)
    pairs = find_pairs(absolute(options.hr), lr, any_depth=options.recursive)
    tell_results(filter(None, (options.hr, lr)), any_depth=options.recursive)
    return [Item(pair, identity(pair.hr)) for pair in pairs]


def metric_names(options: argparse.Namespace, metric_models: MetricModels) -> list[str]:
    """The metrics that the options name, else the default ones, with LPIPS where it has weights."""
    if options.metrics is not None:
        return [name.strip() for name in options.metrics.split(",")]
    return [*DEFAULT_METRICS, *([metric_models.lpips.key] if metric_models.lpips else [])]


def load_metric_models(options: argparse.Namespace) -> MetricModels:
    """Load the models of NIQE and LPIPS that the options name."""
    return MetricModels(
        pristine=load_model(options.niqe_model) if options.niqe_model else None,
        lpips=load_lpips(options.lpips) if options.lpips else None,
    )


def check_outputs(paths: Iterable[Path | None]) -> None:
    """Refuse files that cannot be written, before their content is computed.

    Raises
    ------
    ValueError
        With the file's path and the reason.
    """
    for path in filter(None, paths):
        try:
            check_writable(path)
        except OSError as error:
            raise ValueError(f"{path}: {describe(error)}") from None


def write_text(path: Path | None, make: Callable[[], str]) -> None:
    """Write a file, if an option names one."""
    if path is not None:
        write_atomically(path, make().encode(errors="surrogateescape"))


def fetch(model: Model) -> None:
    """Download a model that is not cached, with a progress bar and notes on standard error."""
    if is_cached(model):
        return
    hub_logging.set_verbosity_error()  # its warnings about retries would hide our message
    print(f"esrgan: downloading {model.describe_download()}", file=sys.stderr)
    with tqdm(total=0, unit="B", unit_scale=True, leave=False, disable=None) as bar:
        for transfer in download(model):
            bar.total = transfer.total
            bar.set_description(transfer.name, refresh=False)
            bar.update(transfer.done - bar.n)
            if transfer.note:
                print(f"esrgan: {transfer.note}", file=sys.stderr)


def with_progress(items: Iterable[Any], total: int) -> Iterable[Any]:
    """Yield the items, with a progress bar where standard error is a terminal."""
    return tqdm(items, total=total, unit="picture", leave=False, disable=None)
