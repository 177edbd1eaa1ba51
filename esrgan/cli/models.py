"""`models`: what can be named."""

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
    """Print every model that can be named."""
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
    """What `models --json` says about one model."""
    return {
        "name": model.name,
        "title": model.title,
        **(_describe_remote(model) if model.remote else _describe_embedded(model)),
        "kind": "pair" if model.is_pair else "single",
        "sha256": model.sha256(),
    }


def _describe_embedded(model: Model) -> dict[str, Any]:
    """What the files themselves say."""
    ends = open_model(model)
    metadata = [end.metadata for end in ends]
    return {
        "architecture": ends[0].architecture if ends else None,
        "config": dict(ends[0].config) if ends else {},
        "parameters": ends[0].num_parameters if ends else 0,
        "source": "embedded",
        "megabytes": sum(path.stat().st_size for path in model.files) / 1e6,
        "licence": next((it["licence"] for it in metadata if "licence" in it), model.licence),
        "training": [json.loads(it.get("training", "null")) for it in metadata],
        "scores": [json.loads(it.get("scores", "null")) for it in metadata],
    }


def _describe_remote(model: Model) -> dict[str, Any]:
    """What the registry says; nothing is opened."""
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
