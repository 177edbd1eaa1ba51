"""The formats that are read, by the decoder's names and the suffixes of their files."""

from functools import cache
from importlib.util import find_spec

FORMATS = ("PNG", "JPEG", "WEBP", "AVIF", "BMP", "GIF", "TIFF", "PPM", "TGA")
"""Pillow's names. TGA is the last: it has no mark of its own, so that others are tried first. MPO,
a phone's JPEG with a second picture, is opened as JPEG."""
HEIF = "HEIF"
"""Pillow's name of HEIC where the extra `heic` is installed."""
SUFFIXES = (
    *(".png", ".jpg", ".jpeg", ".jpe", ".jfif", ".webp", ".avif", ".bmp", ".gif"),
    *(".tif", ".tiff", ".ppm", ".pgm", ".pbm", ".pnm", ".tga", ".heic", ".heif"),
)
NAMES = "PNG, JPEG, WebP, AVIF, BMP, GIF, TIFF, PPM or TGA"
UNSUPPORTED = {b"8BPS": "a Photoshop file", b"%!PS": "a PostScript file", b"%PDF": "a PDF"}
"""First bytes of files of other formats that people try to open, and their names."""
HEIF_BRANDS = (b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1")


@cache
def decoders() -> tuple[str, ...]:
    """Name the decoders that may read a file: `FORMATS`, and HEIC's where pillow-heif is there."""
    if find_spec("pillow_heif") is None:
        return FORMATS
    from pillow_heif import register_heif_opener

    register_heif_opener()
    return (*FORMATS[:-1], HEIF, FORMATS[-1])


def refuse_unsupported(data: bytes) -> None:
    """Refuse formats that people try and that are not read, by their first bytes.

    Raises
    ------
    ValueError
        With a sentence that names the format and says what to do.
    """
    if data[4:8] == b"ftyp" and data[8:12] in HEIF_BRANDS and HEIF not in decoders():
        raise ValueError("HEIC is not read here: save the photo as JPEG or PNG first.")
    head = data[:512].lstrip(b"\xef\xbb\xbf \t\r\n")
    for magic, name in UNSUPPORTED.items():
        if head.startswith(magic):
            raise ValueError(f"This is {name}: export it as PNG or JPEG first.")
    if head.startswith((b"<svg", b"<?xml", b"<!DOCTYPE")):
        raise ValueError("This is a drawing or a web page, not a picture: save it as PNG first.")
