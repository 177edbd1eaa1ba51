"""Decoding and encoding of picture files; nothing else reads or writes them."""

from esrgan.images.encoding import JPEG_QUALITY, check_writable_size, encode_jpeg, encode_png
from esrgan.images.formats import SUFFIXES
from esrgan.images.limits import FILE_LIMITS, WEB_LIMITS, Limits
from esrgan.images.metadata import Metadata
from esrgan.images.orientation import orient
from esrgan.images.picture import Picture, fill_hidden, on_white
from esrgan.images.reading import read

__all__ = [
    "FILE_LIMITS",
    "JPEG_QUALITY",
    "SUFFIXES",
    "WEB_LIMITS",
    "Limits",
    "Metadata",
    "Picture",
    "check_writable_size",
    "encode_jpeg",
    "encode_png",
    "fill_hidden",
    "on_white",
    "orient",
    "read",
]
