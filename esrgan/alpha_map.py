"""An α for every pixel: a grey picture, black 0 and white 1, stretched over the enlarged one."""

import numpy as np
from numpy.typing import NDArray

from esrgan.images import Picture, to_grey

Map = NDArray[np.float32]


def to_alpha_map(picture: Picture) -> Map:
    """A grey picture as α, float32 (H, W) in [0, 1]; of a coloured one, the channels' mean.

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
    """A part of the map stretched, linearly, to `size` (height, width).

    Pixel centres coincide as in OpenCV and OpenGL, edges are replicated; a map of that very size
    comes back as it is.

    Examples
    --------
    >>> sample(np.float32([[0, 1]]), slice(0, 1), slice(0, 4), (1, 4)).tolist()
    [[0.0, 0.25, 0.75, 1.0]]
    """
    part = _along(alpha_map, rows, size[0])
    return np.ascontiguousarray(_along(part.T, columns, size[1]).T)


def _along(values: Map, part: slice, size: int) -> Map:
    """Stretch the first axis to `size` and take a part."""
    position = (np.arange(part.start, part.stop) + 0.5) * (values.shape[0] / size) - 0.5
    position = position.clip(0, values.shape[0] - 1)
    lower = np.floor(position).astype(np.intp)
    upper = np.minimum(lower + 1, values.shape[0] - 1)
    share = (position - lower).astype(np.float32)[:, None]
    return values[lower] * (1 - share) + values[upper] * share
