"""Generators by the name of their architecture: `build("rrdbnet", num_blocks=4)` makes one.

To add an architecture, write `esrgan/models/NAME.py` with its network, its config and an
`ARCHITECTURE`, and list it in `ARCHITECTURES`.
"""

from collections.abc import Mapping
from dataclasses import fields

from torch import nn

from esrgan.models import edsr, enhancenet, msrresnet, rcan, rrdbnet, srcnn, srresnet
from esrgan.models.architecture import Architecture

ARCHITECTURES: Mapping[str, Architecture] = {
    "rrdbnet": rrdbnet.ARCHITECTURE,
    "srresnet": srresnet.ARCHITECTURE,
    "msrresnet": msrresnet.ARCHITECTURE,
    "srcnn": srcnn.ARCHITECTURE,
    "edsr": edsr.ARCHITECTURE,
    "rcan": rcan.ARCHITECTURE,
    "enhancenet": enhancenet.ARCHITECTURE,
}


def build(architecture: str, **config: float) -> nn.Module:
    """Make a generator with fresh weights.

    Parameters
    ----------
    architecture
        A key of `ARCHITECTURES`.
    config
        Fields of its config dataclass; fields that are not given have the published size.

    Raises
    ------
    ValueError
        If the architecture or a field is unknown, or a value is out of range.

    Examples
    --------
    >>> sum(parameter.numel() for parameter in build("msrresnet").parameters())
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
