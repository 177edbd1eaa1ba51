"""Training batches as a pure function of seed and step, so that a resumed run gets the same."""

from collections.abc import Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from esrgan.training.cache import Cache, Progress, digest, no_progress, open_cache
from esrgan.training.config import SCALE, DataConfig

Patches = tuple[NDArray[np.uint8], NDArray[np.uint8]]
"""LR and HR patches."""


@dataclass(frozen=True)
class Source:
    """A data folder's usable pictures and the share of patches that come from it."""

    cache: Cache
    names: Sequence[str]
    share: float


@dataclass(frozen=True)
class TrainingSet:
    """The pictures of several folders, from which patches are cut.

    Attributes
    ----------
    held_out
        Paths of the pictures that are kept for validation.
    skipped
        Why a picture is not used, by its path.
    """

    sources: Sequence[Source]
    held_out: Sequence[Path]
    skipped: Mapping[str, str]

    @property
    def fingerprint(self) -> str:
        """Hash of everything that decides which patches a step sees."""
        return digest([[it.cache.key, it.share, list(it.names)] for it in self.sources])

    def batch(self, config: DataConfig, seed: int, step: int, indices: Sequence[int]) -> Patches:
        """LR and HR patches of a step, uint8 (N, H, W, 3), flipped and rotated at random.

        Parameters
        ----------
        indices
            Numbers of the samples in the step's batch; each process takes a part of them.
        """
        samples = [
            self._sample(config.patch_px, np.random.default_rng((seed, step, index)))
            for index in indices
        ]
        lr, hr = zip(*samples, strict=True)
        return np.stack(lr), np.stack(hr)

    def _sample(self, patch_px: int, generator: np.random.Generator) -> Patches:
        """A random pair of patches: random folder by its share, picture, sub-image and position."""
        shares = [source.share for source in self.sources]
        source = self.sources[int(generator.choice(len(shares), p=shares))]
        name = source.names[int(generator.integers(len(source.names)))]
        subimages = source.cache.pictures[name]
        lr, hr = source.cache.views(subimages[int(generator.integers(len(subimages)))])
        size = patch_px // SCALE
        top, left = (int(generator.integers(side - size + 1)) for side in lr.shape[:2])
        lr = lr[top : top + size, left : left + size]
        hr = hr[SCALE * top :, SCALE * left :][:patch_px, :patch_px]
        return _rotate_and_flip(lr, hr, int(generator.integers(4)), bool(generator.integers(2)))


def _rotate_and_flip(
    lr: NDArray[np.uint8], hr: NDArray[np.uint8], quarter_turns: int, is_flipped: bool
) -> Patches:
    """Both patches rotated by quarter turns, and flipped left to right if wanted."""
    lr, hr = np.rot90(lr, quarter_turns), np.rot90(hr, quarter_turns)
    return (lr[:, ::-1], hr[:, ::-1]) if is_flipped else (lr, hr)


def open_training_set(
    folders: Mapping[Path, float | None],
    config: DataConfig,
    caches: Path,
    progress: Progress = no_progress,
) -> TrainingSet:
    """Open the pictures of some folders, decoding those that are not in the cache.

    Parameters
    ----------
    folders
        Folders of HR pictures with their weights: the shares of patches that come from them. None
        weights a folder by its number of pictures.
    config
        Patch size, number of held-out pictures, and whether folders after the first are used.
    caches
        Folder for decoded pictures.
    progress
        Shows how many pictures of a folder are decoded.

    Raises
    ------
    ValueError
        If a folder has no picture of at least `patch_px` a side.
    """
    used = dict(folders if config.more_data else list(folders.items())[:1])
    skipped: dict[str, str] = {}
    opened: list[tuple[Cache, list[str], float | None]] = []
    held_out: list[Path] = []
    for folder, weight in used.items():
        cache = open_cache(folder, caches, progress)
        names, refused = _large_enough(cache, folder, config.patch_px)
        skipped |= {str(folder / name): reason for name, reason in refused.items()}
        if not opened:
            chosen = hold_out(names, config.held_out)
            held_out = [folder / name for name in chosen]
            names = [name for name in names if name not in chosen]
        opened.append((cache, names, weight))
    return TrainingSet(_sources(opened), held_out, skipped)


def _large_enough(cache: Cache, folder: Path, patch_px: int) -> tuple[list[str], dict[str, str]]:
    """Names of the pictures as large as a patch, and why each of the others is skipped."""
    refused = dict(cache.skipped)
    names: list[str] = []
    for name, subimages in cache.pictures.items():
        smallest = min(min(item.height, item.width) for item in subimages)
        if smallest >= patch_px:
            names.append(name)
        else:
            refused[name] = f"its {smallest} px are less than a patch of {patch_px} px"
    if not names:
        raise ValueError(f"No picture below {folder} has {patch_px} px a side.")
    return names, refused


def hold_out(names: Sequence[str], count: int) -> list[str]:
    """Choose evenly spaced names to hold out: `count`, but at most an eighth of all."""
    count = min(count, len(names) // 8)
    return [names[(2 * index + 1) * len(names) // (2 * count)] for index in range(count)]


def _sources(opened: Sequence[tuple[Cache, list[str], float | None]]) -> list[Source]:
    """Folders with their shares of patches, which add up to one."""
    given = [weight is not None for *_, weight in opened]
    if any(given) != all(given):
        raise ValueError("Give every folder a weight, or none of them.")
    weights = [len(names) if weight is None else weight for _, names, weight in opened]
    if min(weights) < 0 or not sum(weights) > 0:
        raise ValueError(f"Weights of folders must not be negative nor all 0, got {weights}.")
    return [
        Source(cache, names, weight / sum(weights))
        for (cache, names, _), weight in zip(opened, weights, strict=True)
    ]


def to_tensor(patches: NDArray[np.uint8]) -> Tensor:
    """Patches (N, H, W, 3) to float32 (N, 3, H, W) in [0, 1], channels last in memory."""
    return torch.from_numpy(patches).permute(0, 3, 1, 2).float() / 255


class Loader:
    """Prepares the next step's batch in a thread while the present step is computed.

    Parameters
    ----------
    indices
        Numbers of the samples in every step's batch that this process takes.
    """

    def __init__(
        self, pictures: TrainingSet, config: DataConfig, seed: int, indices: Sequence[int]
    ) -> None:
        self._pictures, self._config, self._seed = pictures, config, seed
        self._indices = indices
        self._executor = ThreadPoolExecutor(1, thread_name_prefix="loader")
        self._next: tuple[int, Future[Patches]] | None = None

    def batch(self, step: int) -> tuple[Tensor, Tensor]:
        """LR and HR of a step, float32 (N, 3, H, W) in [0, 1]."""
        prepared, future = self._next or (None, None)
        if future is None or prepared != step:
            future = self._submit(step)
        self._next = (step + 1, self._submit(step + 1))
        lr, hr = future.result()
        return to_tensor(lr), to_tensor(hr)

    def _submit(self, step: int) -> Future[Patches]:
        """Start preparing a step's patches."""
        prepare = self._pictures.batch
        return self._executor.submit(prepare, self._config, self._seed, step, self._indices)

    def close(self) -> None:
        """End the thread."""
        self._executor.shutdown(wait=True, cancel_futures=True)
