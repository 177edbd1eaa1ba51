"""What a visitor looks at: one window of one picture, every method's view of it, the numbers."""

from dataclasses import dataclass
from enum import Enum
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from demo import device, refusals
from demo.planes import STEP
from esrgan import AlphaCurve, Upscaler
from esrgan.evaluation import Rebuilt, Scores, score
from esrgan.images import Picture
from esrgan.resize import imresize
from esrgan.tiles import HALO_PX
from esrgan.weights import Model

SCALE = 4
WINDOW_PX = 128
"""Side of the window in pixels of the small picture; what is shown has four times as many."""
INPUT = "input"
"""Name of the crop that shows the small picture's own pixels."""
FIDELITY, CONSISTENCY = ("psnr_y", "ssim_y", "rmse_y"), ("lr_psnr",)
PERCEPTION = ("perceptual_index", "niqe")
KERNEL_PX = 2
"""Pixels at the small size that bicubic reduction and enlargement see beyond a window."""


class Mode(str, Enum):
    """The two ways to use the page."""

    COMPARE = "compare"
    ENLARGE = "enlarge"


@dataclass(frozen=True)
class Box:
    """A rectangle in pixels."""

    left: int
    top: int
    width: int
    height: int

    def grow(self, margin: int, width: int, height: int) -> "Box":
        """Add a margin on each side, as far as a picture of the given size goes."""
        left, top = max(0, self.left - margin), max(0, self.top - margin)
        right = min(width, self.left + self.width + margin)
        bottom = min(height, self.top + self.height + margin)
        return Box(left, top, right - left, bottom - top)

    def within(self, outer: "Box", scale: int = 1) -> tuple[slice, slice]:
        """Index of this box in an array that holds `outer`, enlarged by `scale`."""
        top, left = (self.top - outer.top) * scale, (self.left - outer.left) * scale
        return slice(top, top + self.height * scale), slice(left, left + self.width * scale)


@dataclass(frozen=True)
class Scene:
    """A window, ready to be rebuilt.

    Attributes
    ----------
    small
        Size (width, height) of the whole small picture.
    box, context
        The window in the small picture, and the window with what a network sees around it.
    lr
        Pixels of `context`.
    hr
        The original under the window in Compare, else None.
    opacity
        Opacity of the enlarged window, where the picture has any.
    """

    mode: Mode
    small: tuple[int, int]
    box: Box
    context: Box
    lr: NDArray
    hr: NDArray | None
    opacity: NDArray | None

    def crop(self, enlarged: NDArray) -> NDArray:
        """The window's part of the enlarged context."""
        return np.ascontiguousarray(enlarged[self.box.within(self.context, SCALE)])

    @property
    def window_lr(self) -> NDArray:
        """The window of the small picture."""
        return np.ascontiguousarray(self.lr[self.box.within(self.context)])


def small_size(picture: Picture, mode: Mode) -> tuple[int, int]:
    """Width and height of what is enlarged: the picture itself, or the picture reduced."""
    height, width = picture.pixels.shape[:2]
    if mode is Mode.ENLARGE:
        return width, height
    if min(width, height) < SCALE:
        raise ValueError(refusals.TOO_SMALL_TO_COMPARE)
    return width // SCALE, height // SCALE


def place(picture: Picture, mode: Mode, x: float, y: float) -> Scene:
    """Put the window's centre at (x, y), fractions of the picture, as near as its edges allow."""
    width, height = small_size(picture, mode)
    left, box_width = _along(width, x)
    top, box_height = _along(height, y)
    box = Box(left, top, box_width, box_height)
    context = box.grow(HALO_PX, width, height)
    if mode is Mode.COMPARE:
        whole = Box(0, 0, width, height)
        hr = picture.pixels[_enlarge(box).within(_enlarge(whole))]
        lr = _reduce(picture.pixels, context, width, height)
        return Scene(mode, (width, height), box, context, lr, np.ascontiguousarray(hr), None)
    lr = np.ascontiguousarray(picture.pixels[context.within(Box(0, 0, width, height))])
    opacity = _opacity(picture, box, width, height)
    return Scene(mode, (width, height), box, context, lr, None, opacity)


def _along(size: int, position: float) -> tuple[int, int]:
    """Start and length of the window along one axis."""
    length = min(WINDOW_PX, size)
    start = round(position * size - length / 2)
    return min(max(start, 0), size - length), length


def _enlarge(box: Box) -> Box:
    """The same box in the large picture."""
    return Box(*(SCALE * value for value in (box.left, box.top, box.width, box.height)))


def _reduce(pixels: NDArray, box: Box, width: int, height: int) -> NDArray:
    """A part of the reduced picture, equal to that part of the whole picture reduced."""
    outer = box.grow(KERNEL_PX, width, height)
    large = pixels[_enlarge(outer).within(Box(0, 0, SCALE * width, SCALE * height))]
    return np.ascontiguousarray(imresize(large, 1 / SCALE)[box.within(outer)])


def _opacity(picture: Picture, box: Box, width: int, height: int) -> NDArray | None:
    """Opacity of the enlarged window, equal to that part of the whole opacity enlarged."""
    if picture.opacity is None:
        return None
    outer = box.grow(KERNEL_PX, width, height)
    small = picture.opacity[outer.within(Box(0, 0, width, height))]
    return np.ascontiguousarray(imresize(small, SCALE)[box.within(outer, SCALE)])


@lru_cache(maxsize=16)
def window_upscaler(model: str | Model, precision: str = "fp32") -> Upscaler:
    """A model whose tiles are as large as any window, so that a window is never cut."""
    tile_px = WINDOW_PX + 2 * HALO_PX
    return Upscaler(model, device=device.name(), precision=precision, tile_px=tile_px)


def rebuild(
    scene: Scene, model: str | Model, alpha: float | None = None, *, precision: str = "fp32"
) -> NDArray:
    """The window as a model sees it, (4·h, 4·w, 3); exact in single precision."""
    if model == INPUT:
        return scene.window_lr.repeat(SCALE, axis=0).repeat(SCALE, axis=1)
    return scene.crop(window_upscaler(model, precision)(scene.lr, alpha))


def curve(scene: Scene, model: str | Model) -> AlphaCurve:
    """The window at every α, on the grid of the page's files; without nodes yet."""
    source = window_upscaler(model).new_curve(scene.lr)
    return AlphaCurve(lambda alpha: scene.crop(source.render(alpha)), step=STEP)


def metrics(mode: Mode) -> tuple[str, ...]:
    """Figures under a rebuilt crop, by their names in the catalogue.

    Compare: distances to the original. Enlarge: PSNR of the crop, reduced again, against the
    input. Both: the proxy of the perceptual index and NIQE.
    """
    return (*(FIDELITY if mode is Mode.COMPARE else CONSISTENCY), *PERCEPTION)


def scores(scene: Scene, sr: NDArray) -> Scores:
    """The figures under a rebuilt crop, measured on the window."""
    lr = scene.window_lr if scene.hr is None else None
    return score("", Rebuilt(sr, scene.hr, lr), metrics(scene.mode))


def original_scores(hr: NDArray) -> Scores:
    """The figures under the original; its distance to itself is not shown."""
    return score("", Rebuilt(hr), PERCEPTION)
