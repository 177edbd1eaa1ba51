"""`Upscaler`: enlarges pictures by a model, on a device, at a precision, tile by tile."""

from collections.abc import Callable, Mapping
from copy import copy
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from esrgan.alpha_map import Map, sample
from esrgan.borders import NO_SIDES, keep_flat
from esrgan.cutout import Cutout, whole
from esrgan.devices import choose_device, open_on
from esrgan.images import Picture, fill_hidden
from esrgan.interpolation import AlphaCurve, check_alpha, interpolate
from esrgan.memory import is_out_of_memory, memory_as_value_error
from esrgan.pixels import check_pixels, has_colour, to_tensor
from esrgan.precision import PRECISIONS, cast, is_valid
from esrgan.resize import enlarge_in_bands
from esrgan.seamless import cut_repeated, repeat
from esrgan.tiles import Enlargement, Region, Render, enlarge
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
        'auto' (CUDA where there is one), 'cpu', 'cuda', …
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
        return Work(self._steps(picture, alpha, cutout))

    def _steps(
        self, picture: NDArray, alpha: float | Map | None, cutout: Cutout | None
    ) -> Steps[Enlargement]:
        """Enlarge a picture; a seamless texture with its repetition around it."""
        with memory_as_value_error():
            check_pixels(picture)
            cutout = cutout or whole(picture)
            if not self.wrap:
                return (yield from self._steps_of(picture, alpha, cutout))
            if isinstance(alpha, np.ndarray):
                rows, columns = (slice(0, side) for side in picture.shape[:2])
                alpha = repeat(sample(alpha, rows, columns, (rows.stop, columns.stop)))
            cutout = replace(cutout, sides=NO_SIDES)
            enlarged = yield from self._steps_of(repeat(picture), alpha, cutout)
            return replace(enlarged, pixels=cut_repeated(enlarged.pixels, self.scale))

    def _steps_of(
        self, picture: NDArray, alpha: float | Map | None, cutout: Cutout
    ) -> Steps[Enlargement]:
        """Enlarge a picture, by one network or by a map of α."""
        if isinstance(alpha, np.ndarray):
            return (yield from self._steps_by_map(picture, alpha, cutout))
        return (yield from self._steps_at(picture, alpha, cutout))

    def _steps_at(
        self, picture: NDArray, alpha: float | None, cutout: Cutout
    ) -> Steps[Enlargement]:
        """Enlarge all tiles by the network at one α."""
        alpha = self.alpha(alpha)
        if not self.ends:
            return Enlargement((yield from _in_bands(picture, self.scale)))
        network, size = self._renderer(alpha), picture.shape[:2]

        def render(lr: Tensor, region: Region) -> Tensor:
            return _shown(network, lr, cutout.at(*region, size))

        return Enlargement((yield from self._in_tiles(picture, render)))

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
        cutout = cutout or whole(picture)
        if self.wrap:
            picture, cutout = repeat(picture), replace(cutout, sides=NO_SIDES)
        lr, known = to_tensor(picture), cutout

        def render(alpha: float) -> NDArray[np.float32]:
            with memory_as_value_error():
                enlarged = self._enlarge_float(lr, alpha, known)
            return cut_repeated(enlarged, self.scale) if self.wrap else enlarged

        return AlphaCurve(render, step=step)

    def _enlarge_float(self, lr: Tensor, alpha: float, cutout: Cutout) -> NDArray[np.float32]:
        """Enlarge a tensor, (1, 3, h, w), at one α to float32 (s·h, s·w, 3), not clipped."""
        sr = _shown(self._renderer(alpha), lr, cutout)[0].numpy()
        return np.ascontiguousarray(sr.transpose(1, 2, 0))

    def _steps_by_map(self, picture: NDArray, alpha_map: Map, cutout: Cutout) -> Steps[Enlargement]:
        """Enlarge each tile by its own curve; a map of one value takes the exact network."""
        lowest, highest = self.alpha(float(alpha_map.min())), self.alpha(float(alpha_map.max()))
        if lowest == highest:
            return (yield from self._steps_at(picture, lowest, cutout))
        size = (picture.shape[0] * self.scale, picture.shape[1] * self.scale)
        bounds: list[float] = []

        def render(lr: Tensor, region: Region) -> Tensor:
            rows, columns = (slice(s.start * self.scale, s.stop * self.scale) for s in region)
            tile = cutout.at(*region, picture.shape[:2])
            curve = AlphaCurve(partial(self._enlarge_float, lr, cutout=tile)).complete()
            bounds.append(curve.p99)
            sr = curve.at_float(sample(alpha_map, rows, columns, size))
            return torch.from_numpy(sr).permute(2, 0, 1)[None]

        pixels = yield from self._in_tiles(picture, render)
        return Enlargement(pixels, max(bounds))

    def _in_tiles(self, picture: NDArray, render: Render) -> Steps[NDArray]:
        """Enlarge tile by tile; where memory is too small, start again with smaller tiles."""
        tile_px = self.tile_px
        while True:
            try:
                return (yield from enlarge(picture, render, scale=self.scale, tile_px=tile_px))
            except (RuntimeError, MemoryError) as error:
                if not is_out_of_memory(error) or tile_px <= SMALLEST_TILE_PX:
                    raise
                tile_px = max(SMALLEST_TILE_PX, tile_px // 2)

    def _renderer(self, alpha: float | None) -> Callable[[Tensor], Tensor]:
        """The network at one α, as a function from (1, 3, h, w) to float32 (1, 3, s·h, s·w).

        A half-precision output that is not valid is computed again in float32.
        """
        generator, state = self.ends[0], self._state(alpha)
        network = generator.network(cast(state, self.dtype))

        def render(lr: Tensor) -> Tensor:
            lr = lr.to(self.device).contiguous(memory_format=torch.channels_last)
            with torch.no_grad():
                sr = network(lr.to(self.dtype)).float()
                if self.dtype != torch.float32 and not is_valid(sr, lr):
                    sr = generator.network(state)(lr)
            return sr.cpu()

        return render

    def _state(self, alpha: float | None) -> Mapping[str, Tensor]:
        """Weights at one α; None stands for those of a single model."""
        if alpha is None:
            return self.ends[0].state
        return interpolate(self.ends[0].state, self.ends[1].state, alpha)


def _shown(network: Callable[[Tensor], Tensor], lr: Tensor, cutout: Cutout) -> Tensor:
    """Enlarge a tile: flat up to the picture's border, and without colour in a grey picture."""
    sr = keep_flat(network, lr, cutout.sides)
    return sr.mean(dim=1, keepdim=True).repeat(1, 3, 1, 1) if cutout.grey else sr


def _check_settings(precision: str, tile_px: int) -> None:
    """Refuse an unknown precision, and tiles so small that their halos dominate."""
    if precision not in PRECISIONS:
        raise ValueError(f"precision is one of {', '.join(PRECISIONS)}, not {precision!r}.")
    if tile_px < SMALLEST_TILE_PX:
        raise ValueError(f"A tile has at least {SMALLEST_TILE_PX} px, not {tile_px}.")


def _in_bands(picture: NDArray, scale: int) -> Steps[NDArray]:
    """Enlarge by bicubic interpolation, band by band of rows."""
    height, width = picture.shape[:2]
    result = np.empty((height * scale, width * scale, 3), picture.dtype)
    done = 0
    for band in enlarge_in_bands(picture, scale):
        result[done : done + band.shape[0]] = band
        done += band.shape[0]
        yield Progress(done, height * scale)
    return result


def _resolve(name_or_pair: str | Model | tuple[str | Path, str | Path]) -> Model:
    """The registry's entry of a name, a file or a pair of files."""
    if isinstance(name_or_pair, Model):
        return name_or_pair
    if isinstance(name_or_pair, str):
        return resolve(name_or_pair)
    return resolve(str(name_or_pair[0]), str(name_or_pair[1]))
