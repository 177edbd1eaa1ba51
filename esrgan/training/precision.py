"""The arithmetic of a run's forward and backward passes."""

import torch


def mixed_precision(precision: str, *, on_cpu: bool) -> str:
    """Accelerate's name of a precision.

    'auto' is bf16 where the processor computes in it: elsewhere it is imitated, ten times slower
    than single precision.
    """
    if precision == "auto":
        precision = "bf16" if _has_bf16(on_cpu=on_cpu) else "fp32"
    return "no" if precision == "fp32" else precision


def _has_bf16(*, on_cpu: bool) -> bool:
    """Whether the device multiplies in bf16 by itself."""
    if torch.cuda.is_available() and not on_cpu:
        return torch.cuda.is_bf16_supported(including_emulation=False)
    return torch.cpu._is_avx512_bf16_supported()  # pyright: ignore[reportPrivateUsage]
