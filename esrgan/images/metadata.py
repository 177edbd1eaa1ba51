"""What a file says besides its pixels, of which an enlarged picture may keep a part."""

import struct
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from PIL import Image
from PIL.ExifTags import IFD, Base

MAIN_TAGS = (
    Base.Make,
    Base.Model,
    Base.DateTime,
    Base.Copyright,
)
"""Camera, date of the last change, copyright."""
CAPTURE_TAGS = (
    Base.DateTimeOriginal,
    Base.DateTimeDigitized,
    Base.OffsetTime,
    Base.OffsetTimeOriginal,
    Base.OffsetTimeDigitized,
)
"""When the picture was taken and stored, and the time zones."""
LONGEST_TEXT = 1000
"""Longer values are left out: no camera or date is as long."""

DAMAGE = (OSError, ValueError, TypeError, SyntaxError, LookupError, AttributeError, struct.error)
"""What Pillow raises on damaged EXIF."""


@dataclass(frozen=True)
class Metadata:
    """Date, camera, copyright and resolution of a picture; never a place or an orientation.

    Attributes
    ----------
    main
        EXIF tag number → text, of the main directory: camera, date of change, copyright. Each
        character stands for a byte of the file (Latin-1), whatever encoding its program meant.
    capture
        The same of the Exif directory: dates of capture with their time zones.
    dpi
        Horizontal and vertical resolution in pixels per inch, or None. An enlarged picture keeps
        the numbers: it prints as many times larger as it has more pixels.
    """

    main: Mapping[int, str] = field(default_factory=dict)
    capture: Mapping[int, str] = field(default_factory=dict)
    dpi: tuple[float, float] | None = None

    def exif(self) -> bytes:
        """Write the tags as an EXIF block without its header, or b'' where there are none.

        Examples
        --------
        >>> Metadata().exif()
        b''
        """
        if not self.main and not self.capture:
            return b""
        exif = Image.Exif()
        exif.update({tag: text.encode("latin-1", "replace") for tag, text in self.main.items()})
        if self.capture:
            exif[IFD.Exif] = dict(self.capture)
        return exif.tobytes().removeprefix(b"Exif\0\0")


def read_metadata(exif: Image.Exif, dpi: Any) -> Metadata:
    """Choose what may be kept of a file's EXIF and resolution; what is damaged is left out.

    Parameters
    ----------
    exif
        As Pillow reads it.
    dpi
        Two numbers, or whatever else a decoder gives.
    """
    try:
        main, capture = _texts(exif, MAIN_TAGS), _texts(exif.get_ifd(IFD.Exif), CAPTURE_TAGS)
    except DAMAGE:
        main, capture = {}, {}
    return Metadata(main, capture, _resolution(dpi))


def _texts(tags: Mapping[int, Any], wanted: tuple[int, ...]) -> dict[int, str]:
    """Those of the wanted tags that hold a text."""
    found = {int(tag): tags.get(tag) for tag in wanted}
    return {
        tag: value
        for tag, value in found.items()
        if isinstance(value, str) and 0 < len(value) <= LONGEST_TEXT
    }


def _resolution(dpi: Any) -> tuple[float, float] | None:
    """A resolution, if both numbers are possible ones."""
    try:
        across, down = (float(number) for number in dpi)
    except (TypeError, ValueError, ZeroDivisionError):
        return None
    return (across, down) if 1 <= across < 1e5 and 1 <= down < 1e5 else None
