"""Any metric of the optional package pyiqa, by its name there, such as `dists` or `musiq`.

Nothing here requires the package. Its licences are non-commercial, see `LICENCE`; a metric's own
weights, which pyiqa downloads on first use, have licences of their authors.
"""

import importlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import torch
from numpy.typing import NDArray
from torch import Tensor

from esrgan.metrics.lpips import to_batch
from esrgan.metrics.naturalness import UndefinedError

PACKAGE = "pyiqa"
LICENCE = "non-commercial: PolyForm Noncommercial 1.0.0 and NTU S-Lab"
MISSING = f"needs the optional package {PACKAGE}, whose licence is {LICENCE}"


@dataclass(frozen=True)
class PyiqaMetric:
    """A metric of pyiqa, on the CPU.

    Attributes
    ----------
    name
        In pyiqa.
    higher_is_better
        Whether the better of two pictures has the higher value.
    needs_original
        Whether it compares with the original; else it judges the picture alone.
    """

    name: str
    higher_is_better: bool
    needs_original: bool
    _measure: Callable[..., Tensor]

    def __call__(self, sr: NDArray, hr: NDArray | None = None) -> float:
        """Measure a picture, (H, W, 3) RGB, uint8, uint16 or floating point in [0, 1].

        Parameters
        ----------
        sr
            The picture.
        hr
            The original, of the same size; not used unless `needs_original`.

        Raises
        ------
        UndefinedError
            If there is no original where one is needed, or pyiqa refuses the picture.
        """
        pictures = [sr]
        if self.needs_original:
            if hr is None:
                raise UndefinedError("no original to compare with")
            pictures.append(hr)
        try:
            with torch.no_grad():
                return float(self._measure(*map(to_batch, pictures)))
        except (AssertionError, RuntimeError, ValueError) as error:
            raise UndefinedError(f"{PACKAGE} refuses this picture: {error}") from None


def is_known(name: str) -> bool:
    """Whether pyiqa is installed and has a metric of this name."""
    package = _package()
    return package is not None and name in package.list_models()


@lru_cache(maxsize=8)
def load_pyiqa(name: str) -> PyiqaMetric:
    """Open a metric of pyiqa, which may download its weights.

    Raises
    ------
    UndefinedError
        If the package is not installed, or has no metric of this name.
    """
    package = _package()
    if package is None:
        raise UndefinedError(MISSING)
    if name not in package.list_models():
        raise UndefinedError(f"{PACKAGE} has no metric {name!r}")
    metric = package.create_metric(name, device="cpu")
    return PyiqaMetric(name, not metric.lower_better, metric.metric_mode == "FR", metric)


def _package() -> Any:
    """The package, or None where it is not installed."""
    try:
        return importlib.import_module(PACKAGE)
    except ImportError:
        return None
