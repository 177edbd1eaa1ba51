"""The real perceptual index, where the optional package pyiqa is installed.

pyiqa's licence is non-commercial (CC BY-NC-SA 4.0 and NTU S-Lab); nothing here requires it. It
downloads Ma's model itself on first use.
"""

import importlib
from functools import lru_cache
from typing import Any

import torch
from numpy.typing import NDArray

from esrgan.metrics.lpips import to_batch
from esrgan.metrics.naturalness import UndefinedError

PACKAGE = "pyiqa"


def published_index(picture: NDArray) -> float:
    """Perceptual index ½ ((10 − Ma) + NIQE) with Ma's own model, by pyiqa; lower is better.

    Parameters
    ----------
    picture
        (H, W, 3) RGB, uint8, uint16 or floating point in [0, 1].

    Raises
    ------
    UndefinedError
        If the package is not installed.
    """
    with torch.no_grad():
        return float(_metric()(to_batch(picture)))


@lru_cache(maxsize=1)
def _metric() -> Any:
    """The metric of pyiqa, on the CPU."""
    try:
        package: Any = importlib.import_module(PACKAGE)
    except ImportError:
        raise UndefinedError(
            "needs the optional package pyiqa, whose licence is non-commercial"
        ) from None
    return package.create_metric("pi", device="cpu")
