"""`evaluate`: score a model on a folder of pictures."""

import argparse
import json
from pathlib import Path

from esrgan.cli.options import add_network, make_upscaler, watched
from esrgan.evaluation import METRICS, evaluate, find_pairs, report
from esrgan.files import write_atomically
from esrgan.metrics.naturalness import load_model


def add(command: argparse.ArgumentParser) -> None:
    """Declare the options."""
    command.add_argument("--hr", type=Path, required=True, metavar="DIR", help="originals")
    command.add_argument("--lr", type=Path, metavar="DIR", help="reduced (default: made here)")
    add_network(command, None)
    command.add_argument("--metrics", default=",".join(METRICS), metavar="LIST")
    command.add_argument("--niqe-model", type=Path, metavar="FILE", help="another pristine model")
    command.add_argument("--json", type=Path, metavar="FILE", help="write the whole table")
    command.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Print the means over a folder, and write every picture's values where asked."""
    upscaler = make_upscaler(options)
    pairs = find_pairs(options.hr, options.lr)
    scores = evaluate(
        upscaler,
        pairs,
        alpha=options.alpha,
        metrics=[name.strip() for name in options.metrics.split(",")],
        pristine=load_model(options.niqe_model) if options.niqe_model else None,
    )
    table = report(upscaler, options.alpha, list(watched(scores, len(pairs))))
    if options.json:
        write_atomically(options.json, json.dumps(table, indent=2).encode())
    for metric, mean in table["mean"].items():
        value = "–" if mean is None else f"{mean:.4f}"
        print(f"{metric:18} {value:>10}  over {table['count'][metric]} of {len(pairs)}")
    return 0
