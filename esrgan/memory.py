"""Out-of-memory errors of NumPy and PyTorch, recognised and turned into a ValueError."""

from collections.abc import Generator
from contextlib import contextmanager

import torch

SCARCE_MEMORY = "The memory does not suffice for this picture."
ERROR_TEXTS = ("not enough memory", "allocate memory", "out of memory")
"""Parts of the messages of the RuntimeError that PyTorch raises on the CPU and Apple's GPU."""


def is_out_of_memory(error: Exception) -> bool:
    """Tell whether an error means that memory could not be allocated, on the GPU or the CPU."""
    out_of_memory = (torch.OutOfMemoryError, MemoryError)
    return isinstance(error, out_of_memory) or any(text in str(error) for text in ERROR_TEXTS)


@contextmanager
def memory_as_value_error() -> Generator[None]:
    """Run a block; an out-of-memory error in it becomes a ValueError with `SCARCE_MEMORY`."""
    try:
        yield
    except (RuntimeError, MemoryError) as error:
        if not is_out_of_memory(error):
            raise
        raise ValueError(SCARCE_MEMORY) from error
