"""The floating-point precision of a run's forward and backward passes."""

import torch


def mixed_precision(precision: str, *, on_cpu: bool) -> str:
    """The name by which Accelerate knows a precision.

    'auto' is bf16 on a processor with bf16 arithmetic. Elsewhere it is fp32, because bf16 would be
    emulated, ten times slower than fp32.
    """
    if precision == "auto":
        precision = "bf16" if _has_bf16(on_cpu=on_cpu) else "fp32"
    return "no" if precision == "fp32" else precision


def _has_bf16(*, on_cpu: bool) -> bool:
    """Whether the device has bf16 arithmetic."""
    if torch.cuda.is_available() and not on_cpu:
        return torch.cuda.is_bf16_supported(including_emulation=False)
    return torch.cpu._is_avx512_bf16_supported()  # pyright: ignore[reportPrivateUsage]
