"""A run: from its folder to a trained network, through interruptions."""

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
from esrgan.training.clock import Clock
from esrgan.training.config import TrainingConfig
from esrgan.training.data import Loader, TrainingSet
from esrgan.training.distributed import average
from esrgan.training.learner import Learner
from esrgan.training.precision import mixed_precision
from esrgan.training.scalars import Scalars
from esrgan.training.settings import field_values
from esrgan.training.start import generator, psnr_end
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
"""Fields whose values a resumed run may change; of `init` the file's place, not its weights."""


@dataclass(frozen=True)
class Materials:
    """What a run works with.

    Attributes
    ----------
    pictures
        Where patches come from.
    features
        The feature network, where a loss reads one.
    validation
        Pictures that are never trained on.
    """

    pictures: TrainingSet
    features: VGGFeatures | None = None
    validation: Sequence[Path] = ()

    @cached_property
    def fingerprint(self) -> dict[str, str | None]:
        """What of them decides the outcome: pictures, and weights of the feature network."""
        features = self.features and fingerprint(self.features.convolutions.state_dict())
        return {"pictures": self.pictures.fingerprint, "features": features}


class Trainer:
    """State of a run; `train()` advances it and yields lines for the reader now and then.

    Parameters
    ----------
    config
        What to train.
    run
        Folder for checkpoints and weights. If it holds a checkpoint the run goes on.
    device
        'auto' or 'cpu'.

    Raises
    ------
    ValueError
        If a GAN has no weights to start from, they do not fit, or the run was begun with
        another configuration.
    """

    def __init__(
        self, config: TrainingConfig, run: Path, materials: Materials, *, device: str = "auto"
    ) -> None:
        torch.manual_seed(config.seed)
        self.config, self.run, self.materials = config, run, materials
        self.step, self.best = 0, math.inf
        self.rows: list[dict[str, Any]] = []
        self._is_interrupted = False
        on_cpu = device == "cpu"
        precision = mixed_precision(config.optimisation.precision, on_cpu=on_cpu)
        self.accelerator = Accelerator(mixed_precision=precision, cpu=on_cpu)
        self.start = psnr_end(config)
        network = generator(config, self.start)
        features = materials.features
        self.learner = Learner(config, network, features, self.accelerator, self.start)
        self.validation = None
        if materials.validation and self.accelerator.is_main_process:
            self.validation = Validation(materials.validation, config.back_projection)
        self._resume()

    @property
    def is_done(self) -> bool:
        """Whether the last step has been taken."""
        return self.step >= self.config.steps

    def interrupt(self) -> None:
        """Let `train` save and end after the present step."""
        self._is_interrupted = True

    def train(self) -> Iterator[str]:
        """Train to the end or to an interruption, yielding lines for the reader.

        Raises
        ------
        ValueError
            If a loss or a gradient stops being finite; the last checkpoint stays as it is.
        OSError
            If the disk refuses a file; older files stay as they are.
        """
        loader = self._loader()
        scalars = Scalars(self.run, self.step, is_main=self.accelerator.is_main_process)
        cores = torch.get_num_threads() * self.accelerator.num_processes
        clock = Clock(self.config.data.batch_size, cores)
        try:
            while not self.is_done:
                with clock.step():
                    with clock.waiting():
                        batch = loader.batch(self.step)
                    losses = self.learner.advance(*batch, self.step)
                self.step += 1
                yield from self._after_step(losses, clock, scalars)
                if self._must_end():
                    self.save()
                    return
        finally:
            loader.close()
            scalars.close()

    def _after_step(
        self, losses: Mapping[str, float], clock: Clock, scalars: Scalars
    ) -> Iterator[str]:
        """Report, validate and save where the step is one for it."""
        output = self.config.output
        if self.step % output.report_every == 0:
            scalars.add(self.step, losses)
            yield clock.line(self.step, self.config.steps, losses)
        if self.validation is not None and self._is_due(output.validate_every):
            yield from self._validate(self.validation, scalars)
        if self._is_due(output.checkpoint_every):
            self.save()

    def _is_due(self, interval: int) -> bool:
        """Whether this step ends an interval, or the run."""
        return bool(interval) and (self.step % interval == 0 or self.is_done)

    def _must_end(self) -> bool:
        """Whether any process has been asked to end; all of them end after the same step."""
        flag = torch.tensor(float(self._is_interrupted), device=self.accelerator.device)
        return not self.is_done and bool(average(flag) > 0)

    def _loader(self) -> Loader:
        """Pictures for the process: its share of every accumulated part of a batch."""
        size, parts = self.config.data.batch_size, self.config.optimisation.accumulation
        count, rank = self.accelerator.num_processes, self.accelerator.process_index
        if size % (parts * count):
            raise ValueError(
                f"batch_size {size} cannot be shared by {count} processes in {parts} parts."
            )
        part = size // parts
        own = part // count
        indices = [start + rank * own + i for start in range(0, size, part) for i in range(own)]
        return Loader(self.materials.pictures, self.config.data, self.config.seed, indices)

    def _resume(self) -> None:
        """Go on from the run's newest checkpoint, if there is one."""
        self._sweep()
        state = load_newest(self.run)
        if state is None:
            self._begin()
            return
        architecture = current_architecture(state["fields"]["architecture"], state["average"])
        _check_same(state["fields"] | {"architecture": architecture}, self._fields)
        for name, part in self.learner.parts().items():
            part.load_state_dict(state[name])
        self.step, self.best, self.rows = state["step"], state["best"], state["rows"]
        torch.set_rng_state(state["random"])

    def _begin(self) -> None:
        """Write down what is trained, and of what."""
        if self.accelerator.is_main_process:
            write_atomically(self.run / CONFIG, json.dumps(self._recipe(), indent=2).encode())

    def _sweep(self) -> None:
        """Drop what a killed run left half written."""
        if self.accelerator.is_main_process:
            for partial in self.run.glob("*.partial"):
                partial.unlink()

    @cached_property
    def _fields(self) -> dict[str, Any]:
        """What must not change while the run lasts, by name."""
        start = self.start and fingerprint(self.start)
        return field_values(self.config) | self.materials.fingerprint | {"weights of init": start}

    def _recipe(self) -> dict[str, Any]:
        """The configuration and what the run works with, ready for JSON."""
        return self.config.to_json() | {"materials": self.materials.fingerprint}

    def save(self) -> None:
        """Write the moving average's weights and then the checkpoint.

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
        """The moving average as a weights file that describes itself."""
        recipe = self._recipe() | {"step": self.step, "init": Path(self.config.init).name}
        metadata = {
            "architecture": self.config.architecture,
            "config": json.dumps(dict(self.config.model)),
            "training": json.dumps(recipe),
        }
        state = self.learner.average.state_dict()
        save_weights(self.run / name, state, metadata, dtype=torch.float32)

    def _validate(self, validation: Validation, scalars: Scalars) -> Iterator[str]:
        """Lines of the table; keeps the best weights so far."""
        yield from HEADER
        cost = math.inf
        for alpha, render in self._renders():
            row = validation.row(self.step, alpha, render)
            self.rows.append(row.to_json())
            scalars.add(self.step, row.scalars())
            yield str(row)
            cost = row.cost(is_adversarial=self.config.is_adversarial)
        sample = validation.rebuild(validation.pairs[0][1], _render(self.learner.average))
        scalars.add_picture(self.step, sample_picture(sample))
        write_atomically(self.run / VALIDATION, json.dumps(self.rows, indent=2).encode())
        if cost < self.best:
            self.best = cost
            self._save_average(BEST)

    def _renders(self) -> Iterator[tuple[float | None, Render]]:
        """The network that is evaluated; for a pair one for each α, the GAN end last."""
        if not self.config.is_adversarial or self.start is None:
            yield None, _render(self.learner.average)
            return
        state: Mapping[str, Tensor] = self.learner.average.state_dict()
        start = {key: value.to(self.accelerator.device) for key, value in self.start.items()}
        network = deepcopy(self.learner.average)
        for alpha in self.config.output.validation_alphas:
            network.load_state_dict(interpolate(start, state, alpha))
            yield alpha, _render(network)


def _render(network: nn.Module) -> Render:
    """A network as a function on pictures on the CPU."""
    device = next(network.parameters()).device

    def render(lr: Tensor) -> Tensor:
        with torch.no_grad():
            return network(lr.to(device)).float().cpu()

    return render


def _check_same(before: Mapping[str, Any], now: Mapping[str, Any]) -> None:
    """Refuse to go on with a run under another configuration, naming what differs."""
    for name, value in now.items():
        if name not in MAY_CHANGE and before.get(name) != value:
            raise ValueError(
                f"This run was begun with {name}={before.get(name)}, not {value}: use another "
                "folder, and start there from its weights with --set init=FILE."
            )
