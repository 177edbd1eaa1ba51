"""Curves and sample pictures for TensorBoard, where it is installed."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from torch import Tensor

FOLDER = "tensorboard"


class Scalars:
    """Writes into a run's `tensorboard` folder; does nothing in other processes or without it.

    Parameters
    ----------
    run
        The run's folder.
    step
        Where the run goes on: what an interrupted one wrote after it is hidden.
    is_main
        Whether this process is the one that writes.
    """

    def __init__(self, run: Path, step: int, *, is_main: bool = True) -> None:
        self._writer: Any = None
        if not is_main:
            return
        try:
            from torch.utils.tensorboard import SummaryWriter
        except ImportError:
            return
        self._writer = SummaryWriter(str(run / FOLDER), purge_step=step + 1)

    def add(self, step: int, values: Mapping[str, float]) -> None:
        """Add one point to each curve."""
        if self._writer is not None:
            for name, value in values.items():
                self._writer.add_scalar(name, value, step)

    def add_picture(self, step: int, picture: Tensor) -> None:
        """Add a picture, uint8 (3, H, W)."""
        if self._writer is not None:
            self._writer.add_image("held-out picture", picture, step)

    def close(self) -> None:
        """Write what is pending."""
        if self._writer is not None:
            self._writer.close()
