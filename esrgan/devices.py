"""Where a model runs: the device by name, and a model's networks on it."""

from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache

import torch

from esrgan.weights import Generator, Model, open_model
from esrgan.weights.pairs import check_generators

ACCELERATORS: dict[str, Callable[[], bool]] = {
    "cuda": lambda: torch.cuda.is_available(),
    "mps": lambda: torch.backends.mps.is_available(),
}
"""GPUs in the order of preference, and whether there is one."""


def choose_device(name: str) -> torch.device:
    """The device of a name: 'auto', 'cpu', 'mps' (Apple's GPU), 'cuda' or 'cuda:N'.

    'auto' is CUDA where there is one, else Apple's GPU where there is one, else the CPU.

    Raises
    ------
    ValueError
        If the name is unknown, or there is no such device.
    """
    if name == "auto":
        return torch.device(next((kind for kind in ACCELERATORS if ACCELERATORS[kind]()), "cpu"))
    if name.partition(":")[0] not in ("cpu", *ACCELERATORS):
        raise ValueError(f"Unknown device {name!r}; use auto, cpu, cuda or mps.")
    try:
        device = torch.device(name)
    except RuntimeError:
        raise ValueError(f"{name!r} does not number a device.") from None
    if device.type in ACCELERATORS and not ACCELERATORS[device.type]():
        raise ValueError(f"There is no {device.type.upper()} device here; use auto or cpu.")
    count = torch.cuda.device_count() if device.type == "cuda" else 1
    if ":" in name and device.index >= count:
        raise ValueError(f"There is no {name} here; the last one is {device.type}:{count - 1}.")
    return device


def open_on(model: Model, device: torch.device) -> tuple[Generator, ...]:
    """Read a model's generators to a device, once; a file that was replaced is read again.

    Raises
    ------
    ValueError
        If a file is missing or refused, or two generators do not make a pair.
    """
    return _open_on(model, _file_stamps(model), device)


def _file_stamps(model: Model) -> tuple[tuple[int, int], ...]:
    """Size and time of each of the model's files, so that a replaced file is read again."""
    statuses = [path.stat() for path in model.files if path.exists()]
    return tuple((status.st_size, status.st_mtime_ns) for status in statuses)


@lru_cache(maxsize=8)
def _open_on(
    model: Model, _stamps: tuple[tuple[int, int], ...], device: torch.device
) -> tuple[Generator, ...]:
    """Read a model's generators to a device, and check that two make a pair; cached."""
    ends = tuple(_move(generator, device) for generator in open_model(model))
    if model.is_pair:
        check_generators(*ends)
    return ends


def _move(generator: Generator, device: torch.device) -> Generator:
    """Copy a generator to a device, with convolutions in channels-last order."""
    state = {
        key: x.to(device, memory_format=torch.channels_last) if x.ndim == 4 else x.to(device)
        for key, x in generator.state.items()
    }
    return replace(generator, state=state)
