"""`upscale`: enlarge pictures."""

import argparse
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from tqdm import tqdm

from esrgan.alpha_map import Map, to_alpha_map
from esrgan.cli.options import add_alpha, add_network, make_upscaler
from esrgan.cli.status import BAD_INPUT
from esrgan.files import write_atomically
from esrgan.images import encode_png, picture_files, read
from esrgan.inference import Upscaler


def add(command: argparse.ArgumentParser) -> None:
    """Declare the options."""
    command.add_argument("sources", nargs="+", type=Path, metavar="IMAGE_OR_DIR")
    command.add_argument("-o", "--output", type=Path, required=True, metavar="DIR")
    add_network(command, "esrgan")
    add_alpha(command)
    command.add_argument(
        "--alpha-map",
        type=Path,
        metavar="GREY.png",
        help="an alpha for every pixel: black 0, white 1, stretched over the picture; pairs only",
    )
    command.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Enlarge every picture; one that cannot be read is reported, and the others are enlarged."""
    upscaler = make_upscaler(options)
    alpha = options.alpha if options.alpha_map is None else _read_map(options, upscaler)
    targets = plan(options.sources, options.output, upscaler, alpha)
    status = 0
    for source, target in targets.items():
        try:
            write_atomically(target, _enlarged(upscaler, source, alpha))
        except ValueError as error:
            print(f"esrgan: {source.name}: {error}", file=sys.stderr)
            status = BAD_INPUT
    return status


def _read_map(options: argparse.Namespace, upscaler: Upscaler) -> Map:
    """Read the α map that the options name."""
    if options.alpha is not None:
        raise ValueError("--alpha and --alpha-map exclude each other.")
    if not upscaler.model.is_pair:
        raise ValueError(f"{upscaler.model.name} is a single model: --alpha-map needs a pair.")
    return to_alpha_map(read(options.alpha_map))


def plan(
    sources: Sequence[Path], folder: Path, upscaler: Upscaler, alpha: float | Map | None
) -> dict[Path, Path]:
    """Name the enlarged file of every source; a folder stands for the pictures in it.

    Raises
    ------
    ValueError
        If a source is missing, there is no picture, or two results would have the same name.
    """
    targets: dict[Path, Path] = {}
    for path in _files(sources):
        target = folder / upscaler.file_name(path.stem, alpha)
        if target in targets.values():
            raise ValueError(f"Two of the pictures would both become {target.name}.")
        targets[path] = target
    if not targets:
        raise ValueError("There is no picture to enlarge.")
    return targets


def _files(sources: Sequence[Path]) -> Iterator[Path]:
    """Every source that is a file, and the pictures of every source that is a folder."""
    for source in sources:
        if source.is_dir():
            yield from picture_files(source)
        elif source.exists():
            yield source
        else:
            raise ValueError(f"There is no file {source}.")


def _enlarged(upscaler: Upscaler, source: Path, alpha: float | Map | None) -> bytes:
    """Enlarge a picture, with a progress bar over its tiles; returns a PNG file."""
    picture = read(source)
    for note in picture.notes:
        print(f"esrgan: {source.name}: {note}", file=sys.stderr)
    with tqdm(desc=source.name, unit="tile", leave=False, disable=None) as bar:
        tiles = upscaler.tiles(picture.pixels, alpha)
        for progress in tiles:
            bar.total = progress.total
            bar.update(progress.done - bar.n)
    enlarged = tiles.result()
    if enlarged.p99 is not None:
        bound = f"by the curve, 99 % within {enlarged.p99:.2f} grey levels"
        print(f"esrgan: {source.name}: {bound}", file=sys.stderr)
    return encode_png(upscaler.finish(picture, enlarged.pixels))
