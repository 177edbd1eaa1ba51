"""Checkpoints of a run, written atomically: a file is complete or absent. The newest are kept."""

import hashlib
import io
import pickle
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from esrgan.files import write_atomically

PATTERN = "checkpoint-*.pt"


def fingerprint(state: Mapping[str, Tensor]) -> str:
    """First digits of the hash of a state dict's values."""
    digest = hashlib.sha256()
    for value in state.values():
        digest.update(value.float().cpu().numpy().tobytes())
    return digest.hexdigest()[:16]


def checkpoint_path(run: Path, step: int) -> Path:
    """The path of a step's checkpoint in the folder of a run."""
    return run / f"checkpoint-{step:08d}.pt"


def save_checkpoint(run: Path, step: int, state: Mapping[str, Any], keep_last: int) -> None:
    """Write a checkpoint, then remove all but the newest ones.

    Parameters
    ----------
    state
        Everything that a resumed run needs.
    keep_last
        Checkpoints to keep, the new one among them.

    Raises
    ------
    OSError
        If the file cannot be written; older checkpoints are then not removed.
    """
    buffer = io.BytesIO()
    torch.save(dict(state) | {"step": step}, buffer)
    write_atomically(checkpoint_path(run, step), buffer.getvalue())
    paths, newest = sorted(run.glob(PATTERN)), checkpoint_path(run, step)
    older = [path for path in paths if path < newest]
    damaged = [path for path in paths if path > newest]  # newer, yet `load_newest` skipped them
    for path in [*older[: max(0, len(older) - keep_last + 1)], *damaged]:
        path.unlink(missing_ok=True)


def load_newest(run: Path) -> dict[str, Any] | None:
    """The newest checkpoint that can be read, or None if there is no checkpoint.

    Files are renamed into place when they are complete, so that an unreadable one means a damaged
    disk: then the one before it is taken. Only tensors and plain values are unpickled; no code in
    the file is run.

    Raises
    ------
    ValueError
        If there are checkpoints and none of them can be read.
    """
    paths = sorted(run.glob(PATTERN), reverse=True)
    for path in paths:
        try:
            return torch.load(path, map_location="cpu", weights_only=True)
        except (pickle.UnpicklingError, RuntimeError, EOFError, zipfile.BadZipFile):
            continue
    if paths:
        raise ValueError(f"No checkpoint in {run} can be read; start in another folder.")
    return None
