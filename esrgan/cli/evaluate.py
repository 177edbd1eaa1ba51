"""`evaluate`: score a model on a folder of pictures."""

import argparse
import json
from collections.abc import Mapping
from typing import Any

from esrgan.cli.options import (
    add_alpha,
    add_network,
    add_scoring,
    load_metric_models,
    make_upscaler,
    metric_names,
    with_progress,
    write_text,
)
from esrgan.evaluation import (
    evaluate,
    find_metric,
    find_pairs,
    picture_rows,
    report,
    to_csv,
    to_markdown,
)


def add(command: argparse.ArgumentParser) -> None:
    """Declare the options."""
    add_network(command, None)
    add_alpha(command)
    add_scoring(command)
    command.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Print the means over a folder; write the files that the options name."""
    upscaler = make_upscaler(options)
    pairs = find_pairs(options.hr, options.lr)
    metric_models = load_metric_models(options)
    metrics = metric_names(options, metric_models)
    scores = evaluate(
        upscaler, pairs, alpha=options.alpha, metrics=metrics, metric_models=metric_models
    )
    table = report(upscaler, options.alpha, list(with_progress(scores, len(pairs))), metric_models)
    rows = picture_rows(table)
    write_text(options.json, lambda: json.dumps(table, indent=2))
    write_text(options.csv, lambda: to_csv(rows))
    write_text(options.markdown, lambda: to_markdown(rows, table["convention"]))
    for metric, mean in table["mean"].items():
        value = find_metric(metric).format_value(mean)
        counted = f"{table['count'][metric]} of {len(pairs)}"
        print(f"{metric:18} {value:>12}  over {counted}  ({_note(table, metric)})")
    return 0


def _note(table: Mapping[str, Any], metric: str) -> str:
    """How a metric was measured, or why it has no mean."""
    if table["mean"][metric] is None:
        return table["images"][0]["reasons"][metric]
    return table["convention"][metric]
