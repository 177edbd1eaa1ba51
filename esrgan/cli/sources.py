"""Which pictures the words of a command line mean: files, folders, patterns."""

import glob
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from esrgan.folders import list_pictures, results_among
from esrgan.storage import Location, exists, identity, is_folder, join, name_of, to_location

Named = tuple[Location, str]
"""A picture, and its name relative to the folder that the command names."""


@dataclass(frozen=True)
class Found:
    """The pictures that a command line means.

    Attributes
    ----------
    pictures
        Each once.
    num_results
        How many results of former runs, of the folders, are not among them.
    """

    pictures: Sequence[Named]
    num_results: int


def find_sources(words: Sequence[str], *, any_depth: bool, besides: Location) -> Found:
    """Find the pictures that words of the command line mean.

    Parameters
    ----------
    words
        Files, which are taken whatever they are called; folders, which stand for the pictures in
        them but for results of former runs; and patterns such as *.jpg for files or folders, which
        a shell on Windows leaves to us.
    any_depth
        Whether folders below are searched too.
    besides
        The folder for results, which is left out.

    Raises
    ------
    ValueError
        If there is nothing of a name.
    """
    found: dict[str, Named] = {}
    results: set[str] = set()
    for location in (location for word in words for location in _expanded(word)):
        if not is_folder(location):
            found.setdefault(identity(location), (location, name_of(location)))
            continue
        names = list_pictures(location, any_depth=any_depth, besides=besides, with_results=True)
        former = results_among(names)
        for name in names:
            picture = join(location, name)
            if name in former:
                results.add(identity(picture))
            else:
                found.setdefault(identity(picture), (picture, name))
    return Found(list(found.values()), len(results - found.keys()))


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


def tell_results(folders: Iterable[Location], *, any_depth: bool) -> None:
    """Say on standard error how many results of former runs are left out of some folders."""
    number = sum(
        len(results_among(list_pictures(folder, any_depth=any_depth, with_results=True)))
        for folder in folders
    )
    if number:
        print(f"esrgan: {number} left out as results of former runs.", file=sys.stderr)
