"""`Upscaler`: enlarges pictures by a model, on a device, at a precision, tile by tile."""

from collections.abc import Callable, Iterator
from copy import copy
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from esrgan.allocator import keep_freed_memory
from esrgan.alpha_map import Map, sample
from esrgan.borders import NO_SIDES, keep_flat
from esrgan.cutout import Cutout, whole
from esrgan.devices import choose_device, open_on
from esrgan.engine import Engine
from esrgan.images import Picture, fill_hidden
from esrgan.interpolation import AlphaCurve, check_alpha
from esrgan.memory import is_out_of_memory, memory_as_value_error
from esrgan.pixels import check_pixels, has_colour, to_tensor
from esrgan.precision import PRECISIONS, is_valid
from esrgan.resize import enlarge_in_bands
from esrgan.seamless import cut_repeated, cutting, repeat
from esrgan.tiles import Canvas, Enlargement, Region, Render, Write, enlarge
from esrgan.weights import Model, resolve
from esrgan.work import Progress, Steps, Work

BICUBIC_SCALE = 4
DEFAULT_TILE_PX = 160
SMALLEST_TILE_PX = 64


class Upscaler:
    """A model that enlarges pictures; its state never changes, so threads may share it.

    Parameters
    ----------
    name_or_pair
        A name from `esrgan.weights.MODELS`, a weights file (.safetensors or .pth), or two:
        PSNR-oriented and GAN. Nothing is downloaded: see `esrgan.weights.download`.
    device
        'auto' (a GPU where there is one), 'cpu', 'cuda', 'mps', …
    precision
        'auto' and 'fp32' are exact; 'bf16' and 'fp16' are faster and up to 1.5 grey levels off.
    tile_px
        Largest tile at LR size, 64 or more.
    wrap
        Whether pictures are seamless textures: what lies beyond a border is their repetition, so
        that the results fit at opposite borders, too.

    Attributes
    ----------
    ends
        The model's networks on the device: none for bicubic, one for a single model, two for a
        pair, first the PSNR-oriented and then the GAN network.
    model
        Its entry in the registry.
    device, dtype
        Where and at which precision the networks run.

    Raises
    ------
    ValueError
        If the model, the device or the precision is unknown, a file is missing or refused, or the
        two ends do not make a pair.

    Examples
    --------
    >>> import numpy as np
    >>> Upscaler("bicubic")(np.full((2, 3, 3), 7, np.uint8)).shape
    (8, 12, 3)
    """

    def __init__(
        self,
        name_or_pair: str | Model | tuple[str | Path, str | Path],
        *,
        device: str = "auto",
        precision: str = "auto",
        tile_px: int = DEFAULT_TILE_PX,
        wrap: bool = False,
    ) -> None:
        _check_settings(precision, tile_px)
        self.wrap = wrap
        self.model = _resolve(name_or_pair)
        self.device = choose_device(device)
        self.dtype, self.tile_px = PRECISIONS[precision], tile_px
        self.ends = open_on(self.model, self.device)
        self._engines: dict[torch.dtype, Engine] = {}
        if self.device.type == "cpu":
            keep_freed_memory()

    @property
    def scale(self) -> int:
        """Ratio of output to input size, such as 4."""
        return self.ends[0].scale if self.ends else BICUBIC_SCALE

    def like(self, *, precision: str = "auto", tile_px: int = DEFAULT_TILE_PX) -> "Upscaler":
        """Return an upscaler of the same networks, not read again, with other settings.

        Parameters
        ----------
        precision, tile_px
            As in the constructor.

        Raises
        ------
        ValueError
            If the precision is unknown or the tile too small.
        """
        _check_settings(precision, tile_px)
        other = copy(self)
        other.dtype, other.tile_px = PRECISIONS[precision], tile_px
        return other

    def alpha(self, alpha: float | None) -> float | None:
        """Return the α that the model runs at.

        Parameters
        ----------
        alpha
            In [0, 1], or None.

        Returns
        -------
        float or None
            For a pair `alpha`, or 1 where it is None; for a single model None.

        Raises
        ------
        ValueError
            If α is outside [0, 1], or is given for a single model.
        """
        if self.model.is_pair:
            return 1.0 if alpha is None else check_alpha(alpha)
        if alpha is not None:
            raise ValueError(f"{self.model.name} is a single model: alpha needs a pair.")
        return None

    def file_name(self, stem: str, alpha: float | Map | None = None, suffix: str = "png") -> str:
        """Compose the file name of an enlarged picture, such as 'baboon_esrgan_a0.80_x4.png'.

        Parameters
        ----------
        stem
            Name of the small picture's file, without suffix.
        alpha
            One α, a map of α for every pixel, or None.
        suffix
            Of the format, without a dot.
        """
        if isinstance(alpha, np.ndarray):
            return f"{stem}_{self.model.name}_map_x{self.scale}.{suffix}"
        used = self.alpha(alpha)
        part = "" if used is None else f"_a{used:.2f}"
        return f"{stem}_{self.model.name}{part}_x{self.scale}.{suffix}"

    def __call__(
        self, picture: NDArray, alpha: float | None = None, *, cutout: Cutout | None = None
    ) -> NDArray:
        """Enlarge an RGB picture.

        Parameters
        ----------
        picture
            (H, W, 3) RGB, uint8 or uint16.
        alpha
            In [0, 1] for a pair, where None takes 1; None for a single model.
        cutout
            Of a window of a larger picture; None where this is the whole.

        Returns
        -------
        NDArray
            (scale·H, scale·W, 3), dtype of the input. A picture whose channels are equal at every
            pixel gets no colour.

        Raises
        ------
        ValueError
            If the array is of another shape or dtype, α does not fit, or memory is too small.
        """
        return self.tiles(picture, alpha, cutout=cutout).result().pixels

    def upscale(self, picture: Picture, alpha: float | None = None) -> Picture:
        """Enlarge a decoded picture, its opacity by bicubic interpolation.

        `alpha` and the errors are those of a call with the picture's pixels. Colours under opacity
        0 do not matter (`esrgan.images.fill_hidden`).
        """
        picture = fill_hidden(picture)
        return self.finish(picture, self(picture.pixels, alpha))

    def finish(self, picture: Picture, pixels: NDArray) -> Picture:
        """Make the enlarged picture of already enlarged pixels, and enlarge its opacity.

        Parameters
        ----------
        picture
            The small picture.
        pixels
            Its enlarged pixels, (scale·H, scale·W, 3).
        """
        grey = picture.grey or not has_colour(picture.pixels)
        opacity = None if picture.opacity is None else self._enlarged_opacity(picture.opacity)
        return replace(picture, pixels=pixels, opacity=opacity, grey=grey)

    def _enlarged_opacity(self, opacity: NDArray) -> NDArray:
        """Enlarge an alpha channel by bicubic interpolation."""
        with memory_as_value_error():
            small = repeat(opacity) if self.wrap else opacity
            large = np.concatenate(list(enlarge_in_bands(small, self.scale)))
            return cut_repeated(large, self.scale) if self.wrap else large

    def tiles(
        self,
        picture: NDArray,
        alpha: float | Map | None = None,
        *,
        cutout: Cutout | None = None,
    ) -> Work[Enlargement]:
        """Enlarge an RGB picture as work that reports its progress after every tile.

        Nothing is computed before the work is iterated or its result is requested; whoever stops
        iterating ends it between two tiles.

        Parameters
        ----------
        picture
            (H, W, 3) RGB, uint8 or uint16.
        alpha
            As in a call, or for a pair a map of α for every pixel, float32 (h, w) in [0, 1],
            which is stretched over the picture (see `esrgan.alpha_map`).
        cutout
            As in a call.

        Returns
        -------
        Work of Enlargement
            It raises, as it runs, the errors of a call.
        """
        return Work(self._whole(picture, alpha, cutout))

    def bands(
        self,
        picture: NDArray,
        alpha: float | Map | None = None,
        report: Callable[[Progress], None] | None = None,
    ) -> Iterator[NDArray]:
        """Enlarge an RGB picture and yield rows of the result as they are ready.

        Only a few rows are in memory, so that a picture of any size can be written to a file.

        Parameters
        ----------
        picture, alpha
            As in `tiles`.
        report
            Called after every tile; an exception that it raises ends the work.

        Yields
        ------
        NDArray
            The next rows, (rows, scale·W, 3), dtype of the input.

        Raises
        ------
        ValueError
            Those of a call.
        """
        ready: list[NDArray] = []
        for progress in self._steps(picture, alpha, ready.append):
            if report is not None:
                report(progress)
            yield from ready
            ready.clear()
        yield from ready

    def _whole(
        self, picture: NDArray, alpha: float | Map | None, cutout: Cutout | None
    ) -> Steps[Enlargement]:
        """Enlarge a picture and gather the rows."""
        check_pixels(picture)
        height, width = (side * self.scale for side in picture.shape[:2])
        with memory_as_value_error():
            canvas = Canvas(height, width, picture.dtype)
        p99 = yield from self._steps(picture, alpha, canvas.write, cutout)
        return Enlargement(canvas.pixels, p99)

    def _steps(
        self,
        picture: NDArray,
        alpha: float | Map | None,
        write: Write,
        cutout: Cutout | None = None,
    ) -> Steps[float | None]:
        """Enlarge a picture; a seamless texture with its repetition around it."""
        check_pixels(picture)
        with memory_as_value_error():
            cutout = cutout or whole(picture)
            if self.wrap:
                height, width = picture.shape[:2]
                if isinstance(alpha, np.ndarray):
                    stretched = sample(alpha, slice(0, height), slice(0, width), (height, width))
                    alpha = repeat(stretched)
                write = cutting(write, height, self.scale)
                picture, cutout = repeat(picture), replace(cutout, sides=NO_SIDES)
            return (yield from self._steps_of(picture, alpha, write, cutout))

    def _steps_of(
        self, picture: NDArray, alpha: float | Map | None, write: Write, cutout: Cutout
    ) -> Steps[float | None]:
        """Enlarge a picture by one network, or by a map of α, whose error's bound is returned."""
        if isinstance(alpha, np.ndarray):
            lowest, highest = self.alpha(float(alpha.min())), self.alpha(float(alpha.max()))
            if lowest != highest:
                return (yield from self._steps_by_map(picture, alpha, write, cutout))
            alpha = lowest
        yield from self._steps_at(picture, self.alpha(alpha), write, cutout)
        return None

    def _steps_at(
        self, picture: NDArray, alpha: float | None, write: Write, cutout: Cutout
    ) -> Steps[None]:
        """Enlarge all tiles by the network at one α."""
        if not self.ends:
            yield from _in_bands(picture, self.scale, write)
            return
        size = picture.shape[:2]

        def render(lr: Tensor, region: Region) -> Tensor:
            return self._run(lr, alpha, cutout.at(*region, size))

        yield from self._in_tiles(picture, render, write)

    def curve(
        self, picture: NDArray, *, step: float | None = None, cutout: Cutout | None = None
    ) -> AlphaCurve:
        """Compute an `AlphaCurve` of a small picture: a picture for every α from few network runs.

        The picture is not cut into tiles.

        Parameters
        ----------
        picture
            (H, W, 3) RGB, uint8 or uint16.
        step
            Grid, in grey levels, to which the nodes are rounded; None keeps float32.
        cutout
            As in a call.

        Returns
        -------
        AlphaCurve
            With all its nodes.

        Raises
        ------
        ValueError
            If the model is not a pair, the array is of another shape or dtype, or memory is too
            small.
        """
        return self.new_curve(picture, step=step, cutout=cutout).complete()

    def new_curve(
        self, picture: NDArray, *, step: float | None = None, cutout: Cutout | None = None
    ) -> AlphaCurve:
        """Return the `AlphaCurve` of a picture without nodes, which its `grow` computes one by one.

        Parameters and errors are those of `curve`.
        """
        if not self.model.is_pair:
            raise ValueError(f"{self.model.name} is a single model: a curve needs a pair.")
        check_pixels(picture)
        known = cutout or whole(picture)
        if self.wrap:
            picture, known = repeat(picture), replace(known, sides=NO_SIDES)
        lr = to_tensor(picture)

        def render(alpha: float) -> NDArray[np.float32]:
            with memory_as_value_error():
                enlarged = self._enlarge_float(lr, alpha, known)
            return cut_repeated(enlarged, self.scale) if self.wrap else enlarged

        return AlphaCurve(render, step=step)

    def _enlarge_float(self, lr: Tensor, alpha: float, cutout: Cutout) -> NDArray[np.float32]:
        """Enlarge a tensor, (1, 3, h, w), at one α to float32 (s·h, s·w, 3), not clipped."""
        sr = self._run(lr, alpha, cutout)[0].numpy()
        return np.ascontiguousarray(sr.transpose(1, 2, 0))

    def _steps_by_map(
        self, picture: NDArray, alpha_map: Map, write: Write, cutout: Cutout
    ) -> Steps[float]:
        """Enlarge each tile by its own curve; returns the largest bound of their errors."""
        size = (picture.shape[0] * self.scale, picture.shape[1] * self.scale)
        bounds: list[float] = []

        def render(lr: Tensor, region: Region) -> Tensor:
            rows, columns = (slice(s.start * self.scale, s.stop * self.scale) for s in region)
            tile = cutout.at(*region, picture.shape[:2])
            curve = AlphaCurve(partial(self._enlarge_float, lr, cutout=tile)).complete()
            bounds.append(curve.p99)
            sr = curve.at_float(sample(alpha_map, rows, columns, size))
            return torch.from_numpy(sr).permute(2, 0, 1)[None]

        yield from self._in_tiles(picture, render, write)
        return max(bounds)

    def _in_tiles(self, picture: NDArray, render: Render, write: Write) -> Steps[None]:
        """Enlarge tile by tile; where memory is too small, go on with smaller tiles."""
        tile_px, written = self.tile_px, 0

        def count(rows: NDArray) -> None:
            nonlocal written
            write(rows)
            written += len(rows)

        while True:
            layout = {"scale": self.scale, "tile_px": tile_px, "written": written}
            try:
                return (yield from enlarge(picture, render, count, **layout))
            except (RuntimeError, MemoryError) as error:
                if not is_out_of_memory(error) or tile_px <= SMALLEST_TILE_PX:
                    raise
                tile_px = max(SMALLEST_TILE_PX, tile_px // 2)

    def _run(self, lr: Tensor, alpha: float | None, cutout: Cutout) -> Tensor:
        """Enlarge one tile, flat up to the picture's border; a grey picture gets no colour."""
        sr = keep_flat(partial(self._run_network, alpha=alpha), lr, cutout.sides)
        if not cutout.grey:
            return sr
        mean = sr.mean(dim=1, keepdim=True).expand(-1, 3, -1, -1)
        return mean.contiguous(memory_format=torch.channels_last)

    def _run_network(self, lr: Tensor, alpha: float | None) -> Tensor:
        """Enlarge one tile, (1, 3, h, w), by the network at one α to float32 (1, 3, s·h, s·w).

        A half-precision output that is not valid is computed again in float32.
        """
        sr = self._engine(self.dtype).run(lr, alpha)
        if self.dtype != torch.float32 and not is_valid(sr, lr):
            sr = self._engine(torch.float32).run(lr, alpha)
        return sr

    def _engine(self, dtype: torch.dtype) -> Engine:
        """The model's engine of a precision, made when it is needed for the first time."""
        if dtype not in self._engines:
            self._engines[dtype] = Engine(self.ends, dtype)
        return self._engines[dtype]


def _check_settings(precision: str, tile_px: int) -> None:
    """Refuse an unknown precision, and tiles so small that their halos dominate."""
    if precision not in PRECISIONS:
        raise ValueError(f"precision is one of {', '.join(PRECISIONS)}, not {precision!r}.")
    if tile_px < SMALLEST_TILE_PX:
        raise ValueError(f"A tile has at least {SMALLEST_TILE_PX} px, not {tile_px}.")


def _in_bands(picture: NDArray, scale: int, write: Write) -> Steps[None]:
    """Enlarge by bicubic interpolation, band by band of rows."""
    height, done = picture.shape[0] * scale, 0
    for band in enlarge_in_bands(picture, scale):
        write(band)
        done += len(band)
        yield Progress(done, height)


def _resolve(name_or_pair: str | Model | tuple[str | Path, str | Path]) -> Model:
    """The registry's entry of a name, a file or a pair of files."""
    if isinstance(name_or_pair, Model):
        return name_or_pair
    if isinstance(name_or_pair, str):
        return resolve(name_or_pair)
    return resolve(str(name_or_pair[0]), str(name_or_pair[1]))
