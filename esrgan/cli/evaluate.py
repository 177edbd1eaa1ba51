"""`evaluate`: score a model on a folder of pictures."""

import argparse
import json
from collections.abc import Mapping
from typing import Any

from esrgan.cli.options import (
    add_alpha,
    add_network,
    add_scoring,
    check_outputs,
    load_metric_models,
    make_setup,
    metric_names,
    scoring_items,
    write_text,
)
from esrgan.cli.progress import collect, failures_in
from esrgan.cli.runners import add_runner, make_runner
from esrgan.cli.status import BAD_INPUT
from esrgan.evaluation import find_metric, picture_rows, report, to_csv, to_markdown
from esrgan.evaluation.catalogue import check_metrics
from esrgan.evaluation.tasks import ScoreTask


def add(command: argparse.ArgumentParser) -> None:
    """Declare the options."""
    add_network(command, None)
    add_alpha(command)
    add_scoring(command)
    add_runner(command)
    command.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Print the means over a folder; write the files that the options name.

    A picture that cannot be scored is named, and the means are those of the others.
    """
    check_outputs([options.json, options.csv, options.markdown, options.failures])
    runner, setup, metric_models = (
        make_runner(options),
        make_setup(options),
        load_metric_models(options),
    )
    setup.upscaler.alpha(options.alpha)
    metrics = check_metrics(metric_names(options, metric_models))
    items = scoring_items(options)
    task = ScoreTask(setup, options.alpha, metrics, metric_models)
    with failures_in(options.failures) as failures:
        scores = collect(runner, task, items, failures)
    table = report(setup.upscaler, options.alpha, scores, metric_models)
    table["failures"] = failures.listed
    rows = picture_rows(table)
    write_text(options.json, lambda: json.dumps(table, indent=2))
    write_text(options.csv, lambda: to_csv(rows))
    write_text(options.markdown, lambda: to_markdown(rows, table["convention"]))
    for metric, mean in table["mean"].items():
        value = find_metric(metric).format_value(mean)
        counted = f"{table['count'][metric]} of {len(items)}"
        print(f"{metric:18} {value:>12}  over {counted}  ({_note(table, metric)})")
    return BAD_INPUT if failures.listed else 0


def _note(table: Mapping[str, Any], metric: str) -> str:
    """How a metric was measured, or why it has no mean."""
    if table["mean"][metric] is None:
        return table["images"][0]["reasons"][metric]
    return table["convention"][metric]
