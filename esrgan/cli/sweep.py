"""`sweep`: every metric over α, by network and by image interpolation."""

import argparse
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from esrgan.cli.alphas import parse_alphas
from esrgan.cli.options import (
    add_network,
    add_scoring,
    check_outputs,
    load_metric_models,
    make_setup,
    metric_names,
    scoring_items,
    setup_of,
    write_text,
)
from esrgan.cli.progress import collect, failures_in
from esrgan.cli.runners import add_runner, make_runner
from esrgan.cli.status import BAD_INPUT
from esrgan.evaluation import sweep_report, sweep_rows, to_csv, to_markdown
from esrgan.evaluation.sweep import PATHS, check_sweep
from esrgan.evaluation.tasks import SweepTask
from esrgan.files import write_atomically
from esrgan.plots import encode, figure_format, sweep_curves, sweep_plane
from esrgan.setup import Setup
from esrgan.weights import MODELS, resolve

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
    add_runner(command)
    command.set_defaults(run=run, alpha=None)


def run(options: argparse.Namespace) -> int:
    """Print the table and the best α of each region; write the files that the options name.

    A picture that cannot be scored is named, and the means are those of the others.
    """
    _check_files(options)
    runner, setup, metric_models = (
        make_runner(options),
        make_setup(options),
        load_metric_models(options),
    )
    methods = _methods(options, setup.upscaler.scale)
    metrics = metric_names(options, metric_models)
    check_sweep(setup.upscaler, options.alphas, [it.upscaler for it in methods], metrics)
    task = SweepTask(setup, options.alphas, methods, metrics, metric_models)
    with failures_in(options.failures) as failures:
        swept = collect(runner, task, scoring_items(options), failures)
    table = sweep_report(setup.upscaler, options.alphas, swept, metric_models)
    table["failures"] = failures.listed
    rows = sweep_rows(table)
    markdown = to_markdown(rows, table["convention"])
    write_text(options.json, lambda: json.dumps(table, indent=2))
    write_text(options.csv, lambda: to_csv(rows))
    write_text(options.markdown, lambda: markdown)
    _draw(options, table)
    print(markdown)
    for region in table["regions"]:
        print(describe_region(region))
    return BAD_INPUT if failures.listed else 0


def _check_files(options: argparse.Namespace) -> None:
    """Refuse files that cannot be written, before anything is computed."""
    plots = [options.plot, options.plot_curves]
    for path in filter(None, plots):
        figure_format(path.suffix)
    check_outputs([*plots, options.json, options.csv, options.markdown, options.failures])


def _methods(options: argparse.Namespace, scale: int) -> list[Setup]:
    """The single models that are scored for comparison."""
    if options.methods is None:
        setups = [setup_of(resolve(name), options) for name in SINGLES]
        return [setup for setup in setups if setup.upscaler.scale == scale]
    names = filter(None, map(str.strip, options.methods.split(",")))
    return [setup_of(resolve(name), options) for name in names]


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
