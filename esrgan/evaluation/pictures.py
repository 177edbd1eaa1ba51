"""The pictures of a test set, and the input of a metric."""

from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from esrgan.images import picture_files, read
from esrgan.metrics.fidelity import BORDER_PX
from esrgan.metrics.lpips import Lpips
from esrgan.metrics.naturalness import niqe
from esrgan.metrics.pristine_model import PristineModel
from esrgan.resize import crop_to_multiple, imresize


@dataclass(frozen=True)
class ImagePair:
    """Files of one picture of a test set.

    Attributes
    ----------
    name
        File name without suffix.
    hr
        The original.
    lr
        The reduced picture; None where it is to be made from the original.
    """

    name: str
    hr: Path
    lr: Path | None = None


@dataclass(frozen=True)
class MetricModels:
    """Models that metrics need besides the pictures.

    Attributes
    ----------
    pristine
        NIQE's model of natural pictures; None takes the public one.
    lpips
        Weights of LPIPS or ST-LPIPS; None leaves these metrics without a value.
    """

    pristine: PristineModel | None = None
    lpips: Lpips | None = None


@dataclass(frozen=True)
class MetricInput:
    """One enlarged picture and what metrics compare it with; all are (H, W, 3) RGB.

    Attributes
    ----------
    sr
        The enlarged picture.
    hr
        The original, of the same size; None leaves metrics that need it without a value.
    lr
        The reduced picture that was enlarged; None leaves LR-PSNR without a value.
    metric_models
        Models of NIQE and LPIPS.
    """

    sr: NDArray
    hr: NDArray | None = None
    lr: NDArray | None = None
    metric_models: MetricModels = field(default_factory=MetricModels)

    @property
    def border_px(self) -> int:
        """Width of the border that fidelity metrics cut: as many pixels as the scale, or 4."""
        return BORDER_PX if self.lr is None else self.sr.shape[0] // self.lr.shape[0]

    @property
    def required_hr(self) -> NDArray:
        """The original, for metrics that need it; a ValueError where there is none."""
        if self.hr is None:
            raise ValueError("no original to compare with")
        return self.hr

    @property
    def required_lr(self) -> NDArray:
        """The reduced picture, for metrics that need it; a ValueError where there is none."""
        if self.lr is None:
            raise ValueError("no reduced picture to compare with")
        return self.lr

    @cached_property
    def public_niqe(self) -> float:
        """NIQE of the enlarged picture by the public model, computed once for two metrics."""
        return niqe(self.sr)


def find_pairs(hr: Path, lr: Path | None = None) -> list[ImagePair]:
    """List the originals of a folder, each with the reduced picture of the same file name.

    Parameters
    ----------
    hr
        Folder of originals; their suffixes do not matter.
    lr
        Folder of reduced pictures; None leaves `ImagePair.lr` None.

    Raises
    ------
    ValueError
        If a folder is missing or empty, holds two pictures of one name, or has no reduced picture
        for an original; the message names the folder and the picture.
    """
    originals = _pictures(hr)
    if lr is None:
        return [ImagePair(name, path) for name, path in originals.items()]
    reduced = _pictures(lr)
    missing = [name for name in originals if name not in reduced]
    if missing:
        raise ValueError(f"{lr} has no picture for {missing[0]!r}.")
    return [ImagePair(name, path, reduced[name]) for name, path in originals.items()]


def _pictures(folder: Path) -> dict[str, Path]:
    """Files of a folder's pictures, by their names without suffix."""
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


def load(pair: ImagePair, scale: int) -> tuple[NDArray, NDArray]:
    """Read the original and the reduced picture, whose sizes differ by `scale` exactly.

    Without a file of the reduced picture, the original is cut to a multiple of `scale` and
    reduced by MATLAB's bicubic. With one, the original may be up to `scale` − 1 pixels larger
    on each axis than `scale` times the reduced picture; the rest is cut.

    Returns
    -------
    tuple
        HR and LR pixels, (scale·H, scale·W, 3) and (H, W, 3), RGB as the files hold them.

    Raises
    ------
    ValueError
        If the two sizes do not fit, or a picture cannot be read.
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
