"""Architectures by name: `build("rrdbnet", num_blocks=4)` makes a generator."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from typing import Any

from torch import nn

from esrgan.models.edsr import EDSR, EDSRConfig
from esrgan.models.enhancenet import EnhanceNet, EnhanceNetConfig
from esrgan.models.rcan import RCAN, RCANConfig
from esrgan.models.rrdbnet import RRDBNet, RRDBNetConfig
from esrgan.models.srcnn import SRCNN, SRCNNConfig
from esrgan.models.srresnet import MSRResNet, MSRResNetConfig, SRResNet, SRResNetConfig


@dataclass(frozen=True)
class Architecture:
    """A generator's class and the frozen dataclass that holds its size."""

    network: Callable[[Any], nn.Module]
    config: type[Any]


ARCHITECTURES: Mapping[str, Architecture] = {
    "rrdbnet": Architecture(RRDBNet, RRDBNetConfig),
    "srresnet-bn": Architecture(SRResNet, SRResNetConfig),
    "srresnet": Architecture(MSRResNet, MSRResNetConfig),
    "srcnn": Architecture(SRCNN, SRCNNConfig),
    "edsr": Architecture(EDSR, EDSRConfig),
    "rcan": Architecture(RCAN, RCANConfig),
    "enhancenet": Architecture(EnhanceNet, EnhanceNetConfig),
}


def build(architecture: str, **config: float) -> nn.Module:
    """Make a generator with fresh weights.

    Parameters
    ----------
    architecture
        A key of `ARCHITECTURES`.
    config
        Fields of its config dataclass; what is left out takes the published size.

    Raises
    ------
    ValueError
        If the architecture or a field is unknown, or a value is out of range.

    Examples
    --------
    >>> sum(parameter.numel() for parameter in build("srresnet").parameters())
    1517571
    """
    if architecture not in ARCHITECTURES:
        known = ", ".join(ARCHITECTURES)
        raise ValueError(f"Unknown architecture {architecture!r}; choose one of {known}.")
    entry = ARCHITECTURES[architecture]
    names = [field.name for field in fields(entry.config)]
    unknown = sorted(set(config) - set(names))
    if unknown:
        valid = ", ".join(names)
        raise ValueError(f"{architecture} has no setting {unknown[0]!r}; it has {valid}.")
    return entry.network(entry.config(**config))
