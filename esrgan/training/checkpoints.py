"""Atomic checkpoints: the file is either the whole new one or the whole old one."""

import io
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch

from esrgan.files import write_atomically


def save_checkpoint(path: Path, state: Mapping[str, Any]) -> None:
    """Write everything that a resumed run needs."""
    buffer = io.BytesIO()
    torch.save(dict(state), buffer)
    write_atomically(path, buffer.getvalue())


def load_checkpoint(path: Path) -> dict[str, Any]:
    """Read what `save_checkpoint` wrote; nothing in the file is executed."""
    return torch.load(path, map_location="cpu", weights_only=True)
