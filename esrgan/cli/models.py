"""`models`: list the models that `--model` can name."""

import argparse
import json
from dataclasses import asdict
from typing import Any

from esrgan.weights import MODELS, Model, is_cached, open_model
from esrgan.weights.generator import count_parameters


def add(command: argparse.ArgumentParser) -> None:
    """Declare the options."""
    command.add_argument("--json", action="store_true", help="print JSON")
    command.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Print a line for each model of the registry, or JSON."""
    rows = [describe(model) for model in MODELS.values()]
    if options.json:
        print(json.dumps(rows, indent=2, ensure_ascii=False))
        return 0
    for row in rows:
        parameters = f"{row['parameters']:,}" if row["parameters"] else "–"
        where = row["source"] + (f", {row['megabytes']:.1f} MB" if row["megabytes"] else "")
        kind = row["architecture"] or "–"
        print(f"{row['name']:16} {kind:10} {parameters:>12}  {row['kind']:6}  {where}")
    return 0


def describe(model: Model) -> dict[str, Any]:
    """Describe one model, as `models --json` prints it."""
    return {
        "name": model.name,
        "title": model.title,
        **(_describe_remote(model) if model.remote else _describe_embedded(model)),
        "kind": "pair" if model.is_pair else "single",
        "sha256": model.sha256(),
    }


def _describe_embedded(model: Model) -> dict[str, Any]:
    """Description of an embedded model, from its files."""
    ends = open_model(model)
    metadata = [end.metadata for end in ends]
    return {
        "architecture": ends[0].architecture if ends else None,
        "config": dict(ends[0].config) if ends else {},
        "parameters": ends[0].num_parameters if ends else 0,
        "source": "embedded",
        "megabytes": sum(path.stat().st_size for path in model.files) / 1e6,
        "licence": next((end["licence"] for end in metadata if "licence" in end), model.licence),
        "training": [json.loads(end.get("training", "null")) for end in metadata],
        "scores": [json.loads(end.get("scores", "null")) for end in metadata],
    }


def _describe_remote(model: Model) -> dict[str, Any]:
    """Description of a downloadable model, from the registry; no file is opened."""
    return {
        "architecture": model.architecture,
        "config": dict(model.config),
        "parameters": count_parameters(model.architecture, model.config),
        "source": "cached" if is_cached(model) else "downloadable",
        "megabytes": model.megabytes,
        "licence": model.licence,
        "paper": model.paper,
        "urls": [file.url for file in model.remote],
        "scores": [asdict(score) for score in model.scores],
    }
