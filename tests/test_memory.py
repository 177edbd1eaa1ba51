import pytest
import torch

from esrgan.memory import SCARCE_MEMORY, is_out_of_memory, memory_as_value_error

SCARCE = [
    MemoryError(),
    torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB."),
    RuntimeError("MPS backend out of memory (MPS allocated: 8.00 GiB, max allowed: 9.07 GiB)."),
    RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried to allocate 9 bytes."),
    RuntimeError("DefaultCPUAllocator: not enough memory: you tried to allocate 9 bytes."),
]


@pytest.mark.parametrize("error", SCARCE)
def test_scarce_memory_is_recognised_on_every_device(error):
    assert is_out_of_memory(error)
    with pytest.raises(ValueError, match=SCARCE_MEMORY), memory_as_value_error():
        raise error


def test_other_errors_stay():
    error = RuntimeError("mat1 and mat2 shapes cannot be multiplied")
    assert not is_out_of_memory(error)
    with pytest.raises(RuntimeError, match="shapes"), memory_as_value_error():
        raise error
