"""`verify`: download a published model and compare it with its publication."""

import argparse
from pathlib import Path

from esrgan.cli.options import fetch, with_progress
from esrgan.inference import Upscaler
from esrgan.verification import compare
from esrgan.weights import resolve

DIFFERS = 1
"""Exit status where a measured score differs from the published one."""


def add(command: argparse.ArgumentParser) -> None:
    """Declare the options."""
    command.add_argument("name", metavar="NAME", help="a name that `models` lists")
    command.add_argument(
        "--benchmarks",
        type=Path,
        metavar="DIR",
        help="folder with SET/HR and SET/LRx4: measure the published scores too",
    )
    command.add_argument("--device", default="auto", help="auto, cpu, cuda or mps")
    command.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Check hashes, contents, the pair and the scores; status 1 if a score differs."""
    model = resolve(options.name)
    fetch(model)
    upscaler = Upscaler(model, device=options.device)
    for file, sha256 in zip(model.remote or model.files, model.sha256(), strict=True):
        print(f"{file.name}: sha256 {sha256 or 'not published, as first downloaded'}")
    if model.is_pair:
        print(f"{model.name}: every α from 0 to 1 gives pictures")
    if not model.scores:
        print(f"{model.name}: no published score to compare with")
        return 0
    if options.benchmarks is None:
        print(f"{model.name}: scores not compared: name the test sets with --benchmarks")
        return 0
    comparisons = list(compare(upscaler, options.benchmarks, with_progress))
    for comparison in comparisons:
        print(comparison)
    return 0 if all(comparison.agrees for comparison in comparisons) else DIFFERS
