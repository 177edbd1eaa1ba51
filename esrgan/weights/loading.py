"""From a weights file to a generator, whoever wrote it."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from esrgan.models import ARCHITECTURES, build
from esrgan.models.dialect import State
from esrgan.weights.dialects import detect
from esrgan.weights.former_names import current_architecture
from esrgan.weights.reading import read

NATIVE = "native"


@dataclass(frozen=True)
class Generator:
    """What a weights file holds.

    Attributes
    ----------
    architecture, config
        What `esrgan.models.build` takes; every field is there.
    state
        float32 tensors in our own names, whatever the file's dialect was.
    metadata
        What the file says about itself.
    dialect
        Whose names the file has: 'native' where it describes itself.
    """

    architecture: str
    config: Mapping[str, float]
    state: Mapping[str, Tensor]
    metadata: Mapping[str, str]
    dialect: str = NATIVE

    @property
    def num_parameters(self) -> int:
        """Number of trained values; running statistics are not among them."""
        return count_parameters(self.architecture, self.config)

    @property
    def scale(self) -> int:
        """Ratio of output to input size."""
        return int(self.config.get("scale", 4))

    def network(self, state: Mapping[str, Tensor] | None = None) -> nn.Module:
        """Assemble the network in evaluation mode around this state or another; copies nothing.

        Raises
        ------
        RuntimeError
            If keys or shapes do not fit.
        """
        with torch.device("meta"):
            network = build(self.architecture, **self.config)
        network.load_state_dict(self.state if state is None else state, assign=True)
        return network.eval().requires_grad_(False)


def full_config(architecture: str, config: Mapping[str, float]) -> dict[str, float]:
    """Every field of an architecture's configuration, those left out at their defaults."""
    return asdict(ARCHITECTURES[architecture].config(**config))


def count_parameters(architecture: str, config: Mapping[str, float]) -> int:
    """Number of trained values of a network that is not built."""
    with torch.device("meta"):
        network = build(architecture, **config)
    return sum(parameter.numel() for parameter in network.parameters())


def load(path: Path) -> Generator:
    """Read a generator from a safetensors file or a `.pth`, in any dialect that is known.

    Our own files say in their metadata what they hold; of all others the architecture and its
    sizes are read from keys and shapes.

    Raises
    ------
    ValueError
        With one sentence, if the file is missing, cannot be read, holds something else than a
        generator, or has a value that is not finite; the first key that differs is named.
    """
    state, metadata = read(path)
    if {"architecture", "config"} & set(metadata):
        generator = _described(path, state, metadata)
    else:
        generator = _detected(path, state, metadata)
    for key, value in generator.state.items():
        if not torch.isfinite(value).all():
            raise ValueError(f"{path.name} has a value that is not a number, in {key!r}.")
    return generator


def _described(path: Path, state: State, metadata: dict[str, str]) -> Generator:
    """A generator that fits the description in its metadata."""
    for field in ("architecture", "config"):
        if field not in metadata:
            raise ValueError(f"{path.name} does not say its {field}.")
    refusal = f"{path.name} does not hold what its description says"
    try:
        config: dict[str, Any] = json.loads(metadata["config"])
        architecture = current_architecture(metadata["architecture"], state)
        config = full_config(architecture, config)
        _check_blocks(config, state)
        generator = Generator(architecture, config, state, metadata)
        misfit = first_misfit(generator)
    except (KeyError, AttributeError, TypeError, RuntimeError, ValueError):
        raise ValueError(f"{refusal}.") from None
    if misfit:
        raise ValueError(f"{refusal}: {misfit}.")
    return generator


def _check_blocks(config: Mapping[str, float], state: State) -> None:
    """Refuse a description with more blocks than there are tensors, before any is built."""
    if config.get("num_groups", 1) * config.get("num_blocks", 1) > len(state):
        raise ValueError("more blocks than tensors")


def _detected(path: Path, state: State, metadata: dict[str, str]) -> Generator:
    """A generator recognised by its keys and shapes."""
    try:
        found = detect(state)
        config = full_config(found.architecture, found.config)
        generator = Generator(found.architecture, config, found.state, metadata)
        misfit = first_misfit(generator)
    except ValueError as error:
        raise ValueError(f"{path.name} {str(error).rstrip('.')}.") from None
    if misfit:
        raise ValueError(f"{path.name} is no {found.architecture}: {misfit}.")
    return replace(generator, dialect=found.dialect)


def first_misfit(generator: Generator) -> str:
    """What keeps a state from fitting its network; '' if nothing does."""
    with torch.device("meta"):
        expected = build(generator.architecture, **generator.config).state_dict()
    for key in [*expected, *generator.state]:
        if key not in generator.state:
            return f"{key!r} is missing"
        if key not in expected:
            return f"{key!r} is not part of it"
        wanted, got = tuple(expected[key].shape), tuple(generator.state[key].shape)
        if wanted != got:
            return f"{key!r} is {got}, expected {wanted}"
        if expected[key].is_floating_point() != generator.state[key].is_floating_point():
            return f"{key!r} holds {generator.state[key].dtype}"
    return ""
