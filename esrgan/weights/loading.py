"""Load a generator from a weights file: find out which network the tensors belong to.

`tensor_file` reads the tensors and `dialects` recognises those of other programs; here they are
compared with the network's own keys and shapes.
"""

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch

from esrgan.models.dialect import State
from esrgan.weights.dialects import detect
from esrgan.weights.former_names import current_architecture
from esrgan.weights.generator import Generator, first_mismatch, full_config
from esrgan.weights.padding import trim_growth
from esrgan.weights.tensor_file import read_tensors


def load(path: Path) -> Generator:
    """Load a generator from a safetensors or PyTorch (`.pth`) file, in any known dialect.

    The metadata of this package's own files say which network they hold. For all other files the
    architecture and its sizes are recognised by keys and shapes.

    Raises
    ------
    ValueError
        With one sentence that begins with the file's name, if the file is missing, cannot be read,
        holds anything but a generator, or has a value that is not finite.
    """
    state, metadata = read_tensors(path)
    if {"architecture", "config"} & set(metadata):
        generator = _described(path, state, metadata)
    else:
        generator = _detected(path, state, metadata)
    for key, value in generator.state.items():
        if not torch.isfinite(value).all():
            raise ValueError(f"{path.name} has a value that is not a number, in {key!r}.")
    return generator


def _described(path: Path, state: State, metadata: Mapping[str, str]) -> Generator:
    """Make the generator that a file's metadata describe."""
    for field in ("architecture", "config"):
        if field not in metadata:
            raise ValueError(f"{path.name} does not say its {field}.")
    refusal = f"{path.name} does not hold what its description says"
    try:
        architecture = current_architecture(metadata["architecture"], state)
        config: dict[str, Any] = full_config(architecture, json.loads(metadata["config"]))
        _check_number_of_blocks(config, state)
        generator = Generator(architecture, config, state, metadata)
        mismatch = first_mismatch(generator)
    except (KeyError, AttributeError, TypeError, RuntimeError, ValueError):
        raise ValueError(f"{refusal}.") from None
    if mismatch:
        raise ValueError(f"{refusal}: {mismatch}.")
    return generator


def _check_number_of_blocks(config: Mapping[str, float], state: State) -> None:
    """Refuse a config with more blocks than the file has tensors, before a network is built."""
    if config.get("num_groups", 1) * config.get("num_blocks", 1) > len(state):
        raise ValueError("more blocks than tensors")


def _detected(path: Path, state: State, metadata: Mapping[str, str]) -> Generator:
    """Make the generator that a file's keys and shapes show."""
    try:
        detected = detect(state)
        config = full_config(detected.architecture, detected.config)
        generator = Generator(detected.architecture, config, detected.state, metadata)
        mismatch = first_mismatch(generator)
    except ValueError as error:
        raise ValueError(f"{path.name} {str(error).rstrip('.')}.") from None
    if mismatch:
        raise ValueError(f"{path.name} is no {detected.architecture}: {mismatch}.")
    config, trimmed = trim_growth(generator.architecture, generator.config, generator.state)
    return replace(generator, config=config, state=trimmed, dialect=detected.dialect)
