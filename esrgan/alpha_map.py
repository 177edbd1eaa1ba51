"""Maps of α for every pixel: a grey picture, black 0 and white 1, stretched over the output."""

import numpy as np
from numpy.typing import NDArray

from esrgan.images import Picture
from esrgan.pixels import to_grey

Map = NDArray[np.float32]


def to_alpha_map(picture: Picture) -> Map:
    """Convert a grey picture to a map of α.

    Parameters
    ----------
    picture
        Grey, (H, W, 3) with equal channels; of a coloured one the channels' mean is taken.

    Returns
    -------
    Map
        float32 (H, W) in [0, 1].

    Raises
    ------
    ValueError
        If the picture has opacity, which would have no meaning here.
    """
    if picture.opacity is not None:
        raise ValueError("An alpha map is a grey picture without opacity.")
    grey = to_grey(picture.pixels)
    return np.divide(grey, np.iinfo(grey.dtype).max, dtype=np.float32)


def sample(alpha_map: Map, rows: slice, columns: slice, size: tuple[int, int]) -> Map:
    """Stretch a map bilinearly over a picture and return the part that covers a tile.

    Pixel centres coincide as in OpenCV and OpenGL, and edges are replicated.

    Parameters
    ----------
    alpha_map
        float32 (h, w).
    rows, columns
        The tile, in pixels of the picture.
    size
        Height and width of the picture.

    Returns
    -------
    Map
        float32, as large as the tile; a map of the picture's size is not changed by stretching.

    Examples
    --------
    >>> sample(np.float32([[0, 1]]), slice(0, 1), slice(0, 4), (1, 4)).tolist()
    [[0.0, 0.25, 0.75, 1.0]]
    """
    part = _stretch_rows(alpha_map, rows, size[0])
    return np.ascontiguousarray(_stretch_rows(part.T, columns, size[1]).T)


def _stretch_rows(values: Map, part: slice, size: int) -> Map:
    """Stretch the first axis linearly to `size` and return a part of it."""
    position = (np.arange(part.start, part.stop) + 0.5) * (values.shape[0] / size) - 0.5
    position = position.clip(0, values.shape[0] - 1)
    lower = np.floor(position).astype(np.intp)
    upper = np.minimum(lower + 1, values.shape[0] - 1)
    share = (position - lower).astype(np.float32)[:, None]
    return values[lower] * (1 - share) + values[upper] * share
