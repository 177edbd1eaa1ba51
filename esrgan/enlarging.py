"""Enlarging picture files: which source becomes which file, and the task that does it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import ceil
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from esrgan.alpha_map import Map
from esrgan.encoders import ENCODERS, Encoder
from esrgan.folders import shortened, unique_stems
from esrgan.images import (
    FILE_LIMITS,
    JPEG_QUALITY,
    Picture,
    check_writable_size,
    read,
    write_png,
)
from esrgan.inference import Upscaler
from esrgan.jobs import Report
from esrgan.memory import memory_as_value_error
from esrgan.resize import imresize
from esrgan.setup import Setup
from esrgan.storage import (
    Location,
    absolute,
    check_writable,
    exists,
    file_key,
    join,
    opened,
    read_bytes,
)
from esrgan.symmetries import symmetric_tiles

ROUNDING_SLACK = 1e-9
"""By how much a product of sizes may be above a whole number that it should be."""


@dataclass(frozen=True)
class Recipe:
    """How pictures are enlarged and written.

    Attributes
    ----------
    alphas
        One result is made for each: α in [0, 1], a map, or None.
    output_format
        A key of `ENCODERS`.
    quality
        1 to 100, of formats that have one.
    factor
        Ratio of output to input size; None takes the model's scale.
    is_symmetric
        Whether the eight symmetries of the square are averaged.
    skip_existing
        Whether results that are there stay as they are.
    keep_metadata
        Whether date, camera, copyright and resolution are written into the results.
    """

    alphas: tuple[float | Map | None, ...] = (None,)
    output_format: str = "png"
    quality: int = JPEG_QUALITY
    factor: float | None = None
    is_symmetric: bool = False
    skip_existing: bool = False
    keep_metadata: bool = False

    @property
    def encoder(self) -> Encoder:
        """Of the output format."""
        return ENCODERS[self.output_format]

    def endings(self, upscaler: Upscaler) -> list[str]:
        """What follows a picture's name in the name of each result.

        Returns
        -------
        list
            For each α, such as '_esrgan_a0.80_x4.png', or '_esrgan_a0.80_tta_x2.5.jpg'.

        Raises
        ------
        ValueError
            If an α does not fit the model, or two of them have the same name.
        """
        usual = f"_x{upscaler.scale}.png"
        factor = upscaler.scale if self.factor is None else self.factor
        settings = f"{'_tta' * self.is_symmetric}_x{factor:g}.{self.encoder.suffixes[0]}"
        names = [upscaler.file_name("", alpha).removesuffix(usual) for alpha in self.alphas]
        if len(set(names)) < len(names):
            raise ValueError("Two values of α have the same first two decimals, so the same name.")
        return [name + settings for name in names]


@dataclass(frozen=True)
class Job:
    """A picture, and the files that are made of it.

    Attributes
    ----------
    source
        Where it is.
    targets
        One for each α of the recipe.
    """

    source: Location
    targets: tuple[Location, ...]


@dataclass(frozen=True)
class Enlarged:
    """What was made of a picture.

    Attributes
    ----------
    num_written
        Number of files; 0 where all were there.
    notes
        Sentences for the user.
    """

    num_written: int
    notes: tuple[str, ...] = ()


def plan(
    sources: Sequence[Location], names: Sequence[str], folder: Location, endings: Sequence[str]
) -> list[Job]:
    """Name the results of pictures, so that none of them replaces a picture.

    Parameters
    ----------
    sources
        Files of all pictures, before any of them are left to other machines: names depend on
        each other.
    names
        Of the sources, relative to the folder that was asked for: the tree of the results.
    folder
        Where results are written.
    endings
        From `Recipe.endings`.

    Returns
    -------
    list
        Without sources that another one's result would replace, by whatever name or link.
    """
    jobs = [
        Job(
            absolute(source),
            tuple(join(absolute(folder), shortened(stem, ending)) for ending in endings),
        )
        for source, stem in zip(sources, unique_stems(names), strict=True)
    ]
    targets = {file_key(target) for job in jobs for target in job.targets}
    return [job for job in jobs if file_key(job.source) not in targets]


@dataclass(frozen=True)
class EnlargeTask:
    """Enlarges a job's picture and writes its results.

    Attributes
    ----------
    setup
        The model.
    recipe
        How its results are made and written.
    """

    setup: Setup
    recipe: Recipe

    def __call__(self, job: Job, report: Report) -> Enlarged:
        """Make the results of one picture; whether they can be written is tried first."""
        wanted = [
            (alpha, target)
            for alpha, target in zip(self.recipe.alphas, job.targets, strict=True)
            if not (self.recipe.skip_existing and exists(target))
        ]
        if not wanted:
            return Enlarged(0)
        for _, target in wanted:
            check_writable(target)
        picture = self.open(read_bytes(job.source, megabytes=FILE_LIMITS.megabytes))
        notes = [*picture.notes]
        for number, (alpha, target) in enumerate(wanted):

            def share(done: float, number: int = number) -> None:
                report((number + done) / len(wanted))

            with opened(target) as file:
                bound = self.write(file, picture, alpha, share)
            notes += [] if bound is None else [_bound_note(bound)]
        return Enlarged(len(wanted), tuple(notes))

    @property
    def is_resized(self) -> bool:
        """Whether results have another scale than the model's."""
        return self.recipe.factor not in (None, self.setup.upscaler.scale)

    def open(self, data: bytes) -> Picture:
        """Decode a picture, and refuse one whose result the format could not hold."""
        picture = read(data)
        scale = self.setup.upscaler.scale
        height, width = picture.pixels.shape[:2]
        height, width = _size(height, width, self.recipe.factor or scale)
        check_writable_size(width, height, self.recipe.output_format)
        return picture

    def write(
        self, file: BinaryIO, picture: Picture, alpha: float | Map | None, report: Report
    ) -> float | None:
        """Write one result into a file, a PNG row by row; returns the p99 of `Enlargement`."""
        recipe, upscaler = self.recipe, self.setup.upscaler
        is_whole = recipe.is_symmetric or self.is_resized or isinstance(alpha, np.ndarray)
        if is_whole or recipe.output_format != "png":
            data, bound = self.encoded(picture, alpha, report)
            file.write(data)
            return bound
        bands = upscaler.upscale_in_bands(picture, alpha, lambda it: report(it.done / it.total))
        height = picture.pixels.shape[0] * upscaler.scale
        write_png(file, bands, height, keep_metadata=recipe.keep_metadata)
        return None

    def encoded(
        self, picture: Picture, alpha: float | Map | None, report: Report
    ) -> tuple[bytes, float | None]:
        """Make one result: a file's bytes, and the p99 of `Enlargement`."""
        upscaler, recipe = self.setup.upscaler, self.recipe
        if recipe.is_symmetric:
            tiles = symmetric_tiles(upscaler, picture.pixels, alpha)
        else:
            tiles = upscaler.tiles(picture.pixels, alpha)
        for progress in tiles:
            report(progress.done / progress.total)
        enlarged = tiles.result()
        with memory_as_value_error():
            result = upscaler.finish(picture, enlarged.pixels)
            if recipe.factor is not None and self.is_resized:
                result = resized(result, picture.pixels.shape[:2], recipe.factor)
            settings = {"quality": recipe.quality} if recipe.encoder.has_quality else {}
            data = recipe.encoder.encode(result, keep_metadata=recipe.keep_metadata, **settings)
            return data, enlarged.p99


def _bound_note(p99: float) -> str:
    """How exact a result is that comes from a map of α."""
    return f"by the curve, 99 % within {p99:.2f} grey levels"


def resized(picture: Picture, size: tuple[int, int], factor: float) -> Picture:
    """Resize an enlarged picture to a multiple of its first size, by MATLAB's bicubic.

    Parameters
    ----------
    picture
        Enlarged by any scale.
    size
        Height and width before.
    factor
        Ratio of the new size to the first one, above 0; sizes are rounded up.
    """
    height, width = _size(*size, factor)
    ratio = factor / (picture.pixels.shape[0] // size[0])

    def resize(array: NDArray) -> NDArray:
        return np.ascontiguousarray(imresize(array, ratio)[:height, :width])

    opacity = None if picture.opacity is None else resize(picture.opacity)
    return replace(picture, pixels=resize(picture.pixels), opacity=opacity)


def _size(height: int, width: int, factor: float) -> tuple[int, int]:
    """A size multiplied by a factor, rounded up."""
    return ceil(height * factor - ROUNDING_SLACK), ceil(width * factor - ROUNDING_SLACK)
