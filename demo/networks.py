"""Which pair of networks the slider moves: ours, a published one, or a visitor's own files."""

import os
from collections.abc import Iterator

from demo import refusals
from demo.scene import upscaler
from esrgan.weights import MODELS, Model, Transfer, download, first_cached, is_cached, resolve

PREFERRED = ("esrgan-official", "esrgan")
"""The page starts with the first of these that needs no download."""


def is_local() -> bool:
    """Whether the page runs on its visitor's own computer, not on a Space that many share.

    Only there may weights be downloaded or brought along: they fill disk and memory.
    """
    return "SPACE_ID" not in os.environ


def first_pair() -> Model:
    """The pair at the start."""
    return MODELS[first_cached(PREFERRED)]


def ready_pairs() -> dict[str, str]:
    """Name and title of each pair that needs no download."""
    pairs = [model for model in MODELS.values() if model.is_pair and is_cached(model)]
    return {model.name: model.title for model in pairs}


def missing_pairs() -> dict[str, str]:
    """Name of each pair that can be downloaded, and what that takes."""
    pairs = [model for model in MODELS.values() if model.is_pair and not is_cached(model)]
    return {model.name: model.describe_download() for model in pairs}


def named_pair(name: object) -> Model:
    """A pair that is ready.

    Raises
    ------
    ValueError
        If it is unknown or must be downloaded first.
    """
    if name not in ready_pairs():
        raise ValueError(refusals.UNKNOWN_PAIR.format(name=repr(name)))
    return MODELS[str(name)]


def own_pair(psnr: str | None, gan: str | None) -> Model:
    """A pair of two weights files, opened and checked.

    Raises
    ------
    ValueError
        If a file is missing or refused, or the two do not make a pair.
    """
    if not psnr or not gan:
        raise ValueError(refusals.NEEDS_TWO_FILES)
    return upscaler(resolve(psnr, gan)).model


def fetch(name: object) -> Iterator[Transfer]:
    """Download a pair; closing the iterator stops it.

    Raises
    ------
    ValueError
        If it is none that can be downloaded here, or with the download's own sentence.
    """
    if not is_local() or name not in missing_pairs():
        raise ValueError(refusals.NO_DOWNLOAD.format(name=repr(name)))
    yield from download(MODELS[str(name)])
