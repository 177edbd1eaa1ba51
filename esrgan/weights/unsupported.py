"""Networks that people bring and that are not supported, by the keys of their weights."""

import re
from collections.abc import Collection, Mapping

from torch import Tensor

UNSUPPORTED: Mapping[str, Collection[str]] = {
    "an ESRGAN+ network (1x1 convolutions inside its dense blocks)": (r".*RDB1\.conv1x1\.weight",),
    "a compact network (SRVGGNet)": (r"body\.0\.weight", r"body\.1\.weight", r"body\.2\.weight"),
    "a transformer (SwinIR, HAT or a relative)": (r".*\.relative_position_bias_table",),
    "a SPAN network": (r"block_1\.c1_r\.sk\.weight",),
    "a Real-CUGAN network": (r"unet1\.conv_bottom\.weight",),
}
"""What it is → patterns, each of which one of its keys matches."""


def refuse_unsupported(state: Mapping[str, Tensor]) -> None:
    """Refuse a state dict of a known network that cannot be run here.

    Parameters
    ----------
    state
        Tensors by name, of no supported network.

    Raises
    ------
    ValueError
        With the end of a sentence that begins with the file's name, if the network is known.
    """
    for name, patterns in UNSUPPORTED.items():
        if all(any(re.fullmatch(pattern, key) for key in state) for pattern in patterns):
            raise ValueError(
                f"is {name}, which is not supported: RRDBNet, SRResNet, EDSR and RCAN are"
            )
