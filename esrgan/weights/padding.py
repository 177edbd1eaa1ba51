"""RRDBNet of any growth for programs that take 32 growth channels for granted.

ESRGAN's authors used 32 growth channels, and a file does not state the number. spandrel, with which
ComfyUI, chaiNNer and Stable Diffusion's web UIs read weights, and BasicSR's scripts take it for 32
whatever the shapes say. So a narrower network is written with zeros in place of the missing
channels: a convolution of zero weights and bias gives zeros, LeakyReLU keeps them, and the later
convolutions read them with weights of zero, so that the output is the same. When such a file is
read, the zeros are removed.

A dense block's convolution number i, counted from 1, reads the features and then i − 1 groups of
growth channels; each group is widened at its end:

    features | group 1, zeros | group 2, zeros | …
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

import torch
from torch import Tensor

from esrgan.models.dialect import State

PADDED_ARCHITECTURE = "rrdbnet"
PUBLISHED_GROWTH = 32
"""Growth channels of the authors' networks (arXiv 1809.00219)."""
DENSE_KEY = re.compile(r"body\.\d+\.rdb\d\.conv(\d)\.(weight|bias)")
LAST_CONVOLUTION = 5
"""Number of a dense block's convolution that writes features, not growth channels."""


def pad_growth(architecture: str, state: State) -> dict[str, Tensor]:
    """Widen an RRDBNet of fewer than 32 growth channels to 32.

    Parameters
    ----------
    architecture
        A key of `esrgan.models.ARCHITECTURES`.
    state
        Its state dict in this package's keys.

    Returns
    -------
    dict
        The state dict of a network with the same output, up to the order of sums; the same tensors
        if the network is another or has 32 growth channels or more.
    """
    if architecture != PADDED_ARCHITECTURE or _growth(state) >= PUBLISHED_GROWTH:
        return dict(state)
    return _resized(state, PUBLISHED_GROWTH)


def trim_growth(
    architecture: str, config: Mapping[str, Any], state: State
) -> tuple[dict[str, Any], dict[str, Tensor]]:
    """Remove what `pad_growth` added: the last growth channels, if no block writes or reads them.

    Parameters
    ----------
    architecture, config, state
        Of a network that was read from another program's file.

    Returns
    -------
    tuple
        The config and the state dict of the smallest network with the same output that has all
        other channels; both as they were if there is nothing to remove.
    """
    unchanged = dict(config), dict(state)
    if architecture != PADDED_ARCHITECTURE or _growth(state) != PUBLISHED_GROWTH:
        return unchanged
    growth = max(1, _last_used(state) + 1)
    if growth == PUBLISHED_GROWTH:
        return unchanged
    return dict(config) | {"growth_channels": growth}, _resized(state, growth)


def _growth(state: State) -> int:
    """Number of growth channels."""
    return state["body.0.rdb1.conv1.bias"].shape[0]


def _resized(state: State, growth: int) -> dict[str, Tensor]:
    """Give every group of growth channels another size, with zeros or less at its end."""
    old, resized = _growth(state), dict(state)
    for key, convolution, is_weight in _dense(state):
        tensor = state[key]
        if is_weight and convolution > 1:
            features = tensor.shape[1] - (convolution - 1) * old
            groups = tensor[:, features:].unflatten(1, (convolution - 1, old))
            read = _fit(groups, 2, growth).flatten(1, 2)
            tensor = torch.cat((tensor[:, :features], read), dim=1)
        if convolution < LAST_CONVOLUTION:
            tensor = _fit(tensor, 0, growth)
        resized[key] = tensor.contiguous()
    return resized


def _last_used(state: State) -> int:
    """Index of the last growth channel that any block writes or reads with a weight; −1 if none."""
    growth = _growth(state)
    used = torch.zeros(growth, dtype=torch.bool)
    for key, convolution, is_weight in _dense(state):
        tensor = state[key] != 0
        if convolution < LAST_CONVOLUTION:
            used |= tensor.flatten(1).any(1) if is_weight else tensor
        if is_weight and convolution > 1:
            features = tensor.shape[1] - (convolution - 1) * growth
            read = tensor[:, features:].unflatten(1, (convolution - 1, growth))
            used |= read.transpose(0, 2).flatten(1).any(1)
    return int(used.nonzero().max()) if used.any() else -1


def _dense(state: State) -> Iterator[tuple[str, int, bool]]:
    """List the dense blocks' keys, with the convolution's number and whether it is its weight."""
    for key in state:
        if match := DENSE_KEY.fullmatch(key):
            yield key, int(match[1]), match[2] == "weight"


def _fit(tensor: Tensor, axis: int, size: int) -> Tensor:
    """Cut an axis at its end, or extend it with zeros."""
    if size <= tensor.shape[axis]:
        return tensor.narrow(axis, 0, size)
    shape = list(tensor.shape)
    shape[axis] = size - shape[axis]
    return torch.cat((tensor, tensor.new_zeros(shape)), dim=axis)
