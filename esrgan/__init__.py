"""ESRGAN: enhanced super-resolution by generative adversarial networks (arXiv 1809.00219).

The public names are imported when they are first used, so that `import esrgan` takes no time.
"""

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from esrgan.inference import Upscaler
    from esrgan.interpolation import AlphaCurve, interpolate
    from esrgan.resize import imresize

__all__ = ["AlphaCurve", "Upscaler", "imresize", "interpolate"]
__version__ = "0.1.0"

_MODULES = {
    "AlphaCurve": "esrgan.interpolation",
    "Upscaler": "esrgan.inference",
    "imresize": "esrgan.resize",
    "interpolate": "esrgan.interpolation",
}
"""The module that defines each public name."""


def __getattr__(name: str) -> Any:
    """Import a public name at its first use."""
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(_MODULES[name]), name)


def __dir__() -> list[str]:
    """Names of the module, with those that are not imported yet."""
    return sorted({*globals(), *__all__})
