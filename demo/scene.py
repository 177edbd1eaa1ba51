"""What a visitor looks at: one window of one picture, every method's view of it, the numbers."""

from dataclasses import dataclass
from enum import Enum
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from demo import device, refusals
from demo.planes import STEPS
from esrgan import AlphaCurve, Upscaler
from esrgan.borders import Sides
from esrgan.cutout import Cutout
from esrgan.evaluation import MetricInput, Scores, score
from esrgan.images import Picture, on_white
from esrgan.resize import imresize
from esrgan.tiles import ALIGNMENT_PX, HALO_PX, with_halo
from esrgan.weights import MODELS, Model

SIDES_PX = tuple(STEPS)
"""Sides that the window may have, in pixels of the enlarged picture; the first is the usual one."""
INPUT, BICUBIC = "input", "bicubic"
"""Names of the crops that follow any scale: the small picture's own pixels, and interpolation."""
FIDELITY, CONSISTENCY = ("psnr_y", "ssim_y", "rmse_y"), ("lr_psnr",)
PERCEPTION = ("perceptual_index", "niqe")
WINDOW_TILE_PX = max(SIDES_PX) + 2 * (HALO_PX + ALIGNMENT_PX)
"""Tiles as large as any window, so that a window is never cut."""
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
    scale
        Ratio of the enlarged picture's size to the small one's.
    small
        Size (width, height) of the whole small picture.
    side
        Which of `SIDES_PX` the window has; a smaller picture is covered whole.
    box, context
        The window in the small picture, and the window with what a network sees around it.
    lr
        Pixels of `context`; a copy, so that a window does not keep its picture.
    hr
        The original under the window in Compare, on white, else None; a copy too.
    opacity
        Opacity of the enlarged window, where the picture has any.
    grey
        Whether the whole picture has no colour.
    """

    mode: Mode
    scale: int
    small: tuple[int, int]
    side: int
    box: Box
    context: Box
    lr: NDArray
    hr: NDArray | None
    opacity: NDArray | None
    grey: bool = False

    @property
    def cutout(self) -> Cutout:
        """What the context's own pixels do not tell a network."""
        (width, height), context = self.small, self.context
        sides = Sides(
            top=context.top == 0,
            bottom=context.top + context.height == height,
            left=context.left == 0,
            right=context.left + context.width == width,
        )
        return Cutout(self.grey, sides)

    def crop(self, enlarged: NDArray) -> NDArray:
        """The window's part of the enlarged context."""
        return np.ascontiguousarray(enlarged[self.box.within(self.context, self.scale)])

    @property
    def centre(self) -> tuple[float, float]:
        """Middle of the window, as fractions of the picture."""
        (width, height), box = self.small, self.box
        return (box.left + box.width / 2) / width, (box.top + box.height / 2) / height

    @property
    def window_lr(self) -> NDArray:
        """The window of the small picture."""
        return np.ascontiguousarray(self.lr[self.box.within(self.context)])


def usable(mode: Mode, scale: int) -> Mode:
    """The mode, if networks of this scale have it: without reduction there is no Compare."""
    return mode if scale > 1 else Mode.ENLARGE


def small_size(picture: Picture, mode: Mode, scale: int) -> tuple[int, int]:
    """Width and height of what is enlarged: the picture itself, or the picture reduced."""
    height, width = picture.pixels.shape[:2]
    if mode is Mode.ENLARGE:
        return width, height
    if scale == 1:
        raise ValueError(refusals.KEEPS_THE_SIZE)
    if min(width, height) < scale:
        raise ValueError(refusals.TOO_SMALL_TO_COMPARE.format(scale=scale))
    return width // scale, height // scale


def sides(small: tuple[int, int], scale: int) -> list[int]:
    """Sides of the window that a picture of this small size fills; the usual one always."""
    return [side for side in SIDES_PX if side <= max(SIDES_PX[0], scale * min(small))]


def place(
    picture: Picture, mode: Mode, x: float, y: float, scale: int, *, side: int = SIDES_PX[0]
) -> Scene:
    """Put the window's centre at (x, y), fractions of the picture, as near as its edges allow.

    `side` is the largest that the window may have, of those that the picture fills.

    Raises
    ------
    ValueError
        If the picture cannot be reduced by the scale, in Compare.
    """
    width, height = small_size(picture, mode, scale)
    side = max(known for known in sides((width, height), scale) if known <= side)
    whole, box = Box(0, 0, width, height), _window(width, height, x, y, side // scale)
    context = _context(box, width, height)
    hr = opacity = None
    if mode is Mode.COMPARE:
        hr = on_white(picture.part(box.within(whole, scale))).pixels.copy()
        lr = _reduce(picture, context, whole, scale)
    else:
        opacity = _opacity(picture, box, whole, scale)
        lr = picture.pixels[context.within(whole)].copy()
    return Scene(
        mode, scale, (width, height), side, box, context, lr, hr, opacity, grey=picture.grey
    )


def _window(width: int, height: int, x: float, y: float, side: int) -> Box:
    """The window in a small picture of a size."""
    left, box_width = _along(width, x, side)
    top, box_height = _along(height, y, side)
    return Box(left, top, box_width, box_height)


def _along(size: int, position: float, side: int) -> tuple[int, int]:
    """Start and length of the window along one axis."""
    length = min(side, size)
    start = round(position * size - length / 2)
    return min(max(start, 0), size - length), length


def _context(box: Box, width: int, height: int) -> Box:
    """The window with what a network sees around it."""
    left, right = with_halo(box.left, box.left + box.width, width)
    top, bottom = with_halo(box.top, box.top + box.height, height)
    return Box(left, top, right - left, bottom - top)


def _reduce(picture: Picture, box: Box, whole: Box, scale: int) -> NDArray:
    """A part of the reduced picture, equal to that part of the whole picture reduced, on white."""
    outer = box.grow(KERNEL_PX, whole.width, whole.height)
    large = on_white(picture.part(outer.within(whole, scale))).pixels
    return np.ascontiguousarray(imresize(large, 1 / scale)[box.within(outer)])


def _opacity(picture: Picture, box: Box, whole: Box, scale: int) -> NDArray | None:
    """Opacity of the enlarged window, equal to that part of the whole opacity enlarged."""
    if picture.opacity is None:
        return None
    outer = box.grow(KERNEL_PX, whole.width, whole.height)
    small = picture.opacity[outer.within(whole)]
    return np.ascontiguousarray(imresize(small, scale)[box.within(outer, scale)])


@lru_cache(maxsize=16)
def upscaler(model: str | Model) -> Upscaler:
    """A model, opened once: the files of a visitor's own are gone after an hour."""
    return Upscaler(model, device=device.name())


def window_upscaler(model: str | Model, precision: str = "fp32") -> Upscaler:
    """A model whose tiles are as large as any window, so that a window is never cut."""
    return upscaler(model).like(precision=precision, tile_px=WINDOW_TILE_PX)


def scale_of(model: Model) -> int:
    """How many times a model enlarges; one that has a name need not be opened for it."""
    if MODELS.get(model.name) == model:
        return int(model.config.get("scale", 4))
    return upscaler(model).scale


def fits(scene: Scene, model: str) -> bool:
    """Whether a method enlarges as much as the pair does."""
    return model in (INPUT, BICUBIC) or scale_of(MODELS[model]) == scene.scale


def rebuild(
    scene: Scene, model: str | Model, alpha: float | None = None, *, precision: str = "fp32"
) -> NDArray:
    """The window as a model sees it, (s·h, s·w, 3); exact in single precision."""
    if model == INPUT:
        return scene.window_lr.repeat(scene.scale, axis=0).repeat(scene.scale, axis=1)
    if model == BICUBIC:
        return scene.crop(imresize(scene.lr, scene.scale))
    network = window_upscaler(model, precision)
    return scene.crop(network(scene.lr, alpha, cutout=scene.cutout))


def curve(scene: Scene, model: str | Model) -> AlphaCurve:
    """The window at every α, on the grid of the page's files; without nodes yet."""
    source = window_upscaler(model).new_curve(scene.lr, cutout=scene.cutout)
    return AlphaCurve(lambda alpha: scene.crop(source.render(alpha)), step=STEPS[scene.side])


def metrics(mode: Mode) -> tuple[str, ...]:
    """Figures under a rebuilt crop, by their names in the catalogue.

    Compare: distances to the original. Enlarge: PSNR of the crop, reduced again, against the
    input. Both: the proxy of the perceptual index and NIQE.
    """
    return (*(FIDELITY if mode is Mode.COMPARE else CONSISTENCY), *PERCEPTION)


def scores(scene: Scene, sr: NDArray) -> Scores:
    """The figures under a rebuilt crop, measured on the window; the border is one scale wide."""
    return score("", MetricInput(sr, scene.hr, scene.window_lr), metrics(scene.mode))


def original_scores(hr: NDArray) -> Scores:
    """The figures under the original; its distance to itself is not shown."""
    return score("", MetricInput(hr), PERCEPTION)
