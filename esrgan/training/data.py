"""Training pictures in memory, and batches that are a pure function of (seed, step)."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from esrgan.images import SUFFIXES, read
from esrgan.resize import crop_to_multiple, imresize

SCALE = 4


@dataclass(frozen=True)
class Pair:
    """A picture and its MATLAB bicubic reduction, uint8 HWC RGB."""

    hr: NDArray
    lr: NDArray


def load_pairs(folder: Path, patch_px: int) -> list[Pair]:
    """Every 8-bit picture below `folder` of at least `patch_px` a side, with its LR form."""
    paths = sorted(path for path in folder.rglob("*") if path.suffix.lower() in SUFFIXES)
    pairs: list[Pair] = []
    for path in paths:
        try:
            picture = read(path).pixels
        except ValueError:
            continue
        if picture.dtype == np.uint8 and min(picture.shape[:2]) >= patch_px:
            hr = crop_to_multiple(picture, SCALE)
            pairs.append(Pair(hr, imresize(hr, 1 / SCALE)))
    if not pairs:
        raise ValueError(f"No readable picture of {patch_px} px or more below {folder}.")
    return pairs


def batch(
    pairs: list[Pair], *, batch_size: int, patch_px: int, seed: int, step: int
) -> tuple[Tensor, Tensor]:
    """LR and HR patches in [0, 1], float NCHW, flipped and turned at random."""
    samples = [
        sample(pairs, patch_px, np.random.default_rng((seed, step, index)))
        for index in range(batch_size)
    ]
    lr, hr = zip(*samples, strict=True)
    return _to_batch(lr), _to_batch(hr)


def _to_batch(patches: Sequence[NDArray[np.uint8]]) -> Tensor:
    """Patches (H, W, 3) to float32 (N, 3, H, W) in [0, 1]."""
    planes = np.ascontiguousarray(np.stack(patches).transpose(0, 3, 1, 2))
    return torch.from_numpy(planes).float() / 255


def sample(
    pairs: list[Pair], patch_px: int, generator: np.random.Generator
) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """One random patch pair, LR and HR."""
    pair = pairs[generator.integers(len(pairs))]
    size = patch_px // SCALE
    top, left = (generator.integers(side - size + 1) for side in pair.lr.shape[:2])
    turns, flip = int(generator.integers(4)), int(generator.integers(2))
    lr = pair.lr[top : top + size, left : left + size]
    hr = pair.hr[SCALE * top :, SCALE * left :][:patch_px, :patch_px]
    lr, hr = np.rot90(lr, turns), np.rot90(hr, turns)
    return (lr[:, ::-1], hr[:, ::-1]) if flip else (lr, hr)
