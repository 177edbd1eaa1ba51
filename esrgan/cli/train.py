"""`train`: train a preset, resuming what is in the run's folder; or print the preset."""

import argparse
import signal
from collections.abc import Generator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from esrgan.cli.options import with_progress
from esrgan.cli.sources import tell_results
from esrgan.cli.status import INTERRUPTED
from esrgan.files import cache_folder
from esrgan.training.config import TrainingConfig
from esrgan.training.description import describe
from esrgan.training.presets import PRESETS, preset

if TYPE_CHECKING:
    from esrgan.training.loop import Trainer

INSTALL = "pip install accelerate tensorboard"
"""What brings these packages, as the extra `train` of pyproject.toml does."""
TIMEOUT = timedelta(days=1)
"""How long processes wait for the first one to decode pictures or to validate."""


def add(command: argparse.ArgumentParser) -> None:
    """Declare the options."""
    command.formatter_class = argparse.RawDescriptionHelpFormatter
    command.epilog = _preset_list()
    command.add_argument(
        "preset", choices=list(PRESETS), metavar="PRESET", help="what to train: see below"
    )
    command.add_argument(
        "--show", action="store_true", help="print every field of the preset and train nothing"
    )
    command.add_argument(
        "--data",
        nargs="+",
        metavar="DIR[=WEIGHT]",
        help="folders of HR pictures; a weight is the share of patches that come from one",
    )
    command.add_argument(
        "--run",
        dest="folder",
        type=Path,
        metavar="DIR",
        help="where checkpoints and weights are written; a run that is there goes on",
    )
    _add_optional(command)
    command.set_defaults(run=run)


def _preset_list() -> str:
    """Every preset with its paper's section, a line each."""
    width = max(map(len, PRESETS))
    listed = [f"  {name:{width}}  {config.section}" for name, config in PRESETS.items()]
    return "\n".join(["presets:", *listed])


def _add_optional(command: argparse.ArgumentParser) -> None:
    """Declare the options that have a default."""
    command.add_argument("--features", type=Path, metavar="FILE", help="the feature network's file")
    command.add_argument(
        "--validate", type=Path, metavar="DIR", help="test pictures (default: some held out)"
    )
    command.add_argument("--device", default="auto", choices=["auto", "cpu"])
    command.add_argument(
        "--set",
        nargs="+",
        action="extend",
        default=[],
        metavar="FIELD=VALUE",
        help="change fields of the preset; --show prints their names and values",
    )


def run(options: argparse.Namespace) -> int:
    """Train to the end of the preset, printing a line now and then; or print the preset."""
    config = _config(options)
    if options.show:
        print(describe(config))
        return 0
    if not options.data or options.folder is None:
        raise ValueError("train needs --data DIR and --run DIR, or --show to print the preset.")
    return _train(_trainer(config, options))


def _config(options: argparse.Namespace) -> TrainingConfig:
    """The preset with the settings of the command line."""
    broken = [item for item in options.set if "=" not in item]
    if broken:
        raise ValueError(f"--set takes FIELD=VALUE, not {broken[0]!r}.")
    return preset(options.preset, dict(item.split("=", 1) for item in options.set))


def _train(trainer: "Trainer") -> int:
    """Train until the run is done or interrupted; returns the exit status."""
    is_main = trainer.accelerator.is_main_process
    with _interruptible(trainer):
        for line in trainer.train():
            if is_main:
                print(line, flush=True)
    if trainer.is_done:
        return 0
    if is_main:
        print(f"Saved at step {trainer.step}; the same command goes on.", flush=True)
    return INTERRUPTED


def _trainer(config: TrainingConfig, options: argparse.Namespace) -> "Trainer":
    """A run with its pictures and its feature network, opened by the main process first."""
    try:
        from accelerate import PartialState

        from esrgan.training.loop import Trainer, TrainingInputs
    except ModuleNotFoundError as missing:
        raise ValueError(f"Training needs {missing.name}: {INSTALL}.") from None
    from esrgan.evaluation import find_pairs
    from esrgan.training.data import open_training_set
    from esrgan.training.features import load_features

    caches = cache_folder()
    processes = PartialState(cpu=options.device == "cpu", timeout=TIMEOUT)
    with processes.main_process_first():
        if processes.is_main_process:
            _tell_results(options)
        pictures = open_training_set(_folders(options.data), config.data, caches, with_progress)
        file = options.features if processes.is_main_process else None
        features = load_features(config.losses, file, caches)
    if processes.is_main_process:
        for name, reason in pictures.skipped.items():
            print(f"skipped {name}: {reason}", flush=True)
    validation = pictures.held_out
    if options.validate is not None:
        validation = [Path(pair.hr) for pair in find_pairs(options.validate)]
    inputs = TrainingInputs(pictures, features, validation)
    return Trainer(config, options.folder, inputs, device=options.device)


def _tell_results(options: argparse.Namespace) -> None:
    """Say how many results of former runs are not trained or validated on."""
    tell_results(_folders(options.data), any_depth=True)
    if options.validate is not None:
        tell_results([options.validate], any_depth=False)


def _folders(texts: list[str]) -> dict[Path, float | None]:
    """Folders with their weights, from texts such as DIR or DIR=WEIGHT."""
    folders: dict[Path, float | None] = {}
    for text in texts:
        name, separator, weight = text.rpartition("=")
        try:
            folders[Path(name if separator else text)] = float(weight) if separator else None
        except ValueError:
            raise ValueError(f"--data takes DIR or DIR=WEIGHT, not {text!r}.") from None
    return folders


@contextmanager
def _interruptible(trainer: "Trainer") -> Generator[None]:
    """A context in which a first Ctrl-C saves and ends the run; a second one ends it at once."""

    def interrupt(*_: object) -> None:
        trainer.interrupt()
        signal.signal(signal.SIGINT, before)

    before = signal.signal(signal.SIGINT, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
