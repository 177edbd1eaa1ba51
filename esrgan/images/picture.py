"""`Picture`: decoded pixels, their opacity, and what the file said of them."""

from dataclasses import dataclass, field, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from esrgan.images.metadata import Metadata


@dataclass(frozen=True)
class Picture:
    """A decoded picture, in sRGB unless it has a `profile`.

    Attributes
    ----------
    pixels
        (H, W, 3) RGB, uint8 or uint16; a picture without colour has three equal channels.
    opacity
        Alpha channel, (H, W) of the same dtype, 0 transparent; None where all is opaque.
    grey
        Whether no pixel has a colour, however the file stores it; an encoded picture will be grey.
    notes
        Sentences for the user, such as 'Only the first frame is used.'
    profile
        ICC profile of the pixels where it could not be converted to sRGB, else None; it is written
        into encoded pictures.
    metadata
        Date, camera, copyright and resolution; written into encoded pictures only on request.
    """

    pixels: NDArray
    opacity: NDArray | None = None
    grey: bool = False
    notes: tuple[str, ...] = ()
    profile: bytes | None = None
    metadata: Metadata = field(default_factory=Metadata)

    def part(self, index: tuple[slice, slice]) -> "Picture":
        """The rows and columns of an index, as a view of the same memory."""
        opacity = None if self.opacity is None else self.opacity[index]
        return replace(self, pixels=self.pixels[index], opacity=opacity)


def fill_hidden(picture: Picture) -> Picture:
    """Give fully transparent pixels the colour of the nearest visible one.

    A network or a bicubic filter mixes neighbouring pixels, so that colours which nobody can see
    would show at the rim of what is visible. `read` does this to every picture.

    Parameters
    ----------
    picture
        With or without opacity.

    Returns
    -------
    Picture
        With the same visible pixels and opacity. Where nothing is visible, all pixels are white.
        Distances are OpenCV's, at most 2 % off the Euclidean ones.

    Examples
    --------
    >>> pixels = np.array([[[9, 9, 9], [0, 0, 0]]], np.uint8)
    >>> fill_hidden(Picture(pixels, np.array([[255, 0]], np.uint8))).pixels[0, 1].tolist()
    [9, 9, 9]
    """
    if picture.opacity is None or picture.opacity.all():
        return picture
    hidden = picture.opacity == 0
    if hidden.all():
        return replace(picture, pixels=np.full_like(picture.pixels, _white(picture.pixels)))
    _, labels = cv2.distanceTransformWithLabels(
        hidden.astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_5, labelType=cv2.DIST_LABEL_PIXEL
    )
    colours = np.empty((int(labels.max()) + 1, 3), picture.pixels.dtype)
    colours[labels[~hidden]] = picture.pixels[~hidden]
    pixels = picture.pixels.copy()
    pixels[hidden] = colours[labels[hidden]]
    return replace(picture, pixels=pixels)


def on_white(picture: Picture) -> Picture:
    """Lay a picture on white, for what keeps no opacity: JPEG, comparisons, measures, training.

    Parameters
    ----------
    picture
        With or without opacity. Values are mixed as browsers do, not in linear light.

    Returns
    -------
    Picture
        Without opacity, of the same dtype, rounded.

    Examples
    --------
    >>> half = Picture(np.zeros((1, 1, 3), np.uint8), np.full((1, 1), 51, np.uint8))
    >>> on_white(half).pixels[0, 0].tolist()
    [204, 204, 204]
    """
    if picture.opacity is None:
        return picture
    white = np.float32(_white(picture.pixels))
    seen_through = picture.opacity < white
    share = picture.opacity[seen_through, None] / white
    pixels = picture.pixels.copy()
    pixels[seen_through] = np.rint(white + (pixels[seen_through] - white) * share)
    return replace(picture, pixels=pixels, opacity=None)


def _white(pixels: NDArray) -> int:
    """The largest value of an integer type."""
    return int(np.iinfo(pixels.dtype).max)
