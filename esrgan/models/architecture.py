"""Architecture: what a model file tells the rest of the package about its network."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from torch import nn

from esrgan.models.dialect import Counts, Dialect, State


def published_sizes(state: State, counts: Counts) -> dict[str, Any]:  # noqa: ARG001
    """Leave every config field at its default, the published size."""
    return {}


@dataclass(frozen=True)
class Architecture:
    """A generator, its size, and how files of other programs are translated.

    Attributes
    ----------
    network
        Class of the network; its constructor takes an instance of `config`.
    config
        Frozen dataclass of the network's sizes. Defaults are the published sizes.
    dialects
        Layer names of the programs whose files can be read and written.
    sizes
        Reads fields of `config` from the shapes of a state dict in this package's keys and from
        its numbers of groups and blocks. Raises `ValueError` with the end of a sentence that
        begins with the file's name, if the shapes are impossible.
    """

    network: Callable[[Any], nn.Module]
    config: type[Any]
    dialects: tuple[Dialect, ...] = ()
    sizes: Callable[[State, Counts], dict[str, Any]] = published_sizes


def convolution_shape(state: State, key: str) -> tuple[int, ...]:
    """Shape of a convolution's weight: (outputs, inputs, height, width).

    Raises
    ------
    ValueError
        If the tensor has another number of dimensions.
    """
    shape = tuple(state[key].shape)
    if len(shape) != 4:
        raise ValueError(f"has {key!r} of shape {shape}; a convolution has four dimensions")
    return shape
