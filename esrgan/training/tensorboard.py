"""Curves of a run's losses and scores, and sample pictures, for TensorBoard if installed."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from torch import Tensor

FOLDER = "tensorboard"


class TensorBoardWriter:
    """Writes into a run's `tensorboard` folder, from the main process and if it is installed.

    Parameters
    ----------
    run
        The run's folder.
    step
        Where the run goes on: what an interrupted run wrote of later steps is hidden.
    is_main
        Whether this is the main process; the others write nothing.
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

    def add_values(self, step: int, values: Mapping[str, float]) -> None:
        """Add one point to each curve."""
        if self._writer is not None:
            for name, value in values.items():
                self._writer.add_scalar(name, value, step)

    def add_picture(self, step: int, picture: Tensor) -> None:
        """Add a picture, uint8 (3, H, W)."""
        if self._writer is not None:
            self._writer.add_image("held-out picture", picture, step)

    def close(self) -> None:
        """Write what is pending and close the file."""
        if self._writer is not None:
            self._writer.close()
