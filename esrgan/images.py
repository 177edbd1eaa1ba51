"""Decoding and encoding of picture files; nothing else reads or writes them."""

import io
import struct
import warnings
import zlib
from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageCms

from esrgan.pixels import to_8_bit, to_grey

FORMATS = ("PNG", "JPEG", "WEBP", "BMP", "GIF", "TIFF")
SUFFIXES = (".png", ".jpg", ".jpeg", ".webp", ".bmp", ".gif", ".tif", ".tiff")
UNSUPPORTED = {b"8BPS": "a Photoshop file", b"%!PS": "a PostScript file", b"%PDF": "a PDF"}
"""First bytes of files of other formats that people try to open, and their names."""
HEIF_BRANDS = (b"heic", b"heix", b"hevc", b"mif1", b"msf1", b"avif")
PNG_BITS_AT, PNG_COLOUR_TYPE_AT, PNG_GREY_WITH_OPACITY = 24, 25, 4
"""Positions of two bytes in a PNG file, and the colour type of grey with opacity."""
ORIENTATION_TAG, BITS_PER_SAMPLE_TAG = 0x0112, 258
PHOTOMETRIC_TAG, PLANAR_TAG, WHITE_IS_ZERO = 262, 284, 0
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


@dataclass(frozen=True)
class Limits:
    """Largest picture, in millions of pixels, and file, in millions of bytes, that are decoded."""

    megapixels: float
    megabytes: float


WEB_LIMITS = Limits(megapixels=50, megabytes=40)
"""Of pictures that visitors of the page upload."""
FILE_LIMITS = Limits(megapixels=170, megabytes=1000)
"""Of files that the command line and programs read."""
JPEG_QUALITY = 95


@dataclass(frozen=True)
class Picture:
    """A decoded picture in sRGB.

    Attributes
    ----------
    pixels
        (H, W, 3) RGB, uint8 or uint16; a grey picture has three equal channels.
    opacity
        Alpha channel, (H, W) of the same dtype, 0 transparent; None where all is opaque.
    grey
        Whether the file was grey; an encoded picture will be grey again.
    notes
        Sentences for the user, such as 'Only the first frame is used.'
    """

    pixels: NDArray
    opacity: NDArray | None = None
    grey: bool = False
    notes: tuple[str, ...] = ()


def read(source: Path | str | bytes, limits: Limits = FILE_LIMITS) -> Picture:
    """Decode a picture: oriented, converted to sRGB, 16 bits kept, metadata dropped.

    Parameters
    ----------
    source
        A path, or a file's bytes. PNG, JPEG, WebP, BMP, GIF and TIFF are read.
    limits
        Largest file and picture; the latter is checked on the header, before decoding.

    Returns
    -------
    Picture
        Pixels of uint16 from a PNG or TIFF of 16 bits a channel, else uint8.

    Raises
    ------
    ValueError
        If the file is too large, of another format or damaged; the message is one sentence.
    """
    data = source if isinstance(source, bytes) else _load(Path(source), limits)
    if len(data) > limits.megabytes * 1e6:
        raise ValueError(f"This file is over the limit of {limits.megabytes:g} MB.")
    _refuse_unsupported(data)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Image.open(io.BytesIO(data), formats=FORMATS) as image:
                _check_size(image, limits)
                return _decode(image, data)
    except _RefusedError as refusal:
        raise ValueError(str(refusal)) from None
    except Image.DecompressionBombError:
        limit = f"the limit is {limits.megapixels:g} megapixels"
        raise ValueError(f"This picture claims to be enormous; {limit}.") from None
    except DECODER_ERRORS:
        raise ValueError("This is not a readable PNG, JPEG, WebP, BMP, GIF or TIFF.") from None


class _RefusedError(Exception):
    """A refusal whose message the user can read as it stands."""


def _load(path: Path, limits: Limits) -> bytes:
    """A file's bytes, unless it is too large or cannot be read."""
    try:
        if path.stat().st_size > limits.megabytes * 1e6:
            raise ValueError(f"This file is over the limit of {limits.megabytes:g} MB.")
        return path.read_bytes()
    except OSError as error:
        raise ValueError(f"{path.name}: {error.strerror or 'cannot be read'}.") from None


def _refuse_unsupported(data: bytes) -> None:
    """Refuse formats that people try and that are not read, by their first bytes."""
    if data[4:8] == b"ftyp" and data[8:12] in HEIF_BRANDS:
        raise ValueError("HEIC and AVIF are not read: save the photo as JPEG or PNG first.")
    head = data[:512].lstrip(b"\xef\xbb\xbf \t\r\n")
    for magic, name in UNSUPPORTED.items():
        if head.startswith(magic):
            raise ValueError(f"This is {name}: export it as PNG or JPEG first.")
    if head.startswith((b"<svg", b"<?xml", b"<!DOCTYPE")):
        raise ValueError("This is a drawing or a web page, not a picture: save it as PNG first.")


def _check_size(image: Image.Image, limits: Limits) -> None:
    """Refuse a picture whose header names no pixels, or too many."""
    if not image.width or not image.height:
        raise _RefusedError("This picture has no pixels.")
    megapixels = image.width * image.height / 1e6
    if megapixels > limits.megapixels:
        raise _RefusedError(
            f"This picture has {megapixels:.0f} megapixels; the limit is {limits.megapixels:g}."
        )


def _decode(image: Image.Image, data: bytes) -> Picture:
    """Decode an opened picture: its first frame, upright."""
    notes = ("Only the first frame is used.",) if _has_more_frames(image) else ()
    is_upright = image.format == "TIFF"  # its decoder applies the orientation
    orientation = 1 if is_upright else image.getexif().get(ORIENTATION_TAG, 1)
    picture = _decode_16_bit(image, data) if _is_16_bit(image, data) else _decode_8_bit(image)
    opacity = None if picture.opacity is None else orient(picture.opacity, orientation)
    return replace(
        picture,
        pixels=orient(picture.pixels, orientation),
        opacity=opacity,
        notes=notes + picture.notes,
    )


def _has_more_frames(image: Image.Image) -> bool:
    """Whether a second frame follows; counting those of a TIFF would take quadratic time."""
    if image.format != "TIFF":
        return getattr(image, "n_frames", 1) > 1
    try:
        image.seek(1)
    except EOFError:
        return False
    image.seek(0)
    return True


def _is_16_bit(image: Image.Image, data: bytes) -> bool:
    """Whether the file holds 16 bits a channel, which Pillow would cut to 8."""
    if image.format == "PNG":
        return data[PNG_BITS_AT] == 16
    if image.format == "TIFF":
        bits = getattr(image, "tag_v2", {}).get(BITS_PER_SAMPLE_TAG, (8,))
        return max(bits) == 16
    return False


def _decode_16_bit(image: Image.Image, data: bytes) -> Picture:
    """Decode 16 bits a channel, by OpenCV."""
    tags = getattr(image, "tag_v2", {})
    if tags.get(PLANAR_TAG, 1) != 1 or tags.get(PHOTOMETRIC_TAG, 1) == WHITE_IS_ZERO:
        raise _RefusedError("16-bit TIFFs of this kind are not read: save it as a 16-bit PNG.")
    profile = "Its colour profile is not applied: a 16-bit picture is taken as sRGB."
    notes = (profile,) if image.info.get("icc_profile") else ()
    array = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)
    if array is None or array.dtype != np.uint16:
        raise ValueError("not a 16-bit picture")
    if array.ndim == 2:
        opacity, array = _opacity_of(array, image.info.get("transparency")), np.dstack((array,) * 3)
        return Picture(array, _none_if_opaque(opacity), grey=True, notes=notes)
    opacity = array[..., 3] if array.shape[2] == 4 else None
    grey = image.format == "PNG" and data[PNG_COLOUR_TYPE_AT] == PNG_GREY_WITH_OPACITY
    return Picture(np.ascontiguousarray(array[..., 2::-1]), _none_if_opaque(opacity), grey, notes)


def _opacity_of(array: NDArray, transparent: object) -> NDArray | None:
    """Opacity of a grey 16-bit PNG, in which one value may be declared transparent."""
    if not isinstance(transparent, int):
        return None
    return np.where(array == transparent, 0, np.iinfo(array.dtype).max).astype(array.dtype)


def _decode_8_bit(image: Image.Image) -> Picture:
    """Decode 8 bits a channel, by Pillow, and apply the colour profile."""
    if image.mode.startswith(("I", "F")):
        raise _RefusedError(
            "Pictures of 12 or 32 bits a channel are not read: save this one with 8 or 16."
        )
    grey = image.mode in ("1", "L", "LA")
    opacity = None
    if image.mode in ("LA", "PA", "RGBA", "La", "RGBa") or "transparency" in image.info:
        rgba = image.convert("RGBA")
        opacity = np.array(rgba.getchannel("A"))
        image = rgba.convert("RGB")
    colour, notes = _to_srgb(image)
    return Picture(np.array(colour), _none_if_opaque(opacity), grey, notes)


def _none_if_opaque(opacity: NDArray | None) -> NDArray | None:
    """The opacity, or None where every pixel is opaque."""
    if opacity is None or np.all(opacity == np.iinfo(opacity.dtype).max):
        return None
    return np.ascontiguousarray(opacity)


def _to_srgb(image: Image.Image) -> tuple[Image.Image, tuple[str, ...]]:
    """Convert to sRGB by the embedded colour profile, if it can be read; returns notes too."""
    profile = image.info.get("icc_profile")
    source = image if image.mode in ("L", "RGB", "CMYK") else image.convert("RGB")
    if not profile:
        return source.convert("RGB"), ()
    try:
        embedded = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        target = ImageCms.createProfile("sRGB")
        converted = ImageCms.profileToProfile(source, embedded, target, outputMode="RGB")
    except (ImageCms.PyCMSError, OSError, ValueError):
        return source.convert("RGB"), ("Its colour profile cannot be read and is ignored.",)
    return (converted or source).convert("RGB"), ()


def orient(array: NDArray, orientation: int) -> NDArray:
    """Turn a picture upright.

    Parameters
    ----------
    array
        (H, W) or (H, W, C).
    orientation
        EXIF's, 1 to 8; any other number changes nothing.
    """
    if orientation in (5, 6, 7, 8):
        array = array.swapaxes(0, 1)
    if orientation in (3, 4, 7, 8):
        array = array[::-1]
    if orientation in (2, 3, 6, 7):
        array = array[:, ::-1]
    return np.ascontiguousarray(array)


def encode_png(picture: Picture, *, compress_level: int = 6) -> bytes:
    """Encode a picture as PNG without metadata, grey or colour, 8 or 16 bits a channel.

    Grey of 16 bits with opacity is written as colour of equal channels.

    Parameters
    ----------
    picture
        uint8 or uint16.
    compress_level
        0 (fast) to 9 (small), for 8 bits a channel.
    """
    channels = _channels(picture)
    if channels.dtype == np.uint16:
        is_encoded, data = cv2.imencode(".png", _for_opencv(channels))
        if not is_encoded:
            raise ValueError("This picture could not be encoded as a 16-bit PNG.")
        return data.tobytes()
    buffer = io.BytesIO()
    Image.fromarray(channels).save(buffer, "PNG", compress_level=compress_level)
    return buffer.getvalue()


def encode_jpeg(picture: Picture, *, quality: int = JPEG_QUALITY) -> bytes:
    """Encode a picture as JPEG, by default of quality 95, without chroma subsampling or metadata.

    16 bits a channel are rounded to 8; translucent pixels are blended with white.
    """
    pixels = to_8_bit(picture.pixels)
    if picture.opacity is not None:
        share = to_8_bit(picture.opacity)[..., None] / np.float32(255)
        pixels = np.rint(255 + (pixels - np.float32(255)) * share).astype(np.uint8)
    image = Image.fromarray(to_grey(pixels) if picture.grey else pixels)
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=quality, subsampling=0)
    return buffer.getvalue()


def _channels(picture: Picture) -> NDArray:
    """Channels of a file: (H, W) grey or (H, W, 3) colour, or one more with opacity."""
    colour = to_grey(picture.pixels)[..., None] if picture.grey else picture.pixels
    if picture.opacity is not None:
        colour = np.concatenate((colour, picture.opacity[..., None]), axis=2)
    return colour[..., 0] if colour.shape[2] == 1 else colour


def _for_opencv(channels: NDArray) -> NDArray:
    """Channels in OpenCV's order, BGR; grey with opacity becomes colour, which it can write."""
    if channels.ndim == 2:
        return channels
    if channels.shape[2] == 2:
        channels = channels[..., [0, 0, 0, 1]]
    return np.ascontiguousarray(channels[..., [2, 1, 0, 3][: channels.shape[2]]])
