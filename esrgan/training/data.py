"""Batches that are a pure function of (seed, step), so that resuming needs no state."""

from collections.abc import Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from esrgan.training.cache import Cache, Watch, digest, open_cache, pass_on
from esrgan.training.config import SCALE, DataConfig

Patches = tuple[NDArray[np.uint8], NDArray[np.uint8]]


@dataclass(frozen=True)
class Source:
    """A data folder's usable pictures and the share of patches that come from it."""

    cache: Cache
    names: Sequence[str]
    share: float


@dataclass(frozen=True)
class TrainingSet:
    """Patches from several folders.

    Attributes
    ----------
    held_out
        Paths of the pictures that are kept for validation.
    skipped
        Why a picture is not used, by its name.
    """

    sources: Sequence[Source]
    held_out: Sequence[Path]
    skipped: Mapping[str, str]

    @property
    def fingerprint(self) -> str:
        """Hash of everything that decides which patches a step sees."""
        return digest([[it.cache.key, it.share, list(it.names)] for it in self.sources])

    def batch(self, config: DataConfig, seed: int, step: int, indices: Sequence[int]) -> Patches:
        """LR and HR patches, uint8 (N, H, W, 3), flipped and turned at random.

        Parameters
        ----------
        indices
            Which samples of the step's batch; processes share a batch by taking parts of it.
        """
        samples = [
            self._sample(config.patch_px, np.random.default_rng((seed, step, index)))
            for index in indices
        ]
        lr, hr = zip(*samples, strict=True)
        return np.stack(lr), np.stack(hr)

    def _sample(self, patch_px: int, generator: np.random.Generator) -> Patches:
        """One random patch pair: folder by its share, then picture, sub-image and place."""
        shares = [source.share for source in self.sources]
        source = self.sources[int(generator.choice(len(shares), p=shares))]
        name = source.names[int(generator.integers(len(source.names)))]
        subimages = source.cache.pictures[name]
        lr, hr = source.cache.views(subimages[int(generator.integers(len(subimages)))])
        size = patch_px // SCALE
        top, left = (int(generator.integers(side - size + 1)) for side in lr.shape[:2])
        lr = lr[top : top + size, left : left + size]
        hr = hr[SCALE * top :, SCALE * left :][:patch_px, :patch_px]
        return _turn(lr, hr, int(generator.integers(4)), bool(generator.integers(2)))


def _turn(lr: NDArray[np.uint8], hr: NDArray[np.uint8], quarters: int, is_flipped: bool) -> Patches:
    """Both patches turned by quarters and perhaps flipped left to right."""
    lr, hr = np.rot90(lr, quarters), np.rot90(hr, quarters)
    return (lr[:, ::-1], hr[:, ::-1]) if is_flipped else (lr, hr)


def open_training_set(
    folders: Mapping[Path, float | None],
    config: DataConfig,
    caches: Path,
    watch: Watch = pass_on,
) -> TrainingSet:
    """Decode or find the pictures of some folders.

    Parameters
    ----------
    folders
        HR folders with their weights; None weighs a folder by its number of pictures.
    config
        Patch size, pictures held out, and whether folders after the first count.
    caches
        Where decoded pictures are kept.

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
        cache = open_cache(folder, caches, watch)
        names, refused = _fitting(cache, config.patch_px)
        skipped |= {str(folder / name): reason for name, reason in refused.items()}
        if not names:
            raise ValueError(f"No picture below {folder} has {config.patch_px} px a side.")
        if not opened:
            apart = hold_out(names, config.held_out)
            held_out = [folder / name for name in apart]
            names = [name for name in names if name not in apart]
        opened.append((cache, names, weight))
    return TrainingSet(_sources(opened), held_out, skipped)


def _fitting(cache: Cache, patch_px: int) -> tuple[list[str], dict[str, str]]:
    """Names of the pictures that hold a patch, and why the others are skipped."""
    refused = dict(cache.skipped)
    names: list[str] = []
    for name, subimages in cache.pictures.items():
        smallest = min(min(item.height, item.width) for item in subimages)
        if smallest >= patch_px:
            names.append(name)
        else:
            refused[name] = f"its {smallest} px are less than a patch of {patch_px} px"
    return names, refused


def hold_out(names: Sequence[str], count: int) -> list[str]:
    """Evenly spaced names, at most an eighth of all."""
    count = min(count, len(names) // 8)
    return [names[(2 * index + 1) * len(names) // (2 * count)] for index in range(count)]


def _sources(opened: Sequence[tuple[Cache, list[str], float | None]]) -> list[Source]:
    """Folders with shares that add up to one."""
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
    """Makes the next step's batch while the present one is computed."""

    def __init__(
        self, pictures: TrainingSet, config: DataConfig, seed: int, indices: Sequence[int]
    ) -> None:
        self._pictures, self._config, self._seed = pictures, config, seed
        self._indices = indices
        self._executor = ThreadPoolExecutor(1, thread_name_prefix="loader")
        self._next: tuple[int, Future[Patches]] | None = None

    def batch(self, step: int) -> tuple[Tensor, Tensor]:
        """LR and HR of a step, float32 (N, 3, H, W) in [0, 1]."""
        known, future = self._next or (None, None)
        if future is None or known != step:
            future = self._submit(step)
        self._next = (step + 1, self._submit(step + 1))
        lr, hr = future.result()
        return to_tensor(lr), to_tensor(hr)

    def _submit(self, step: int) -> Future[Patches]:
        """Start making a step's patches."""
        make = self._pictures.batch
        return self._executor.submit(make, self._config, self._seed, step, self._indices)

    def close(self) -> None:
        """Let the thread end."""
        self._executor.shutdown(wait=True, cancel_futures=True)
