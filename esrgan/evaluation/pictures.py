"""The pictures of a test set, and the input of a metric."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import PurePosixPath

import numpy as np
from numpy.typing import NDArray

from esrgan.folders import list_pictures, unique_stems
from esrgan.images import FILE_LIMITS, on_white, read
from esrgan.jobs import describe
from esrgan.metrics.fidelity import BORDER_PX
from esrgan.metrics.lpips import Lpips
from esrgan.metrics.naturalness import niqe
from esrgan.metrics.pristine_model import PristineModel
from esrgan.resize import crop_to_multiple, imresize
from esrgan.storage import Location, join, name_of, read_bytes

MARKS = re.compile(
    r"(_SRF_\d+)?(_(bic)?(LR(BI|BD|DN)?|HR|GT|bicubic))?(_?x\d+([md]|w\d*)?)?$", re.IGNORECASE
)
"""What data sets of the field add to a picture's name."""


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
    fault
        Why the pair cannot be loaded, if that is known before; else ''.
    """

    name: str
    hr: Location
    lr: Location | None = None
    fault: str = ""


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


def find_pairs(
    hr: Location, lr: Location | None = None, *, any_depth: bool = False
) -> list[ImagePair]:
    """List the originals of a folder, each with its reduced picture.

    Parameters
    ----------
    hr
        Folder of originals.
    lr
        Folder of reduced pictures of the same names; else of the same names without suffixes; else
        after the field's marks are removed, such as the x4 of DIV2K's 0801x4.png. None leaves
        `ImagePair.lr` None.
    any_depth
        Whether folders below are searched too.

    Returns
    -------
    list
        Named by `esrgan.folders.unique_stems`; a pair without a reduced picture, or with several
        that fit, has a `fault`.

    Raises
    ------
    ValueError
        If a folder is missing or empty, or has no reduced picture for any original.
    """
    originals = _pictures(hr, any_depth)
    stems = unique_stems(originals)
    if lr is None:
        return [
            ImagePair(stem, join(hr, name)) for stem, name in zip(stems, originals, strict=True)
        ]
    reduced = _Reduced(lr, _pictures(lr, any_depth))
    pairs = [
        reduced.pair(stem, join(hr, name), name)
        for stem, name in zip(stems, originals, strict=True)
    ]
    if all(pair.fault for pair in pairs):
        raise ValueError(pairs[0].fault)
    return pairs


def _pictures(folder: Location, any_depth: bool) -> list[str]:
    """Relative names of a folder's pictures, at least one."""
    names = list_pictures(folder, any_depth=any_depth)
    if not names:
        raise ValueError(f"{folder} holds no picture.")
    return names


class _Reduced:
    """A folder of reduced pictures, by all that an original may be called."""

    def __init__(self, folder: Location, names: Sequence[str]) -> None:
        self._folder = folder
        self._by_key: tuple[dict[str, list[str]], ...] = tuple({} for _ in _KEYS)
        for name in names:
            for key, found in zip(_KEYS, self._by_key, strict=True):
                found.setdefault(key(name), []).append(name)

    def pair(self, stem: str, hr: Location, name: str) -> ImagePair:
        """Pair an original with what fits it best."""
        for key, found in zip(_KEYS, self._by_key, strict=True):
            fitting = found.get(key(name), [])
            if len(fitting) == 1:
                return ImagePair(stem, hr, join(self._folder, fitting[0]))
            if fitting:
                fault = f"{self._folder} has several pictures for {stem!r}: {', '.join(fitting)}."
                return ImagePair(stem, hr, fault=fault)
        return ImagePair(stem, hr, fault=f"{self._folder} has no picture for {stem!r}.")


def _stem(name: str) -> str:
    """A relative name without its suffix."""
    return PurePosixPath(name).with_suffix("").as_posix()


def _plain(name: str) -> str:
    """A relative name without its suffix and the field's marks."""
    return MARKS.sub("", _stem(name)) or _stem(name)


_KEYS: tuple[Callable[[str], str], ...] = (str, _stem, _plain)
"""What of their names an original and its reduced picture have in common; the best first."""


def load(pair: ImagePair, scale: int) -> tuple[NDArray, NDArray]:
    """Read the original and the reduced picture, whose sizes differ by `scale` exactly.

    Without a file of the reduced picture, the original is cut to a multiple of `scale` and
    reduced by MATLAB's bicubic. With one, the original may be up to `scale` − 1 pixels larger
    on each axis than `scale` times the reduced picture; the rest is cut.

    Returns
    -------
    tuple
        HR and LR pixels, (scale·H, scale·W, 3) and (H, W, 3), sRGB; laid on white.

    Raises
    ------
    ValueError
        If the pair has a fault, the two sizes do not fit, or a picture cannot be read; the message
        names the file.
    """
    if pair.fault:
        raise ValueError(pair.fault)
    hr = _read(pair.hr)
    if pair.lr is None:
        try:
            hr = crop_to_multiple(hr, scale)
        except ValueError as error:
            raise ValueError(f"{name_of(pair.hr)}: {error}") from None
        return hr, imresize(hr, 1 / scale)
    lr = _read(pair.lr)
    height, width = (scale * side for side in lr.shape[:2])
    if not (0 <= hr.shape[0] - height < scale and 0 <= hr.shape[1] - width < scale):
        raise ValueError(f"{pair.name}: {hr.shape[:2]} is not {scale} times {lr.shape[:2]}.")
    return np.ascontiguousarray(hr[:height, :width]), lr


def _read(location: Location) -> NDArray:
    """The pixels of a file, laid on white; an error names the file."""
    try:
        return on_white(read(read_bytes(location, megabytes=FILE_LIMITS.megabytes))).pixels
    except (ValueError, OSError) as error:
        raise ValueError(f"{name_of(location)}: {describe(error)}") from None
