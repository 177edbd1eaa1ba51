"""Memory that does not suffice: how it shows, and the one sentence that says so."""

from collections.abc import Generator
from contextlib import contextmanager

import torch

SCARCE_MEMORY = "The memory does not suffice for this picture."
REFUSALS = ("not enough memory", "allocate memory")


def is_out_of_memory(error: Exception) -> bool:
    """Whether memory was refused; PyTorch's own type for it does not cover the CPU."""
    out_of_memory = (torch.OutOfMemoryError, MemoryError)
    return isinstance(error, out_of_memory) or any(text in str(error) for text in REFUSALS)


@contextmanager
def enough_memory() -> Generator[None]:
    """A block that says in one sentence, as a ValueError, where the memory does not suffice."""
    try:
        yield
    except (RuntimeError, MemoryError) as error:
        if not is_out_of_memory(error):
            raise
        raise ValueError(SCARCE_MEMORY) from error
