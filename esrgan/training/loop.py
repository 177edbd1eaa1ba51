"""A training run: training steps, checkpoints, validation, and going on after interruptions."""

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import torch
from accelerate import Accelerator
from torch import Tensor, nn

from esrgan.files import write_atomically
from esrgan.interpolation import interpolate
from esrgan.models.vgg import VGGFeatures
from esrgan.training.checkpoints import fingerprint, load_newest, save_checkpoint
from esrgan.training.config import TrainingConfig
from esrgan.training.data import Loader, TrainingSet
from esrgan.training.distributed import average
from esrgan.training.initialisation import build_generator, initial_weights
from esrgan.training.learner import Learner
from esrgan.training.precision import mixed_precision
from esrgan.training.settings import field_values
from esrgan.training.tensorboard import TensorBoardWriter
from esrgan.training.timer import StepTimer
from esrgan.training.validation import HEADER, Render, Validation, sample_picture
from esrgan.weights import save_weights
from esrgan.weights.former_names import current_architecture

WEIGHTS, BEST = "weights.safetensors", "best.safetensors"
CONFIG, VALIDATION = "config.json", "validation.json"
MAY_CHANGE = (
    "init",
    "head_start",
    "report_every",
    "checkpoint_every",
    "keep_last",
    "validate_every",
)
"""Fields whose values may differ when a run is resumed.

`init` and `head_start` may name files in another folder; the weights in `init` must be the same.
"""


@dataclass(frozen=True)
class TrainingInputs:
    """Inputs of a run besides its configuration.

    Attributes
    ----------
    pictures
        The pictures that patches are cut from.
    features
        The feature network, if a loss reads one.
    validation
        Paths of pictures to validate on, none of them among `pictures`.
    """

    pictures: TrainingSet
    features: VGGFeatures | None = None
    validation: Sequence[Path] = ()

    @cached_property
    def fingerprint(self) -> dict[str, str | None]:
        """Hashes of the pictures and of the feature network's weights, which decide the result."""
        features = self.features and fingerprint(self.features.convolutions.state_dict())
        return {"pictures": self.pictures.fingerprint, "features": features}


class Trainer:
    """A run and its state; `train` advances it and yields lines of text that report progress.

    Parameters
    ----------
    config
        What to train.
    run
        Folder for checkpoints and weights. If it holds a checkpoint the run goes on from there.
    inputs
        Pictures and feature network.
    device
        'auto' or 'cpu'.

    Raises
    ------
    ValueError
        If a GAN has no weights to start from, they do not fit, or the run was begun with
        another configuration.
    """

    def __init__(
        self, config: TrainingConfig, run: Path, inputs: TrainingInputs, *, device: str = "auto"
    ) -> None:
        torch.manual_seed(config.seed)
        self.config, self.run, self.inputs = config, run, inputs
        self.step, self.best = 0, math.inf
        self.rows: list[dict[str, Any]] = []
        self._is_interrupted = False
        on_cpu = device == "cpu"
        precision = mixed_precision(config.optimisation.precision, on_cpu=on_cpu)
        self.accelerator = Accelerator(mixed_precision=precision, cpu=on_cpu)
        self.init_state = initial_weights(config)
        network = build_generator(config, self.init_state)
        features = inputs.features
        self.learner = Learner(config, network, features, self.accelerator, self.init_state)
        self.validation = None
        if inputs.validation and self.accelerator.is_main_process:
            self.validation = Validation(inputs.validation, config.back_projection)
        self._resume()

    @property
    def is_done(self) -> bool:
        """Whether the last step has been taken."""
        return self.step >= self.config.steps

    def interrupt(self) -> None:
        """Ask `train` to save and end after the present step."""
        self._is_interrupted = True

    def train(self) -> Iterator[str]:
        """Train to the last step or an interruption, yielding progress and validation as text.

        Raises
        ------
        ValueError
            If a loss or a gradient stops being finite; the last checkpoint stays as it is.
        OSError
            If the disk refuses a file; older files stay as they are.
        """
        loader = self._loader()
        is_main = self.accelerator.is_main_process
        tensorboard = TensorBoardWriter(self.run, self.step, is_main=is_main)
        threads = torch.get_num_threads() * self.accelerator.num_processes
        timer = StepTimer(self.config.data.batch_size, threads)
        try:
            while not self.is_done:
                with timer.step():
                    with timer.waiting():
                        batch = loader.batch(self.step)
                    losses = self.learner.advance(*batch, self.step)
                self.step += 1
                yield from self._after_step(losses, timer, tensorboard)
                if self._is_interrupted_anywhere():
                    self.save()
                    return
        finally:
            loader.close()
            tensorboard.close()

    def _after_step(
        self, losses: Mapping[str, float], timer: StepTimer, tensorboard: TensorBoardWriter
    ) -> Iterator[str]:
        """Report, validate and save, each if the step ends its interval."""
        output = self.config.output
        if self.step % output.report_every == 0:
            tensorboard.add_values(self.step, losses)
            yield timer.progress_line(self.step, self.config.steps, losses)
        if self.validation is not None and self._is_due(output.validate_every):
            yield from self._validate(self.validation, tensorboard)
        if self._is_due(output.checkpoint_every):
            self.save()

    def _is_due(self, interval: int) -> bool:
        """Whether this step ends an interval, or the run."""
        return bool(interval) and (self.step % interval == 0 or self.is_done)

    def _is_interrupted_anywhere(self) -> bool:
        """Whether some process is to end before the last step; all processes agree on it."""
        flag = torch.tensor(float(self._is_interrupted), device=self.accelerator.device)
        return not self.is_done and bool(average(flag) > 0)

    def _loader(self) -> Loader:
        """The loader of this process's share of each accumulated part of a batch."""
        size, parts = self.config.data.batch_size, self.config.optimisation.accumulation
        count, rank = self.accelerator.num_processes, self.accelerator.process_index
        if size % (parts * count):
            raise ValueError(
                f"batch_size {size} cannot be shared by {count} processes in {parts} parts."
            )
        part = size // parts
        share = part // count
        first = [start + rank * share for start in range(0, size, part)]
        indices = [index for start in first for index in range(start, start + share)]
        return Loader(self.inputs.pictures, self.config.data, self.config.seed, indices)

    def _resume(self) -> None:
        """Go on from the run's newest checkpoint, if there is one."""
        self._remove_partial_files()
        state = load_newest(self.run)
        if state is None:
            self._write_config()
            return
        architecture = current_architecture(state["fields"]["architecture"], state["average"])
        _check_same(state["fields"] | {"architecture": architecture}, self._fields)
        for name, part in self.learner.parts().items():
            part.load_state_dict(state[name])
        self.step, self.best, self.rows = state["step"], state["best"], state["rows"]
        torch.set_rng_state(state["random"])

    def _write_config(self) -> None:
        """Write the configuration and the hashes of the inputs beside the run."""
        if self.accelerator.is_main_process:
            write_atomically(self.run / CONFIG, json.dumps(self._recipe(), indent=2).encode())

    def _remove_partial_files(self) -> None:
        """Remove files that a killed process left half written."""
        if self.accelerator.is_main_process:
            for partial in self.run.glob("*.partial"):
                partial.unlink()

    @cached_property
    def _fields(self) -> dict[str, Any]:
        """What must be the same when a run is resumed, by name, but for `MAY_CHANGE`."""
        init = self.init_state and fingerprint(self.init_state)
        return field_values(self.config) | self.inputs.fingerprint | {"weights of init": init}

    def _recipe(self) -> dict[str, Any]:
        """The configuration and the hashes of the inputs, ready for JSON.

        The inputs are called 'materials' here, as in the files of earlier runs.
        """
        return self.config.to_json() | {"materials": self.inputs.fingerprint}

    def save(self) -> None:
        """Write the moving average of the weights, then the checkpoint.

        Raises
        ------
        OSError
            If the disk refuses; older files are still whole.
        """
        if not self.accelerator.is_main_process:
            return
        state = {name: part.state_dict() for name, part in self.learner.parts().items()}
        state |= {"fields": self._fields, "random": torch.get_rng_state()}
        state |= {"best": self.best, "rows": self.rows}
        self._save_average(WEIGHTS)
        save_checkpoint(self.run, self.step, state, self.config.output.keep_last)

    def _save_average(self, name: str) -> None:
        """Write the moving average as a weights file with its configuration in the metadata."""
        recipe = self._recipe() | {"step": self.step, "init": Path(self.config.init).name}
        metadata = {
            "architecture": self.config.architecture,
            "config": json.dumps(dict(self.config.model)),
            "training": json.dumps(recipe),
        }
        state = self.learner.average.state_dict()
        save_weights(self.run / name, state, metadata, dtype=torch.float32)

    def _validate(self, validation: Validation, tensorboard: TensorBoardWriter) -> Iterator[str]:
        """Yield the lines of a validation table; write the weights if they are the best so far."""
        yield from HEADER
        cost = math.inf
        for alpha, render in self._renders():
            row = validation.row(self.step, alpha, render)
            self.rows.append(row.to_json())
            tensorboard.add_values(self.step, row.named_values())
            yield str(row)
            cost = row.cost(is_adversarial=self.config.is_adversarial)
        sample = validation.rebuild(validation.pairs[0][1], _render(self.learner.average))
        tensorboard.add_picture(self.step, sample_picture(sample))
        write_atomically(self.run / VALIDATION, json.dumps(self.rows, indent=2).encode())
        if cost < self.best:
            self.best = cost
            self._save_average(BEST)

    def _renders(self) -> Iterator[tuple[float | None, Render]]:
        """The networks to validate: the moving average, or for a pair one for each α, 1 last."""
        if not self.config.is_adversarial or self.init_state is None:
            yield None, _render(self.learner.average)
            return
        gan: Mapping[str, Tensor] = self.learner.average.state_dict()
        psnr = {key: value.to(self.accelerator.device) for key, value in self.init_state.items()}
        network = deepcopy(self.learner.average)
        for alpha in self.config.output.validation_alphas:
            network.load_state_dict(interpolate(psnr, gan, alpha))
            yield alpha, _render(network)


def _render(network: nn.Module) -> Render:
    """A network as a function of a picture on the CPU, returned on the CPU."""
    device = next(network.parameters()).device

    def render(lr: Tensor) -> Tensor:
        with torch.no_grad():
            return network(lr.to(device)).float().cpu()

    return render


def _check_same(before: Mapping[str, Any], now: Mapping[str, Any]) -> None:
    """Refuse to resume a run with another configuration, naming the first difference."""
    for name, value in now.items():
        if name not in MAY_CHANGE and before.get(name) != value:
            raise ValueError(
                f"This run was begun with {name}={before.get(name)}, not {value}: use another "
                "folder, and start there from its weights with --set init=FILE."
            )
