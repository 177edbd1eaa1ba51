"""Many pictures: which files of a folder are pictures, and what their results are called.

One rule for every command and the page. All names are relative to a folder and have slashes.
"""

import hashlib
import os
import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path, PurePosixPath

from esrgan.images import SUFFIXES
from esrgan.storage import Location, is_folder, walk
from esrgan.weights import MODELS

UNREADABLE_SUFFIXES = (
    *(".jp2", ".jxl", ".exr", ".hdr", ".ico", ".psd", ".svg", ".xcf"),
    *(".arw", ".cr2", ".cr3", ".dng", ".nef", ".orf", ".raf", ".raw", ".rw2"),
)
"""Of what a person calls a picture besides `SUFFIXES`: it is tried, and refused with its reason
where it cannot be read."""
LONGEST_NAME_BYTES = 255
"""Of a file name in UTF-8, on the file systems that people use."""
HASH_DIGITS = 8
SLACK_BYTES = HASH_DIGITS
"""A shortened name is less than this below the longest: no letter has so many bytes."""
SETTINGS = re.compile(r"(_a[01]\.\d\d|_map)?(_tta)?_x\d+(\.\d+)?")
"""What follows the model in the name of a result, without the suffix."""
OF_ANY_PAIR = re.compile(r".+(_a[01]\.\d\d|_map)(_tta)?_x\d+(\.\d+)?")
"""What follows the picture in the name of a result of any pair, registered or not."""


def is_hidden(name: str) -> bool:
    """Tell whether a relative name, or a folder in it, begins with a dot."""
    return any(part.startswith(".") for part in PurePosixPath(name).parts)


def is_picture(name: str) -> bool:
    """Tell whether a person would call a file of this name a picture, readable or not.

    Examples
    --------
    >>> [is_picture(name) for name in ("a.JPG", "b.psd", "._a.jpg", "notes.txt")]
    [True, True, False, False]
    """
    suffix = PurePosixPath(name).suffix.lower()
    return not is_hidden(name) and suffix in (*SUFFIXES, *UNREADABLE_SUFFIXES)


def list_pictures(
    folder: Location,
    *,
    any_depth: bool = False,
    besides: Location | None = None,
    with_results: bool = False,
) -> list[str]:
    """List the pictures of a folder by their relative names, in alphabetical order.

    Parameters
    ----------
    folder
        A local folder or a URI.
    any_depth
        Whether folders below it are searched too.
    besides
        A folder below it that is left out, such as the one for results.
    with_results
        Whether the results of former runs, see `results_among`, are listed too.

    Returns
    -------
    list
        Of files, and links that lead nowhere, for which `is_picture` holds.

    Raises
    ------
    ValueError
        If there is no such folder.
    """
    if not is_folder(folder):
        raise ValueError(f"There is no folder {folder}.")
    inner = _below(folder, besides)
    names = sorted(name for name in walk(folder, any_depth=any_depth) if is_picture(name))
    names = [name for name in names if not (inner and name.startswith(inner))]
    former = set[str]() if with_results else results_among(names)
    return [name for name in names if name not in former]


def picture_files(folder: Path, *, any_depth: bool = False) -> list[Path]:
    """List the pictures of a local folder as `list_pictures` does, as paths."""
    return [folder / name for name in list_pictures(folder, any_depth=any_depth)]


def _below(folder: Location, inner: Location | None) -> str:
    """The relative name, with a slash at its end, of a folder below another; else ''."""
    if isinstance(folder, Path) and isinstance(inner, Path):
        outer, inner = folder.resolve(), inner.resolve()
        is_below = inner != outer and inner.is_relative_to(outer)
        return f"{inner.relative_to(outer).as_posix()}/" if is_below else ""
    start, whole = f"{str(folder).rstrip('/')}/", f"{str(inner).rstrip('/')}/"
    return whole[len(start) :] if whole.startswith(start) else ""


def results_among(names: Iterable[str]) -> set[str]:
    """Find the results of former runs that lie beside the pictures they were made of.

    Parameters
    ----------
    names
        Relative names of pictures.

    Returns
    -------
    set
        Those called as another picture of the same folder, followed by a model and a scale. The
        model is one of the registry, or any where an α follows.

    Examples
    --------
    >>> sorted(results_among(["cat.jpg", "cat_esrgan_a1.00_x4.png", "dog_bicubic_x4.png"]))
    ['cat_esrgan_a1.00_x4.png']
    """
    folders: dict[str, list[str]] = defaultdict(list)
    for name in names:
        folders[_folder(name)].append(name)
    return {name for beside in folders.values() for name in _results_in_one_folder(beside)}


def _results_in_one_folder(names: Sequence[str]) -> Iterator[str]:
    """The results among pictures of one folder."""
    stems = {*unique_stems(names), *(_without_suffix(name) for name in names)}
    stems |= {f"{_without_suffix(name)}_{_suffix(name)}" for name in names}
    long = [stem for stem in stems if len(_bytes(stem)) > LONGEST_NAME_BYTES // 2]
    for name in names:
        candidates = long if len(_bytes(name)) > LONGEST_NAME_BYTES - SLACK_BYTES else ()
        for stem, ending in _splits(name):
            cut = (shortened(other, ending) for other in candidates)
            if stem in stems or stem + ending in cut:
                yield name
                break


def _splits(name: str) -> Iterator[tuple[str, str]]:
    """Every way to take a name apart into a stem and what follows it in the name of a result."""
    stem = _without_suffix(name)
    for match in re.finditer("_", stem):
        tail = stem[match.end() :]
        of_known = any(
            tail.startswith(model) and SETTINGS.fullmatch(tail[len(model) :]) for model in MODELS
        )
        if of_known or OF_ANY_PAIR.fullmatch(tail):
            yield name[: match.start()], name[match.start() :]


def unique_stems(names: Sequence[str]) -> list[str]:
    """Name files apart without their suffixes.

    Parameters
    ----------
    names
        Relative names of all files; their order matters.

    Returns
    -------
    list
        For each file its name without the suffix. Where two of one folder are equal, in capitals
        or not, their suffixes are kept; where these are equal too, numbers are added.

    Examples
    --------
    >>> unique_stems(["a.jpg", "a.png", "b.png", "below/a.png", "B.png"])
    ['a_jpg', 'a_png', 'b', 'below/a', 'B-2']
    """
    suffixes: dict[str, set[str]] = defaultdict(set)
    for name in names:
        suffixes[_key(_without_suffix(name))].add(_suffix(name))
    wanted = [_with_suffix_among(name, suffixes) for name in names]
    counts = Counter(map(_key, wanted))
    taken = {key for key, count in counts.items() if count == 1}
    return [stem if counts[_key(stem)] == 1 else _numbered(stem, taken) for stem in wanted]


def _with_suffix_among(name: str, suffixes: Mapping[str, set[str]]) -> str:
    """The name without its suffix, or with it where several files differ in nothing else."""
    stem = _without_suffix(name)
    return f"{stem}_{_suffix(name)}" if len(suffixes[_key(stem)]) > 1 else stem


def _numbered(stem: str, taken: set[str]) -> str:
    """The stem, with a number if it is taken; it is added to what is taken."""
    number, free = 1, stem
    while _key(free) in taken:
        number += 1
        free = f"{stem}-{number}"
    taken.add(_key(free))
    return free


def shortened(stem: str, ending: str) -> str:
    """Join a stem and an ending to a file name of at most 255 bytes in UTF-8.

    Parameters
    ----------
    stem
        From `unique_stems`; folders before the last slash are kept and do not count.
    ending
        What follows it, such as '_esrgan_a0.80_x4.png'.

    Returns
    -------
    str
        A stem that is too long is cut between two letters and followed by digits of its hash, so
        that different pictures have different names.

    Examples
    --------
    >>> shortened("below/cat", "_bicubic_x4.png")
    'below/cat_bicubic_x4.png'
    >>> len(shortened("猫" * 80, "_bicubic_x4.png").encode())
    255
    """
    folder, data = _folder(stem), _bytes(stem[len(_folder(stem)) :])
    room = LONGEST_NAME_BYTES - len(_bytes(ending))
    if len(data) <= room:
        return stem + ending
    digits = hashlib.sha256(data).hexdigest()[:HASH_DIGITS]
    cut = data[: room - HASH_DIGITS - 1].decode("utf-8", "ignore")
    return f"{folder}{cut}~{digits}{ending}"


def _bytes(name: str) -> bytes:
    """A name as a file system stores it."""
    return os.fsencode(name)


def _key(stem: str) -> str:
    """Equal for stems that a file system may take for the same."""
    return unicodedata.normalize("NFC", stem).casefold()


def _folder(name: str) -> str:
    """Of a relative name all but the file's, with a slash at its end; else ''."""
    return name[: name.rfind("/") + 1]


def _without_suffix(name: str) -> str:
    """A relative name without the file's suffix."""
    return _folder(name) + PurePosixPath(name).stem


def _suffix(name: str) -> str:
    """A file's suffix in small letters, without its dot."""
    return PurePosixPath(name).suffix.lower().removeprefix(".")
