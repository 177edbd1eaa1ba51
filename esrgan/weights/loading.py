"""From a safetensors file to a generator; nothing in a file is ever executed."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from torch import Tensor, nn

from esrgan.models import build


@dataclass(frozen=True)
class Generator:
    """What a weights file holds: the float32 state and the description in its metadata."""

    architecture: str
    config: Mapping[str, float]
    state: Mapping[str, Tensor]
    metadata: Mapping[str, str]

    @property
    def num_parameters(self) -> int:
        """Number of trained values; running statistics are not among them."""
        with torch.device("meta"):
            network = build(self.architecture, **self.config)
        return sum(parameter.numel() for parameter in network.parameters())

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


def load(path: Path) -> Generator:
    """Read a generator whose architecture and size stand in the file's metadata.

    Raises
    ------
    ValueError
        If the file is missing, is no safetensors file, does not say what it holds, does not
        fit its own description, or has a value that is not finite.
    """
    state, metadata = _read(path)
    try:
        config: dict[str, Any] = json.loads(metadata["config"])
        generator = Generator(metadata["architecture"], config, state, metadata)
        generator.network()
    except KeyError as missing:
        raise ValueError(f"{path.name} does not say its {missing.args[0]}.") from None
    except (TypeError, RuntimeError, ValueError):
        raise ValueError(f"{path.name} does not hold what its description says.") from None
    for key, value in state.items():
        if not torch.isfinite(value).all():
            raise ValueError(f"{path.name} has a value that is not a number, in {key!r}.")
    return generator


def _read(path: Path) -> tuple[dict[str, Tensor], dict[str, str]]:
    """Tensors, in float32, and metadata of a safetensors file."""
    try:
        with safe_open(path, framework="pt") as file:
            tensors = {key: file.get_tensor(key) for key in file.keys()}  # noqa: SIM118
            metadata = dict(file.metadata() or {})
    except FileNotFoundError:
        raise ValueError(f"There is no file {path}.") from None
    except (SafetensorError, OSError):
        raise ValueError(f"{path.name} is not a safetensors file.") from None
    return {key: _widen(value) for key, value in tensors.items()}, metadata


def _widen(value: Tensor) -> Tensor:
    """float32 for what is floating point, else the value itself."""
    return value.float() if value.is_floating_point() else value
