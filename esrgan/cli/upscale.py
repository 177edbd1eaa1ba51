"""`upscale`: enlarge pictures."""

import argparse
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import inf
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory

from tqdm import tqdm

from esrgan.alpha_map import Map, to_alpha_map
from esrgan.cli.alphas import parse_alphas
from esrgan.cli.options import add_network, check_outputs, make_setup
from esrgan.cli.progress import Item, failures_in, tell, work_through
from esrgan.cli.runners import add_runner, make_runner
from esrgan.cli.sources import Named, find_sources
from esrgan.cli.status import BAD_INPUT
from esrgan.encoders import ENCODERS, format_of
from esrgan.enlarging import Enlarged, EnlargeTask, Job, Recipe, plan
from esrgan.folders import is_picture
from esrgan.images import FILE_LIMITS, JPEG_QUALITY, read
from esrgan.jobs import Outcome, describe, parse_shard, shard
from esrgan.storage import (
    Location,
    absolute,
    check_writable,
    file_key,
    identity,
    is_folder,
    join,
    name_of,
    read_bytes,
    to_location,
)
from esrgan.weights import Model

PIPE = "-"
"""Stands for standard input or output."""
STDIN_NAME = "stdin"
TRIAL = "trial"
"""Name of a file that is tried in the folder for results and does not stay."""


def add(command: argparse.ArgumentParser) -> None:
    """Declare the options."""
    command.add_argument("sources", nargs="+", metavar="IMAGE_OR_DIR", help="or - for a pipe")
    command.add_argument(
        "-o",
        "--output",
        required=True,
        metavar="DIR_OR_FILE",
        help="a folder; for one picture also a .png, .jpg or .webp, or - for a pipe",
    )
    add_network(command, "esrgan")
    command.add_argument(
        "--alpha",
        type=parse_alphas,
        metavar="LIST",
        help="0 faithful … 1 vivid, such as 0.8 or 0,0.5,1; pairs only (default 1)",
    )
    command.add_argument(
        "--alpha-map",
        type=Path,
        metavar="GREY.png",
        help="an alpha for every pixel: black 0, white 1, stretched over the picture; pairs only",
    )
    _add_results(command)
    _add_selection(command)
    add_runner(command)
    command.set_defaults(run=run)


def _add_results(command: argparse.ArgumentParser) -> None:
    """Declare the options of what results are like."""
    command.add_argument("--format", choices=list(ENCODERS), help="of results (default png)")
    command.add_argument(
        "--quality", type=int, metavar="Q", help=f"of JPEG and WebP, 1 to 100 ({JPEG_QUALITY})"
    )
    command.add_argument(
        "--outscale",
        type=float,
        metavar="S",
        help="ratio of output to input size: the network's scale, then bicubic",
    )
    command.add_argument(
        "--tta", action="store_true", help="mean over eight symmetries: the '+' of publications"
    )
    command.add_argument(
        "--wrap", action="store_true", help="seamless textures: the results fit at all borders"
    )
    command.add_argument(
        "--keep-metadata",
        action="store_true",
        help="keep date, camera, copyright and resolution; never the place",
    )


def _add_selection(command: argparse.ArgumentParser) -> None:
    """Declare the options of which pictures are enlarged."""
    command.add_argument(
        "--recursive", action="store_true", help="pictures of folders below, too; the tree is kept"
    )
    command.add_argument(
        "--skip-existing", action="store_true", help="leave results that are there as they are"
    )
    command.add_argument(
        "--shard",
        default="1/1",
        metavar="K/N",
        help="only every N-th picture from the K-th, for N machines",
    )


def run(options: argparse.Namespace) -> int:
    """Enlarge every picture; one that cannot be enlarged is named, and the others are enlarged."""
    if PIPE not in (*options.sources, options.output):
        return _run(options)
    with TemporaryDirectory(prefix="esrgan-") as folder:
        return _run_piped(options, Path(folder))


def _run_piped(options: argparse.Namespace, folder: Path) -> int:
    """Enlarge with standard input as a source, or standard output as the file, or both."""
    inner = argparse.Namespace(**vars(options))
    if PIPE in options.sources:
        source = folder / STDIN_NAME
        source.write_bytes(sys.stdin.buffer.read())
        inner.sources = [str(source) if word == PIPE else word for word in options.sources]
    if options.output != PIPE:
        return _run(inner)
    if sys.stdout.isatty():
        raise ValueError("-o - writes a picture, which a terminal does not show: name a file.")
    result = folder / f"result.{options.format or 'png'}"
    inner.output = str(result)
    status = _run(inner)
    if result.exists():
        sys.stdout.buffer.write(result.read_bytes())
        sys.stdout.buffer.flush()
    return status


def _run(options: argparse.Namespace) -> int:
    """Enlarge files into files."""
    start, part = time.monotonic(), parse_shard(options.shard)
    runner, output = make_runner(options), to_location(options.output)
    recipe = _recipe(options, output)
    found = find_sources(options.sources, any_depth=options.recursive, besides=output)
    if not found.pictures:
        raise ValueError("There is no picture to enlarge.")
    _check_output(output)
    check_outputs([options.failures])
    setup = replace(make_setup(options), wrap=options.wrap)
    # A cluster's head, which only names the results, needs no GPU.
    naming = replace(setup, device="cpu") if options.engine == "ray" else setup
    recipe = replace(recipe, alphas=_alphas(options, naming.upscaler.model))
    jobs = _jobs(found.pictures, output, recipe.endings(naming.upscaler))
    tally = Tally(num_left_out=found.num_results + len(found.pictures) - len(jobs))
    items = [_item(job) for job in shard(jobs, part)]
    with failures_in(options.failures) as failures:
        try:
            work_through(runner, EnlargeTask(setup, recipe), items, failures, tally.add)
        finally:
            tally.num_failed = len(failures.listed)
            print(f"esrgan: {tally.summary(time.monotonic() - start)}", file=sys.stderr)
    return BAD_INPUT if failures.listed else 0


def _is_file(output: Location) -> bool:
    """Whether the output is a file for one picture, and no folder for many."""
    return is_picture(name_of(output)) and not is_folder(output)


def _recipe(options: argparse.Namespace, output: Location) -> Recipe:
    """How results are made and written, as far as no network is needed to know it."""
    suffix = PurePosixPath(name_of(output)).suffix
    of_file = format_of(suffix) if _is_file(output) else None
    if _is_file(output) and of_file is None:
        raise ValueError(f"{output}: results are PNG, JPEG or WebP, not {suffix} files.")
    if of_file and options.format not in (None, of_file):
        raise ValueError(f"{output} is no file of the format {options.format}.")
    chosen = options.format or of_file or "png"
    if options.quality is not None and not ENCODERS[chosen].has_quality:
        raise ValueError("PNG loses nothing: --quality is for --format jpg or webp.")
    if options.quality is not None and not 1 <= options.quality <= 100:
        raise ValueError(f"--quality is between 1 and 100, not {options.quality}.")
    if options.outscale is not None and not 0 < options.outscale < inf:
        raise ValueError(f"--outscale is above 0, not {options.outscale:g}.")
    return Recipe(
        output_format=chosen,
        quality=options.quality or JPEG_QUALITY,
        factor=options.outscale,
        is_symmetric=options.tta,
        skip_existing=options.skip_existing,
        keep_metadata=options.keep_metadata,
    )


def _alphas(options: argparse.Namespace, model: Model) -> tuple[float | Map | None, ...]:
    """The values of α that the options name, or the map."""
    if options.alpha_map is None:
        return options.alpha or (None,)
    if options.alpha is not None:
        raise ValueError("--alpha and --alpha-map exclude each other.")
    if not model.is_pair:
        raise ValueError(f"{model.name} is a single model: --alpha-map needs a pair.")
    try:
        data = read_bytes(options.alpha_map, megabytes=FILE_LIMITS.megabytes)
        return (to_alpha_map(read(data)),)
    except (ValueError, OSError) as error:
        raise ValueError(f"{options.alpha_map}: {describe(error)}") from None


def _check_output(output: Location) -> None:
    """Refuse an output that cannot be written, before anything is computed."""
    if isinstance(output, Path) and output.is_file() and not _is_file(output):
        raise ValueError(f"{output} is a file: name a folder, or a .png, .jpg or .webp file.")
    try:
        check_writable(output if _is_file(output) else join(output, TRIAL))
    except OSError as error:
        raise ValueError(f"{output}: {describe(error)}") from None


def _jobs(found: Sequence[Named], output: Location, endings: Sequence[str]) -> list[Job]:
    """Name all results: in the folder, or the one file that the output is."""
    sources, names = zip(*found, strict=True)
    if not _is_file(output):
        return plan(sources, names, output, endings)
    if len(found) > 1 or len(endings) > 1:
        raise ValueError(f"{output} is one file: name a folder for several results.")
    if file_key(output) == file_key(sources[0]):
        raise ValueError(f"{output} is the picture itself: name another file.")
    return [Job(absolute(sources[0]), (absolute(output),))]


def _item(job: Job) -> Item:
    """A job with its names in messages."""
    return Item(job, identity(job.source), identity(job.targets[0]))


@dataclass
class Tally:
    """Numbers of pictures, for the line at the end."""

    num_left_out: int = 0
    num_enlarged: int = 0
    num_skipped: int = 0
    num_failed: int = 0

    def add(self, item: Item, outcome: Outcome[Enlarged]) -> None:
        """Count a picture that did not fail, and tell what is to be said about it."""
        result = outcome.result
        self.num_enlarged += bool(result and result.num_written)
        self.num_skipped += not (result and result.num_written)
        for note in result.notes if result else ():
            tell(item.name, note)

    def summary(self, seconds: float) -> str:
        """Say all numbers that are not 0, and the time."""
        parts = [
            f"{self.num_enlarged} enlarged",
            *([f"{self.num_skipped} were there"] if self.num_skipped else []),
            *([f"{self.num_left_out} left out as results"] if self.num_left_out else []),
            *([f"{self.num_failed} failed"] if self.num_failed else []),
        ]
        return f"{', '.join(parts)}, in {tqdm.format_interval(seconds)}."
