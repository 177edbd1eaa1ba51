"""From a generator's state to a safetensors file that describes itself."""

from collections.abc import Mapping
from pathlib import Path

import torch
from safetensors.torch import save
from torch import Tensor

from esrgan.files import write_atomically


def save_weights(
    path: Path,
    state: Mapping[str, Tensor],
    metadata: Mapping[str, str],
    *,
    dtype: torch.dtype = torch.float16,
) -> None:
    """Write a generator's weights in one floating-point type.

    Parameters
    ----------
    state
        A state dict; what is not floating point is written as it is.
    metadata
        Holds at least 'architecture' and 'config' (JSON), so that `load` can read the file.
    """
    tensors = {
        key: (value.to(dtype) if value.is_floating_point() else value).contiguous()
        for key, value in state.items()
    }
    write_atomically(path, save(tensors, metadata=dict(metadata)))
