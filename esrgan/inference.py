"""`Upscaler`: enlarges pictures by a model, on a device, at a precision, tile by tile."""

from collections.abc import Callable, Iterator
from copy import copy
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from esrgan.allocator import keep_freed_memory
from esrgan.alpha_map import Map
from esrgan.cutout import Cutout, whole
from esrgan.devices import choose_device, open_on
from esrgan.images import Picture, fill_hidden
from esrgan.interpolation import AlphaCurve, check_alpha
from esrgan.memory import memory_as_value_error
from esrgan.pixels import check_pixels, has_colour
from esrgan.precision import PRECISIONS
from esrgan.tiled import SMALLEST_TILE_PX, Tiled
from esrgan.tiles import Canvas, Enlargement, RowReader, Write
from esrgan.weights import Model, resolve
from esrgan.work import Progress, Steps, Work

DEFAULT_TILE_PX = 160


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
    device
        Where the networks run.

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
        self.model = _resolve(name_or_pair)
        self.device = choose_device(device)
        self.ends = open_on(self.model, self.device)
        self._tiled = Tiled(self.ends, PRECISIONS[precision], tile_px, wrap=wrap)
        if self.device.type == "cpu":
            keep_freed_memory()

    @property
    def scale(self) -> int:
        """Ratio of output to input size, such as 4."""
        return self._tiled.scale

    @property
    def dtype(self) -> torch.dtype:
        """Precision of the networks."""
        return self._tiled.dtype

    @property
    def tile_px(self) -> int:
        """Largest tile at LR size."""
        return self._tiled.tile_px

    @property
    def wrap(self) -> bool:
        """Whether pictures are seamless textures."""
        return self._tiled.wrap

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
        other._tiled = self._tiled.like(PRECISIONS[precision], tile_px)
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
        opacity = picture.opacity
        if opacity is not None:
            with memory_as_value_error():
                opacity = np.concatenate(list(self._tiled.opacity_bands(opacity)))
        return replace(picture, pixels=pixels, opacity=opacity, grey=grey)

    def upscale_in_bands(
        self,
        picture: Picture,
        alpha: float | Map | None = None,
        report: Callable[[Progress], None] | None = None,
    ) -> Iterator[Picture]:
        """Enlarge a decoded picture as `upscale` does, and yield bands of it from top to bottom.

        `esrgan.images.write_png` writes them to a file as they come. Parameters and errors are
        those of `bands`, for a picture with opacity, too.
        """
        picture = fill_hidden(picture)
        like = replace(picture, grey=picture.grey or not has_colour(picture.pixels))
        opacity = picture.opacity
        reader = None if opacity is None else RowReader(self._tiled.opacity_bands(opacity))
        for rows in self.bands(picture.pixels, alpha, report):
            with memory_as_value_error():
                part = None if reader is None else reader.take(len(rows))
            yield replace(like, pixels=rows, opacity=part)

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
        """Enlarge a picture; where a map of α varies, its error's bound is returned."""
        check_pixels(picture)
        if isinstance(alpha, np.ndarray):
            lowest, highest = self.alpha(float(alpha.min())), self.alpha(float(alpha.max()))
            alpha = lowest if lowest == highest else alpha
        else:
            alpha = self.alpha(alpha)
        with memory_as_value_error():
            return (yield from self._tiled.steps(picture, alpha, write, cutout or whole(picture)))

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

        def render(alpha: float) -> NDArray[np.float32]:
            with memory_as_value_error():
                return self._tiled.enlarge_whole(picture, alpha, known)

        return AlphaCurve(render, step=step)


def _check_settings(precision: str, tile_px: int) -> None:
    """Refuse an unknown precision, and tiles so small that their halos dominate."""
    if precision not in PRECISIONS:
        raise ValueError(f"precision is one of {', '.join(PRECISIONS)}, not {precision!r}.")
    if tile_px < SMALLEST_TILE_PX:
        raise ValueError(f"A tile has at least {SMALLEST_TILE_PX} px, not {tile_px}.")


def _resolve(name_or_pair: str | Model | tuple[str | Path, str | Path]) -> Model:
    """The registry's entry of a name, a file or a pair of files."""
    if isinstance(name_or_pair, Model):
        return name_or_pair
    if isinstance(name_or_pair, str):
        return resolve(name_or_pair)
    return resolve(str(name_or_pair[0]), str(name_or_pair[1]))
