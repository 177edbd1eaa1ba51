"""`train`: train a preset; the same command resumes."""

import argparse
from pathlib import Path

from esrgan.training.config import PRESETS, preset
from esrgan.training.loop import Trainer


def add(command: argparse.ArgumentParser) -> None:
    """Declare the options."""
    command.add_argument("preset", choices=list(PRESETS), metavar="PRESET", help=", ".join(PRESETS))
    command.add_argument("--data", type=Path, required=True, metavar="DIR", help="HR pictures")
    command.add_argument("--run", dest="folder", type=Path, required=True, metavar="DIR")
    command.add_argument("--vgg", type=Path, metavar="FILE", help="weights of the feature network")
    command.add_argument("--set", nargs="+", action="extend", default=[], metavar="FIELD=VALUE")
    command.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Train to the end of the preset, printing a line now and then."""
    broken = [item for item in options.set if "=" not in item]
    if broken:
        raise ValueError(f"--set takes FIELD=VALUE, not {broken[0]!r}.")
    settings = dict(item.split("=", 1) for item in options.set)
    trainer = Trainer(preset(options.preset, settings), options.data, options.folder, options.vgg)
    for line in trainer.steps():
        print(line, flush=True)
    return 0
