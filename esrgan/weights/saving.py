"""Write a generator to a file: this package's, which describes itself, or another program's."""

import io
import json
from collections.abc import Mapping
from pathlib import Path

import torch
from safetensors.torch import save
from torch import Tensor

from esrgan.files import write_atomically
from esrgan.weights.dialects import express
from esrgan.weights.generator import Generator
from esrgan.weights.padding import pad_growth

PYTORCH_SUFFIXES = (".pth", ".pt")
PYTORCH_DIALECT = "basicsr"


def save_weights(
    path: Path,
    state: Mapping[str, Tensor],
    metadata: Mapping[str, str],
    *,
    dtype: torch.dtype = torch.float16,
) -> None:
    """Write a state dict to a safetensors file, in one floating-point type.

    Parameters
    ----------
    state
        Tensors by name; those that are not floating point keep their type.
    metadata
        Holds at least 'architecture' and 'config' (JSON), so that `load` can read the file.
    """
    tensors = {
        key: (value.to(dtype) if value.is_floating_point() else value).contiguous()
        for key, value in state.items()
    }
    write_atomically(path, save(tensors, metadata=dict(metadata)))


def metadata_of(generator: Generator) -> dict[str, str]:
    """Metadata for a safetensors file that holds this generator, with what it had before."""
    return dict(generator.metadata) | {
        "architecture": generator.architecture,
        "config": json.dumps(dict(generator.config)),
    }


def save_generator(path: Path, generator: Generator, dialect: str | None = None) -> None:
    """Write a generator in single precision, for this package or for another program.

    Parameters
    ----------
    path
        `.safetensors`, or `.pth` for other programs.
    dialect
        One of `esrgan.weights.dialects.dialect_names()`. By default a safetensors file has this
        package's keys and describes itself, and a `.pth` file is in BasicSR's dialect. In any
        dialect an RRDBNet is widened to 32 growth channels (see `esrgan.weights.padding`).

    Raises
    ------
    ValueError
        If the suffix is another, or the architecture is not written in this dialect.
    """
    is_pytorch = path.suffix in PYTORCH_SUFFIXES
    if not is_pytorch and path.suffix != ".safetensors":
        raise ValueError(f"{path.name} should end in .safetensors, or .pth for other programs.")
    if dialect is None and not is_pytorch:
        save_weights(path, generator.state, metadata_of(generator), dtype=torch.float32)
        return
    name = dialect or PYTORCH_DIALECT
    widened = pad_growth(generator.architecture, generator.state)
    state, written = express(generator.architecture, widened, name)
    if is_pytorch:
        buffer = io.BytesIO()
        torch.save({written.wrapper: state} if written.wrapper else state, buffer)
        write_atomically(path, buffer.getvalue())
    else:
        save_weights(path, state, {"dialect": name}, dtype=torch.float32)
