"""The pictures of a test set, and what the metrics look at."""

from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from esrgan.images import picture_files, read
from esrgan.metrics.fidelity import BORDER_PX
from esrgan.metrics.lpips import Lpips
from esrgan.metrics.naturalness import PristineModel, niqe
from esrgan.resize import crop_to_multiple, imresize


@dataclass(frozen=True)
class Pair:
    """One picture of a test set: its original and, where there is one, its reduced form."""

    name: str
    hr: Path
    lr: Path | None = None


@dataclass(frozen=True)
class Judges:
    """Models that metrics need besides the pictures; None is the embedded one, or none."""

    pristine: PristineModel | None = None
    lpips: Lpips | None = None


@dataclass(frozen=True)
class Rebuilt:
    """What the metrics look at, (H, W, 3) RGB.

    Attributes
    ----------
    sr
        The enlarged picture.
    hr
        The original, of the same size; None where there is none to compare with.
    lr
        What was enlarged; None leaves LR-PSNR out.
    """

    sr: NDArray
    hr: NDArray | None = None
    lr: NDArray | None = None
    judges: Judges = field(default_factory=Judges)

    @property
    def border_px(self) -> int:
        """Width of the border that fidelity leaves out: as many pixels as the scale."""
        return BORDER_PX if self.lr is None else self.sr.shape[0] // self.lr.shape[0]

    @property
    def original(self) -> NDArray:
        """The original; refused where there is none."""
        if self.hr is None:
            raise ValueError("no original to compare with")
        return self.hr

    @property
    def reduced(self) -> NDArray:
        """What was enlarged; refused where it is not known."""
        if self.lr is None:
            raise ValueError("no reduced picture to compare with")
        return self.lr

    @cached_property
    def naturalness(self) -> float:
        """NIQE of the enlarged picture by the embedded model, computed once for two figures."""
        return niqe(self.sr)


def find_pairs(hr: Path, lr: Path | None = None) -> list[Pair]:
    """Pictures of a folder, matched by file name with those of another.

    Raises
    ------
    ValueError
        If a folder is missing or empty, or a picture has no counterpart; it is named.
    """
    originals = _pictures(hr)
    if lr is None:
        return [Pair(name, path) for name, path in originals.items()]
    reduced = _pictures(lr)
    missing = [name for name in originals if name not in reduced]
    if missing:
        raise ValueError(f"{lr} has no picture for {missing[0]!r}.")
    return [Pair(name, path, reduced[name]) for name, path in originals.items()]


def _pictures(folder: Path) -> dict[str, Path]:
    """Pictures of a folder by their names without suffix."""
    if not folder.is_dir():
        raise ValueError(f"There is no folder {folder}.")
    paths = picture_files(folder)
    if not paths:
        raise ValueError(f"{folder} holds no picture.")
    pictures: dict[str, Path] = {}
    for path in paths:
        if path.stem in pictures:
            raise ValueError(f"{folder} holds two pictures named {path.stem!r}.")
        pictures[path.stem] = path
    return pictures


def load(pair: Pair, scale: int) -> tuple[NDArray, NDArray]:
    """Original and reduced form, whose sizes differ by `scale` exactly.

    Without a reduced form the original is cut to a multiple and reduced by MATLAB's bicubic.

    Raises
    ------
    ValueError
        If the two sizes do not belong together, or a picture cannot be read.
    """
    hr = read(pair.hr).pixels
    if pair.lr is None:
        hr = crop_to_multiple(hr, scale)
        return hr, imresize(hr, 1 / scale)
    lr = read(pair.lr).pixels
    height, width = (scale * side for side in lr.shape[:2])
    if not (0 <= hr.shape[0] - height < scale and 0 <= hr.shape[1] - width < scale):
        raise ValueError(f"{pair.name}: {hr.shape[:2]} is not {scale} times {lr.shape[:2]}.")
    return np.ascontiguousarray(hr[:height, :width]), lr
