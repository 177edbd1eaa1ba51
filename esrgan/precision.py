"""Precisions in which a network computes, by name."""

from collections.abc import Mapping

import torch
from torch import Tensor

PRECISIONS = {
    "auto": torch.float32,
    "fp32": torch.float32,
    "bf16": torch.bfloat16,
    "fp16": torch.float16,
}


def cast(state: Mapping[str, Tensor], dtype: torch.dtype) -> dict[str, Tensor]:
    """Convert the floating-point tensors of a state to one precision."""
    return {key: x.to(dtype) if x.is_floating_point() else x for key, x in state.items()}


def is_valid(sr: Tensor, lr: Tensor) -> bool:
    """Whether a half-precision result is finite, and not black where the input is not."""
    return bool(torch.isfinite(sr).all() and (sr.max() > 0 or lr.max() <= 0))
