"""Where the page's networks run."""

import os

import torch


def on_zero_gpu() -> bool:
    """Whether GPUs are lent per call here: sliding and releasing then stay on the CPU."""
    return os.environ.get("SPACES_ZERO_GPU", "").lower() in ("1", "true")


def name() -> str:
    """The device of the page's networks."""
    return "cuda" if has_own_gpu() else "cpu"


def describe() -> str:
    """The device, for a person to read."""
    if on_zero_gpu():
        return "ZeroGPU"
    return torch.cuda.get_device_name() if has_own_gpu() else "CPU"


def has_own_gpu() -> bool:
    """Whether a CUDA device is there for this page alone."""
    return torch.cuda.is_available() and not on_zero_gpu()
