"""The command line: `python -m esrgan COMMAND --help`."""

import argparse
import json
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, NoReturn

import torch
from tqdm import tqdm

from esrgan.evaluation import METRICS, evaluate, find_pairs, report
from esrgan.files import write_atomically
from esrgan.images import SUFFIXES, encode_png, read
from esrgan.inference import DEFAULT_TILE_PX, PRECISIONS, Upscaler
from esrgan.interpolation import interpolate
from esrgan.metrics.naturalness import load_model
from esrgan.training.config import PRESETS, preset
from esrgan.training.loop import Trainer
from esrgan.weights import MODELS, Model, load, resolve, save_weights

BAD_INPUT = 2


class Parser(argparse.ArgumentParser):
    """A parser that refuses with one sentence."""

    def error(self, message: str) -> NoReturn:
        """Exit with status 2."""
        self.exit(BAD_INPUT, f"{self.prog}: {message}\n")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit status, 2 on bad input."""
    options = _parser().parse_args(arguments)
    try:
        return options.run(options)
    except (ValueError, OSError) as error:
        print(f"esrgan: {error}", file=sys.stderr)
        return BAD_INPUT
    except KeyboardInterrupt:
        print("esrgan: interrupted.", file=sys.stderr)
        return 130


def _parser() -> Parser:
    """All commands and their options."""
    parser = Parser(prog="esrgan", description="Super-resolution by 4, from faithful to vivid.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND", parser_class=Parser)
    _add_models(commands.add_parser("models", help="list the models"))
    _add_upscale(commands.add_parser("upscale", help="enlarge pictures"))
    _add_interpolate(commands.add_parser("interpolate", help="write the network between two"))
    _add_evaluate(commands.add_parser("evaluate", help="score a model on a folder of pictures"))
    _add_train(commands.add_parser("train", help="train a preset; the same command resumes"))
    return parser


def _add_models(command: argparse.ArgumentParser) -> None:
    """`models`."""
    command.add_argument("--json", action="store_true", help="print JSON")
    command.set_defaults(run=run_models)


def run_models(options: argparse.Namespace) -> int:
    """Print every model that can be named."""
    rows = [describe(model) for model in MODELS.values()]
    if options.json:
        print(json.dumps(rows, indent=2, ensure_ascii=False))
        return 0
    for row in rows:
        parameters = f"{row['parameters']:,}" if row["parameters"] else "–"
        print(f"{row['name']:10} {row['architecture'] or '–':10} {parameters:>12}  {row['kind']}")
    return 0


def describe(model: Model) -> dict[str, Any]:
    """What `models --json` says about one model."""
    ends = [load(path) for path in model.files]
    return {
        "name": model.name,
        "title": model.title,
        "architecture": ends[0].architecture if ends else None,
        "parameters": ends[0].num_parameters if ends else 0,
        "kind": "pair" if model.is_pair else "single",
        "source": "embedded",
        "licence": model.licence,
        "sha256": model.sha256(),
        "scores": [json.loads(end.metadata.get("scores", "null")) for end in ends],
    }


def _add_network(command: argparse.ArgumentParser, default: str | None) -> None:
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


def _upscaler(options: argparse.Namespace) -> Upscaler:
    """The model that the options ask for; α is checked at once."""
    upscaler = Upscaler(
        resolve(options.model, options.model_gan),
        device=options.device,
        precision=options.precision,
        tile_px=options.tile_px,
    )
    upscaler.alpha(options.alpha)
    return upscaler


def _add_upscale(command: argparse.ArgumentParser) -> None:
    """`upscale`."""
    command.add_argument("sources", nargs="+", type=Path, metavar="IMAGE_OR_DIR")
    command.add_argument("-o", "--output", type=Path, required=True, metavar="DIR")
    _add_network(command, "esrgan")
    command.set_defaults(run=run_upscale)


def run_upscale(options: argparse.Namespace) -> int:
    """Enlarge every picture; one that cannot be read is named and the others still come."""
    upscaler = _upscaler(options)
    targets = plan(options.sources, options.output, upscaler, options.alpha)
    status = 0
    for source, target in targets.items():
        try:
            write_atomically(target, _enlarged(upscaler, source, options.alpha))
        except ValueError as error:
            print(f"esrgan: {source.name}: {error}", file=sys.stderr)
            status = BAD_INPUT
    return status


def plan(
    sources: Sequence[Path], folder: Path, upscaler: Upscaler, alpha: float | None
) -> dict[Path, Path]:
    """Which file becomes which; folders are listed, and no two results share a name.

    Raises
    ------
    ValueError
        If a source is missing, there is nothing to do, or two results would share a name.
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
    """Files as they are, folders as the pictures in them."""
    for source in sources:
        if source.is_dir():
            yield from sorted(p for p in source.iterdir() if p.suffix.lower() in SUFFIXES)
        elif source.exists():
            yield source
        else:
            raise ValueError(f"There is no file {source}.")


def _enlarged(upscaler: Upscaler, source: Path, alpha: float | None) -> bytes:
    """A picture's enlarged form as a PNG file, with a progress bar over its tiles."""
    picture = read(source)
    for note in picture.notes:
        print(f"esrgan: {source.name}: {note}", file=sys.stderr)
    with tqdm(desc=source.name, unit="tile", leave=False, disable=None) as bar:
        for progress in upscaler.tiles(picture.pixels, alpha):
            bar.total = progress.total
            bar.update(progress.done - bar.n)
            if progress.result is not None:
                return encode_png(upscaler.finish(picture, progress.result))
    raise RuntimeError("no tile was computed")


def _add_interpolate(command: argparse.ArgumentParser) -> None:
    """`interpolate`."""
    command.add_argument("psnr", type=Path, metavar="PSNR")
    command.add_argument("gan", type=Path, metavar="GAN")
    command.add_argument("-o", "--output", type=Path, required=True, metavar="OUT.safetensors")
    command.add_argument("--alpha", type=float, required=True, help="0 is PSNR, 1 is GAN")
    command.set_defaults(run=run_interpolate)


def run_interpolate(options: argparse.Namespace) -> int:
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


def _add_evaluate(command: argparse.ArgumentParser) -> None:
    """`evaluate`."""
    command.add_argument("--hr", type=Path, required=True, metavar="DIR", help="originals")
    command.add_argument("--lr", type=Path, metavar="DIR", help="reduced (default: made here)")
    _add_network(command, None)
    command.add_argument("--metrics", default=",".join(METRICS), metavar="LIST")
    command.add_argument("--niqe-model", type=Path, metavar="FILE", help="another pristine model")
    command.add_argument("--json", type=Path, metavar="FILE", help="write the whole table")
    command.set_defaults(run=run_evaluate)


def run_evaluate(options: argparse.Namespace) -> int:
    """Print the means over a folder, and write every picture's values where asked."""
    upscaler = _upscaler(options)
    pairs = find_pairs(options.hr, options.lr)
    scores = evaluate(
        upscaler,
        pairs,
        alpha=options.alpha,
        metrics=[name.strip() for name in options.metrics.split(",")],
        pristine=load_model(options.niqe_model) if options.niqe_model else None,
    )
    table = report(upscaler, options.alpha, list(_watched(scores, len(pairs))))
    if options.json:
        write_atomically(options.json, json.dumps(table, indent=2).encode())
    for metric, mean in table["mean"].items():
        value = "–" if mean is None else f"{mean:.4f}"
        print(f"{metric:18} {value:>10}  over {table['count'][metric]} of {len(pairs)}")
    return 0


def _watched(items: Iterable[Any], total: int) -> Iterable[Any]:
    """The items, with a progress bar on a terminal."""
    return tqdm(items, total=total, unit="picture", leave=False, disable=None)


def _add_train(command: argparse.ArgumentParser) -> None:
    """`train`."""
    command.add_argument("preset", choices=list(PRESETS), metavar="PRESET", help=", ".join(PRESETS))
    command.add_argument("--data", type=Path, required=True, metavar="DIR", help="HR pictures")
    command.add_argument("--run", dest="folder", type=Path, required=True, metavar="DIR")
    command.add_argument("--vgg", type=Path, metavar="FILE", help="weights of the feature network")
    command.add_argument("--set", nargs="+", action="extend", default=[], metavar="FIELD=VALUE")
    command.set_defaults(run=run_train)


def run_train(options: argparse.Namespace) -> int:
    """Train to the end of the preset, printing a line now and then."""
    broken = [item for item in options.set if "=" not in item]
    if broken:
        raise ValueError(f"--set takes FIELD=VALUE, not {broken[0]!r}.")
    settings = dict(item.split("=", 1) for item in options.set)
    trainer = Trainer(preset(options.preset, settings), options.data, options.folder, options.vgg)
    for line in trainer.steps():
        print(line, flush=True)
    return 0
