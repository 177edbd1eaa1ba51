"""The formats that results are written in: PNG, JPEG and WebP, by name and by suffix."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from esrgan.images import encode_jpeg, encode_png, encode_webp


@dataclass(frozen=True)
class Encoder:
    """A format of results.

    Attributes
    ----------
    suffixes
        Of its files; the first one is given to new files, without its dot.
    encode
        Makes a file of a picture and, as keyword arguments, `keep_metadata` and, where the format
        has one, `quality`.
    has_quality
        Whether the format loses something, more or less of it.
    """

    suffixes: tuple[str, ...]
    encode: Callable[..., bytes]
    has_quality: bool = True


ENCODERS: Mapping[str, Encoder] = {
    "png": Encoder(("png",), encode_png, has_quality=False),
    "jpg": Encoder(("jpg", "jpeg", "jpe", "jfif"), encode_jpeg),
    "webp": Encoder(("webp",), encode_webp),
}
"""By the name of the format on the command line."""


def format_of(suffix: str) -> str | None:
    """Find the format that is written into files of a suffix, such as '.JPG'; None if none is."""
    wanted = suffix.lower().removeprefix(".")
    return next((name for name, it in ENCODERS.items() if wanted in it.suffixes), None)
