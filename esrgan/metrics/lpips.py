"""LPIPS (arXiv 1801.03924) and its shift-tolerant form (arXiv 2207.13686), from weight files.

No weights are embedded. `ST-LPIPS`: `alex_shift_tolerant.pth` or `vgg_shift_tolerant.pth` of the
package `stlpips-pytorch` (BSD-2-Clause), which hold everything; the package itself is not needed.
LPIPS: `alex.pth` or `vgg.pth` of the package `lpips` (BSD-2-Clause), which hold the linear heads
only, beside torchvision's `alexnet-owt-*.pth` or `vgg16-*.pth`.
"""

import pickle
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor

from esrgan.metrics.fidelity import PEAK, grey_levels
from esrgan.metrics.naturalness import UndefinedError

SMALLEST_PX = 64
SHIFT, SCALE = (-0.030, -0.088, -0.188), (0.458, 0.448, 0.450)
"""Normalisation of RGB in [−1, 1] (the `lpips` package, version 0.1)."""
EPSILON = 1e-10
NUM_STAGES = 5
HEAD = "lin{}.model.1.weight"


@dataclass(frozen=True)
class Trunk:
    """Layout of the convolutions of a classifier, whose features LPIPS compares.

    Attributes
    ----------
    title
        The classifier's name in reports.
    paddings
        Of each convolution, stage by stage; a ReLU follows each, and the last output
        of each stage is compared.
    pooled
        Whether a stage begins with max pooling of `pool_px`, stride 2.
    pool_px
        Side of the pooling window.
    first_stride
        Of the first convolution; a blur of stride 2 replaces it in the shift-tolerant form.
    files
        Pattern of the names of torchvision's weight files.
    """

    title: str
    paddings: tuple[tuple[int, ...], ...]
    pooled: tuple[bool, ...]
    pool_px: int
    first_stride: int
    files: str


TRUNKS: Mapping[int, Trunk] = {
    192: Trunk(
        title="AlexNet",
        paddings=((2,), (2,), (1,), (1,), (1,)),
        pooled=(False, True, True, False, False),
        pool_px=3,
        first_stride=4,
        files="alexnet-*.pth",
    ),
    128: Trunk(
        title="VGG16",
        paddings=((1, 1), (1, 1), (1, 1, 1), (1, 1, 1), (1, 1, 1)),
        pooled=(False, True, True, True, True),
        pool_px=2,
        first_stride=1,
        files="vgg16-*.pth",
    ),
}
"""Layouts by the number of channels of the second stage, which differs between them."""
FILES = ("alex.pth", "vgg.pth", "alex_shift_tolerant.pth", "vgg_shift_tolerant.pth")
"""Names of weight files, in the order in which a folder is searched for them."""


@dataclass(frozen=True)
class Lpips:
    """Learned perceptual distance between two pictures; 0 for identical ones, lower is better.

    Attributes
    ----------
    trunk
        Layout of the feature network.
    convolutions
        Weight and bias of each, in order.
    heads
        For each stage (1, C, 1, 1): the weight of each channel.
    shift_tolerant
        Whether strides and poolings are blurred (arXiv 2207.13686).
    """

    trunk: Trunk
    convolutions: tuple[tuple[Tensor, Tensor], ...]
    heads: tuple[Tensor, ...]
    shift_tolerant: bool

    @property
    def key(self) -> str:
        """Key of the metric in reports: 'st_lpips' or 'lpips'."""
        return "st_lpips" if self.shift_tolerant else "lpips"

    @property
    def name(self) -> str:
        """How the metric is measured, such as 'AlexNet features, RGB, whole picture'."""
        return f"{self.trunk.title} features, RGB, whole picture"

    def __call__(self, sr: NDArray, hr: NDArray) -> float:
        """Compare two pictures, (H, W, 3) RGB of one size, at least 64 px a side.

        Raises
        ------
        UndefinedError
            If they are too small.
        ValueError
            If they differ in size, or are no pictures.
        """
        if sr.shape != hr.shape:
            raise ValueError(f"The pictures differ in size: {sr.shape} and {hr.shape}.")
        if min(sr.shape[:2]) < SMALLEST_PX:
            raise UndefinedError(f"too small: LPIPS needs {SMALLEST_PX} px a side")
        with torch.no_grad():
            ours, theirs = (self._features(to_batch(picture)) for picture in (sr, hr))
            stages = zip(self.heads, ours, theirs, strict=True)
            return sum(float((head * (a - b) ** 2).sum(dim=1).mean()) for head, a, b in stages)

    def _features(self, batch: Tensor) -> Iterator[Tensor]:
        """Output of each stage, normalised to unit length over the channels of every pixel."""
        convolutions = iter(self.convolutions)
        x = (batch * 2 - 1 - _channels(SHIFT)) / _channels(SCALE)
        for stage, (paddings, pooled) in enumerate(
            zip(self.trunk.paddings, self.trunk.pooled, strict=True)
        ):
            x = self._pool(x) if pooled else x
            for padding in paddings:
                weight, bias = next(convolutions)
                x = self._convolve(x, weight, bias, padding=padding, first=stage == 0)
            yield x / (x.square().sum(dim=1, keepdim=True).sqrt() + EPSILON)

    def _convolve(
        self, x: Tensor, weight: Tensor, bias: Tensor, *, padding: int, first: bool
    ) -> Tensor:
        """Convolution and ReLU; a strided one is blurred instead in the shift-tolerant form."""
        stride = self.trunk.first_stride if first else 1
        if stride > 1 and self.shift_tolerant:
            return F.relu(blur(F.conv2d(x, weight, bias, padding=padding)))
        return F.relu(F.conv2d(x, weight, bias, stride=stride, padding=padding))

    def _pool(self, x: Tensor) -> Tensor:
        """Max pooling to half the size."""
        if self.shift_tolerant:
            return blur(F.max_pool2d(x, self.trunk.pool_px, stride=1))
        return F.max_pool2d(x, self.trunk.pool_px, stride=2)


def blur(x: Tensor) -> Tensor:
    """Blur by [1, 2, 1] / 4 on both axes and halve the size (arXiv 1904.11486).

    (N, C, H, W) to about (N, C, H/2, W/2); 2 px are reflected at each edge.
    """
    row = torch.tensor([0.25, 0.5, 0.25])
    kernel = torch.outer(row, row).expand(x.shape[1], 1, 3, 3)
    return F.conv2d(F.pad(x, (2, 2, 2, 2), mode="reflect"), kernel, stride=2, groups=x.shape[1])


def to_batch(picture: NDArray) -> Tensor:
    """Convert RGB, (H, W, 3) uint8, uint16 or floats, to float32 (1, 3, H, W) in [0, 1]."""
    channels = (grey_levels(picture) / PEAK).transpose(2, 0, 1).astype(np.float32)
    return torch.from_numpy(np.ascontiguousarray(channels))[None]


def _channels(values: tuple[float, ...]) -> Tensor:
    """Three values, one a channel, as (1, 3, 1, 1)."""
    return torch.tensor(values)[None, :, None, None]


@lru_cache(maxsize=2)
def load_lpips(path: Path) -> Lpips:
    """Read weights of LPIPS or ST-LPIPS from a file, or from the first of `FILES` in a folder.

    A folder is searched with those below it; nothing in a file is executed.

    Raises
    ------
    ValueError
        If no such file exists, the file holds something else, or torchvision's file is not in
        the same folder.
    """
    path = _find_weights(path)
    state = _read(path)
    try:
        heads = tuple(state[HEAD.format(stage)] for stage in range(NUM_STAGES))
        trunk = TRUNKS[heads[1].shape[1]]
    except (KeyError, IndexError):
        raise ValueError(f"{path.name} holds no LPIPS weights.") from None
    holds_trunk = any(key.startswith("net.") for key in state)
    convolutions = _convolutions(state if holds_trunk else _read(_find_trunk(path, trunk)))
    if not _fit_together(trunk, convolutions, heads):
        raise ValueError(f"{path.name} does not hold the {trunk.title} of LPIPS.")
    shift_tolerant = any(key.endswith(".filt") for key in state)
    return Lpips(trunk, convolutions, heads, shift_tolerant)


def _fit_together(
    trunk: Trunk, convolutions: Sequence[tuple[Tensor, Tensor]], heads: Sequence[Tensor]
) -> bool:
    """Whether each convolution takes what the one before gives, and each head its stage's end."""
    inputs = [weight.shape[1] for weight, _ in convolutions]
    outputs = [weight.shape[0] for weight, _ in convolutions]
    ends = list(accumulate(map(len, trunk.paddings)))
    return (
        len(convolutions) == ends[-1]
        and inputs == [3, *outputs[:-1]]
        and [outputs[end - 1] for end in ends] == [head.shape[1] for head in heads]
    )


def _find_weights(path: Path) -> Path:
    """The file itself, or the first of `FILES` in a folder or below it."""
    if path.is_file():
        return path
    files = (file for name in FILES for file in sorted(path.rglob(name)))
    file = next(files, None)
    if file is None:
        raise ValueError(f"{path} holds none of {', '.join(FILES)}.")
    return file


def _find_trunk(path: Path, trunk: Trunk) -> Path:
    """The file of torchvision's weights in the same folder as `path`."""
    files = sorted(path.parent.glob(trunk.files))
    if not files:
        raise ValueError(f"{path.name} needs torchvision's {trunk.files} in the same folder.")
    return files[0]


def _read(path: Path) -> Mapping[str, Tensor]:
    """A state dict of finite floating-point tensors; nothing in the file is executed."""
    try:
        loaded = torch.load(path, map_location="cpu", weights_only=True)
        state = {key: value.float() for key, value in loaded.items()}
    except (OSError, RuntimeError, ValueError, AttributeError, EOFError, pickle.UnpicklingError):
        raise ValueError(f"{path.name} is not a file of PyTorch weights.") from None
    if not all(value.isfinite().all() for value in state.values()):
        raise ValueError(f"{path.name} holds weights that are not finite.")
    return state


def _convolutions(state: Mapping[str, Tensor]) -> tuple[tuple[Tensor, Tensor], ...]:
    """Weight and bias of every convolution of a feature network, by layer number."""
    layers = [key for key in state if key.startswith(("net.", "features."))]
    names = [key.removesuffix(".bias") for key in layers if key.endswith(".bias")]
    names.sort(key=lambda name: int(name.rsplit(".", 1)[1]))
    return tuple(
        (state[f"{name}.weight"], state[f"{name}.bias"])
        for name in names
        if f"{name}.weight" in state
    )
