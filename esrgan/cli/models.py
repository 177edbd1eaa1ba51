"""`models`: what can be named."""

import argparse
import json
from typing import Any

from esrgan.weights import MODELS, Model, load


def add(command: argparse.ArgumentParser) -> None:
    """Declare the options."""
    command.add_argument("--json", action="store_true", help="print JSON")
    command.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
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
