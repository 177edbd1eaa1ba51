"""`sweep`: every metric over α, by network and by image interpolation."""

import argparse
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from esrgan.cli.options import (
    add_network,
    add_scoring,
    load_metric_models,
    make_upscaler,
    metric_names,
    open_upscaler,
    with_progress,
    write_text,
)
from esrgan.evaluation import find_pairs, sweep, sweep_report, sweep_rows, to_csv, to_markdown
from esrgan.evaluation.sweep import PATHS
from esrgan.files import write_atomically
from esrgan.inference import Upscaler
from esrgan.plots import encode, figure_format, sweep_curves, sweep_plane
from esrgan.weights import MODELS, resolve

ELLIPSES = ("…", "...")
SINGLES = tuple(model.name for model in MODELS.values() if not (model.is_pair or model.remote))
"""The embedded models without α; nothing is downloaded unless it is named."""


def add(command: argparse.ArgumentParser) -> None:
    """Declare the options."""
    add_network(command, "esrgan")
    add_scoring(command)
    command.add_argument(
        "--alphas",
        type=parse_alphas,
        default="0,0.2,…,1",
        metavar="LIST",
        help="such as 0,0.5,1 or 0,0.2,…,1 (default)",
    )
    command.add_argument(
        "--methods",
        metavar="LIST",
        help=f"single models too (default: of {', '.join(SINGLES)} those of the pair's scale)",
    )
    command.add_argument("--plot", type=Path, metavar="FILE.png", help="draw the plane (or .pdf)")
    command.add_argument("--plot-curves", type=Path, metavar="FILE.png", help="metrics over α")
    command.set_defaults(run=run, alpha=None)


def parse_alphas(text: str) -> tuple[float, ...]:
    """Read numbers separated by commas; an ellipsis continues in steps of the two before it.

    Examples
    --------
    >>> parse_alphas("0,0.25,…,1")
    (0.0, 0.25, 0.5, 0.75, 1.0)
    """
    try:
        return tuple(_expand([part.strip() for part in text.split(",")]))
    except (ValueError, IndexError):
        known = "numbers such as 0,0.5,1 or 0,0.2,…,1"
        raise argparse.ArgumentTypeError(f"expected {known}, not {text!r}") from None


def _expand(parts: Sequence[str]) -> list[float]:
    """The numbers, an ellipsis replaced by the numbers that it stands for."""
    alphas: list[float] = []
    for index, part in enumerate(parts):
        if part in ELLIPSES:
            step, end = alphas[-1] - alphas[-2], float(parts[index + 1])
            count = round((end - alphas[-1]) / step) if step > 0 else 0
            alphas += [round(alphas[-1] + step * number, 9) for number in range(1, count)]
        else:
            alphas.append(float(part))
    return alphas


def run(options: argparse.Namespace) -> int:
    """Print the table and the best α of each region; write the files that the options name."""
    for path in filter(None, (options.plot, options.plot_curves)):
        figure_format(path.suffix)
    upscaler = make_upscaler(options)
    pairs = find_pairs(options.hr, options.lr)
    metric_models = load_metric_models(options)
    swept = sweep(
        upscaler,
        pairs,
        options.alphas,
        methods=_methods(options, upscaler.scale),
        metrics=metric_names(options, metric_models),
        metric_models=metric_models,
    )
    table = sweep_report(
        upscaler, options.alphas, list(with_progress(swept, len(pairs))), metric_models
    )
    rows = sweep_rows(table)
    markdown = to_markdown(rows, table["convention"])
    write_text(options.json, lambda: json.dumps(table, indent=2))
    write_text(options.csv, lambda: to_csv(rows))
    write_text(options.markdown, lambda: markdown)
    _draw(options, table)
    print(markdown)
    for region in table["regions"]:
        print(describe_region(region))
    return 0


def _methods(options: argparse.Namespace, scale: int) -> list[Upscaler]:
    """Open the single models that are scored for comparison."""
    if options.methods is None:
        upscalers = [open_upscaler(resolve(name), options) for name in SINGLES]
        return [upscaler for upscaler in upscalers if upscaler.scale == scale]
    names = filter(None, map(str.strip, options.methods.split(",")))
    return [open_upscaler(resolve(name), options) for name in names]


def describe_region(region: Mapping[str, Any]) -> str:
    """Say the best α of each path in one region, or why there is none."""
    best = [
        f"{path} interpolation: {_best(region[path], region['reasons'].get(path))}"
        for path in PATHS
    ]
    return f"region {region['region']} (RMSE ≤ {region['rmse_limit']:g}): {', '.join(best)}"


def _best(alpha: float | None, reason: str | None) -> str:
    """An α, or the reason why there is none."""
    return str(reason) if alpha is None else f"α = {alpha:g}"


def _draw(options: argparse.Namespace, table: Mapping[str, Any]) -> None:
    """Draw the plots that the options name a file for."""
    for path, make in ((options.plot, sweep_plane), (options.plot_curves, sweep_curves)):
        if path is not None:
            write_atomically(path, encode(make(table), path.suffix))
