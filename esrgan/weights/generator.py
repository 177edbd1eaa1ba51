"""`Generator`: a network's architecture, sizes and weights, as a weights file holds them."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass

import torch
from torch import Tensor, nn

from esrgan.models import ARCHITECTURES, build

NATIVE = "native"
"""Dialect of a file in this package's own keys."""


@dataclass(frozen=True)
class Generator:
    """What a weights file holds.

    Attributes
    ----------
    architecture, config
        Arguments of `esrgan.models.build`; `config` has every size.
    state
        State dict in this package's keys, float32, for values in [0, 1].
    metadata
        Text by name from the file's header; empty for `.pth` files.
    dialect
        Dialect of the keys in the file: 'native' if its metadata describe the network.
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
        """Make the network in evaluation mode, with this or another state dict; copies nothing.

        Raises
        ------
        RuntimeError
            If keys or shapes do not fit.
        """
        network = _build_empty(self.architecture, self.config)
        network.load_state_dict(self.state if state is None else state, assign=True)
        return network.eval().requires_grad_(False)


def full_config(architecture: str, config: Mapping[str, float]) -> dict[str, float]:
    """Every size of an architecture's config; fields that are not given have their defaults.

    Switches (booleans) are named only where they differ from their defaults.
    """
    made, usual = ARCHITECTURES[architecture].config(**config), ARCHITECTURES[architecture].config()
    values, defaults = asdict(made), asdict(usual)
    return {
        name: value
        for name, value in values.items()
        if not isinstance(value, bool) or value != defaults[name]
    }


def count_parameters(architecture: str, config: Mapping[str, float]) -> int:
    """Count the trained values of a network without allocating them."""
    network = _build_empty(architecture, config)
    return sum(parameter.numel() for parameter in network.parameters())


def first_mismatch(generator: Generator) -> str:
    """Name the first key, shape or type in a state dict that its network does not have.

    Returns
    -------
    str
        A clause for an error message such as "'conv_last.bias' is missing", or '' if all fit.
    """
    expected = _build_empty(generator.architecture, generator.config).state_dict()
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


def _build_empty(architecture: str, config: Mapping[str, float]) -> nn.Module:
    """Build a network whose weights have shapes but no values and take no memory."""
    with torch.device("meta"):
        return build(architecture, **config)
