"""Which pictures the words of a command line mean: files, folders, patterns."""

import glob
from collections.abc import Iterator, Sequence
from pathlib import Path

from esrgan.folders import list_pictures
from esrgan.storage import Location, exists, is_folder, join, name_of, to_location

Named = tuple[Location, str]
"""A picture, and its name relative to the folder that the command names."""


def find_sources(words: Sequence[str], *, any_depth: bool, besides: Location) -> list[Named]:
    """Find the pictures that words of the command line mean.

    Parameters
    ----------
    words
        Files, which are taken whatever they are called; folders, which stand for the pictures in
        them; and patterns such as *.jpg, which a shell on Windows leaves to us.
    any_depth
        Whether folders below are searched too.
    besides
        The folder for results, which is left out.

    Raises
    ------
    ValueError
        If there is nothing of a name.
    """
    return [
        named
        for word in words
        for location in _expanded(word)
        for named in _pictures(location, any_depth, besides)
    ]


def _expanded(word: str) -> Iterator[Location]:
    """The location that a word names; those that it matches where there is none."""
    location = to_location(word)
    if exists(location) or (isinstance(location, Path) and location.is_symlink()):
        yield location
        return
    # pathlib's takes no absolute pattern.
    matches = sorted(glob.glob(word)) if isinstance(location, Path) else []  # noqa: PTH207
    if not matches:
        raise ValueError(f"There is no file {word}.")
    yield from map(Path, matches)


def _pictures(location: Location, any_depth: bool, besides: Location) -> Iterator[Named]:
    """A file itself, or the pictures of a folder, with results that `plan` leaves out."""
    if not is_folder(location):
        yield location, name_of(location)
        return
    names = list_pictures(location, any_depth=any_depth, besides=besides, with_results=True)
    yield from ((join(location, name), name) for name in names)
