"""`read`: from a file to a `Picture`, whatever its format, depth, colours and orientation."""

import io
import struct
import warnings
import zlib
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from esrgan.images.formats import NAMES, decoders, refuse_unsupported
from esrgan.images.limits import FILE_LIMITS, Limits, RefusedError
from esrgan.images.metadata import read_metadata
from esrgan.images.orientation import ORIENTATION_TAG, orient
from esrgan.images.picture import Picture, fill_hidden
from esrgan.images.profiles import convert_8_bit
from esrgan.images.sixteen_bits import decode_16_bits, has_16_bits
from esrgan.images.tiff import decode_tiff, needs_samples
from esrgan.images.tiff_samples import layout
from esrgan.pixels import has_colour

FIRST_FRAME = "Only the first frame is used."
DECODER_ERRORS = (
    OSError,
    ValueError,
    TypeError,
    SyntaxError,
    LookupError,
    EOFError,
    AttributeError,
    ArithmeticError,
    RuntimeError,
    zlib.error,
    struct.error,
    MemoryError,
    cv2.error,
)


def read(source: Path | str | bytes, limits: Limits = FILE_LIMITS) -> Picture:
    """Decode a picture: upright, in sRGB, 16 bits kept.

    Parameters
    ----------
    source
        A path, or a file's bytes. PNG, JPEG, WebP, AVIF, BMP, GIF, TIFF, PPM, PGM and TGA are
        read; HEIC, too, where pillow-heif is installed (the extra `heic`).
    limits
        Largest file and picture; the latter is checked on the header, before decoding.

    Returns
    -------
    Picture
        Pixels of uint16 from a PNG, TIFF, PPM or PGM of 16 bits a channel, else uint8. Pixels that
        are fully transparent have the colour of the nearest visible one (`fill_hidden`).

    Raises
    ------
    ValueError
        If the file is too large, of another format or damaged; the message is one sentence.
    """
    data = source if isinstance(source, bytes) else _load(Path(source), limits)
    if len(data) > limits.megabytes * 1e6:
        raise ValueError(f"This file is over the limit of {limits.megabytes:g} MB.")
    refuse_unsupported(data)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            picture = fill_hidden(_decoded(data, limits))
            return replace(picture, grey=not has_colour(picture.pixels))
    except RefusedError as refusal:
        raise ValueError(str(refusal)) from None
    except Image.DecompressionBombError:
        limit = f"the limit is {limits.megapixels:g} megapixels"
        raise ValueError(f"This picture claims to be enormous; {limit}.") from None
    except DECODER_ERRORS:
        raise ValueError(f"This is not a readable {NAMES}.") from None


def _load(path: Path, limits: Limits) -> bytes:
    """A file's bytes, unless it is too large or cannot be read."""
    try:
        if path.stat().st_size > limits.megabytes * 1e6:
            raise ValueError(f"This file is over the limit of {limits.megabytes:g} MB.")
        return path.read_bytes()
    except OSError as error:
        raise ValueError(f"{path.name}: {error.strerror or 'cannot be read'}.") from None


def _decoded(data: bytes, limits: Limits) -> Picture:
    """Decode the first frame, by Pillow where it reads the file in full."""
    directory = layout(data)
    if directory is not None and needs_samples(directory):
        picture, has_more_frames = decode_tiff(directory, limits), directory.has_more_frames
    else:
        with Image.open(io.BytesIO(data), formats=decoders()) as image:
            limits.check_size(image.width, image.height)
            has_more_frames = _has_more_frames(image)
            picture = _upright(image, data)
    opacity = _none_if_opaque(picture.opacity)
    notes = (FIRST_FRAME, *picture.notes) if has_more_frames else picture.notes
    return replace(picture, opacity=opacity, notes=notes)


def _upright(image: Image.Image, data: bytes) -> Picture:
    """Decode an opened picture, with its metadata."""
    is_upright = image.format == "TIFF"  # its decoder applies the orientation
    turned = 1 if is_upright else image.getexif().get(ORIENTATION_TAG, 1)
    metadata = read_metadata(image.getexif(), image.info.get("dpi"))
    is_deep = has_16_bits(image, data)
    picture = decode_16_bits(image, data) if is_deep else _decode_8_bit(image)
    opacity = None if picture.opacity is None else orient(picture.opacity, turned)
    return replace(
        picture, pixels=orient(picture.pixels, turned), opacity=opacity, metadata=metadata
    )


def _has_more_frames(image: Image.Image) -> bool:
    """Whether a second frame follows; counting those of a TIFF would take quadratic time.

    The further pictures in a phone's JPEG (MPO) or HEIC are no frames: previews, gain maps.
    """
    if image.format in ("JPEG", "MPO", "HEIF"):
        return False
    if image.format != "TIFF":
        return getattr(image, "n_frames", 1) > 1
    try:
        image.seek(1)
    except EOFError:
        return False
    image.seek(0)
    return True


def _decode_8_bit(image: Image.Image) -> Picture:
    """Decode 8 bits a channel, by Pillow, and apply the colour profile."""
    if image.mode.startswith(("I", "F")):
        raise RefusedError(
            "Pictures of 12 or 32 bits a channel are not read: save this one with 8 or 16."
        )
    opacity = None
    if image.mode in ("LA", "PA", "RGBA", "La", "RGBa") or "transparency" in image.info:
        rgba = image.convert("RGBA")
        opacity = np.array(rgba.getchannel("A"))
        image = rgba.convert("RGB")
    pixels, notes = convert_8_bit(image)
    return Picture(pixels, opacity, notes=notes)


def _none_if_opaque(opacity: NDArray | None) -> NDArray | None:
    """The opacity, or None where every pixel is opaque."""
    if opacity is None or np.all(opacity == np.iinfo(opacity.dtype).max):
        return None
    return np.ascontiguousarray(opacity)
