"""Small files of many kinds, made as other programs write them."""

import io
import struct
import zlib

import numpy as np
import pytest

from esrgan.images import WEB_LIMITS, read


def encoded(image, kind="PNG", **options):
    """A file's bytes, written by Pillow."""
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def png_chunk(kind, payload):
    """A chunk of a PNG file."""
    body = kind + payload
    return struct.pack(">I", len(payload)) + body + struct.pack(">I", zlib.crc32(body))


def png_header(width, height):
    """A tiny PNG file that claims a size."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + png_chunk(b"IHDR", header) + png_chunk(b"IDAT", b"")


def deep_png(samples, colour_type, *chunks):
    """A PNG of 16 bits: grey (type 0, uint16 (H, W, 1)), RGB (2), with opacity (4, 6)."""
    height, width = samples.shape[:2]
    header = struct.pack(">IIBBBBB", width, height, 16, colour_type, 0, 0, 0)
    rows = b"".join(b"\0" + row.astype(">u2").tobytes() for row in samples)
    parts = [png_chunk(b"IHDR", header), *chunks, png_chunk(b"IDAT", zlib.compress(rows))]
    return b"\x89PNG\r\n\x1a\n" + b"".join([*parts, png_chunk(b"IEND", b"")])


def refusal(data, limits=WEB_LIMITS):
    """The one sentence by which a file is refused."""
    with pytest.raises(ValueError, match=r".") as caught:
        read(data, limits)
    message = str(caught.value)
    assert len(message) <= 160
    assert "\n" not in message
    return message


def profile_chunk(profile):
    """The chunk of a PNG file that holds a colour profile."""
    return png_chunk(b"iCCP", b"made\0\0" + zlib.compress(profile))


CURVE = struct.pack(">4sII", b"curv", 0, 1)


def gamma_curve(gamma):
    """A profile's curve that is a power."""
    return CURVE + struct.pack(">H", round(gamma * 256))


def colour_tag(xyz):
    """A profile's colour in CIE XYZ."""
    return b"XYZ \0\0\0\0" + struct.pack(">3i", *(round(number * 65536) for number in xyz))


def icc_profile(tags, space=b"RGB ", kind=b"mntr", connection=b"XYZ "):
    """A profile of some tags; the ones that littleCMS requires are added."""
    text = b"text\0\0\0\0none\0"
    name = b"desc\0\0\0\0" + struct.pack(">I", 5) + b"made\0" + bytes(78)
    tags = {b"desc": name, b"cprt": text, b"wtpt": colour_tag((0.9642, 1, 0.8249)), **tags}
    at = 132 + 12 * len(tags)
    table, body = struct.pack(">I", len(tags)), b""
    for key, value in tags.items():
        padded = value.ljust(-(-len(value) // 4) * 4, b"\0")
        table += struct.pack(">4sII", key, at + len(body), len(value))
        body += padded
    head = struct.pack(">I4s4s4s4s4s", at + len(body), b"", b"\2\x10\0\0", kind, space, connection)
    head += struct.pack(">6H4s", 2025, 6, 1, 0, 0, 0, b"acsp")
    head = head.ljust(68, b"\0") + colour_tag((0.9642, 1, 0.8249))[8:]
    return head.ljust(128, b"\0") + table + body


def table_profile(space):
    """A profile of tables (LUT) from b'RGB ' or b'CMYK' to CIE Lab, two points along each axis."""
    inputs = 4 if space == b"CMYK" else 3
    corners = np.stack(np.meshgrid(*[[0, 1]] * inputs, indexing="ij"), axis=-1).reshape(-1, inputs)
    ink = corners if inputs == 4 else 1 - corners
    lightness = 255 * (1 - ink[:, :3].mean(axis=1)) * (1 - ink[:, 3:].sum(axis=1))
    red_green = 128 + 60 * (ink[:, 1] - ink[:, 0])
    yellow_blue = 128 + 60 * (ink[:, 2] - ink[:, 1])
    table = np.rint(np.stack((lightness, red_green, yellow_blue), axis=1)).astype(np.uint8)
    matrix = struct.pack(">9i", *(65536 * np.eye(3, dtype=int)).ravel())
    ramp = bytes(range(256))
    head = b"mft1\0\0\0\0" + bytes((inputs, 3, 2, 0)) + matrix
    tag = head + ramp * inputs + table.tobytes() + ramp * 3
    return icc_profile({b"A2B0": tag}, space, b"scnr" if inputs == 3 else b"prtr", b"Lab ")


def display_p3():
    """A profile with the primaries of Display P3 under D50 and a power of 2.2."""
    primaries = {
        b"rXYZ": (0.51512, 0.24120, -0.00105),
        b"gXYZ": (0.29198, 0.69225, 0.04189),
        b"bXYZ": (0.15710, 0.06657, 0.78407),
    }
    curves = dict.fromkeys((b"rTRC", b"gTRC", b"bTRC"), gamma_curve(2.2))
    return icc_profile({**{key: colour_tag(xyz) for key, xyz in primaries.items()}, **curves})


def tiff(samples, photometric, *, extra=None, orientation=1, planar=1, tags=None):
    """An uncompressed TIFF of one strip a plane; samples are uint8 or uint16 (H, W, S).

    `tags` maps further tags to their type and values: {282: (5, (300, 1))}.
    """
    height, width, count = samples.shape
    kind = "<u2" if samples.dtype == np.uint16 else np.uint8
    planes = [samples[..., it] for it in range(count)] if planar == 2 else [samples]
    strips = [plane.astype(kind).tobytes() for plane in planes]
    starts = [8 + sum(len(strip) for strip in strips[:it]) for it in range(len(strips))]
    entries = {
        256: (3, (width,)),
        257: (3, (height,)),
        258: (3, (samples.dtype.itemsize * 8,) * count),
        259: (3, (1,)),
        262: (3, (photometric,)),
        273: (4, tuple(starts)),
        274: (3, (orientation,)),
        277: (3, (count,)),
        278: (4, (height,)),
        279: (4, tuple(len(strip) for strip in strips)),
        284: (3, (planar,)),
        **(tags or {}),
    }
    if extra is not None:
        entries[338] = (3, (extra,))
    data = b"".join(strips)
    data += bytes(len(data) % 2)
    return struct.pack("<2sHI", b"II", 42, 8 + len(data)) + data + directory(entries, 8 + len(data))


def directory(entries, position):
    """A TIFF's directory: tag → type (2 text, 3 short, 4 long, 5 ratio, 7 bytes) and values."""
    after = position + 2 + 12 * len(entries) + 4
    table, values = struct.pack("<H", len(entries)), b""
    for tag, (kind, numbers) in sorted(entries.items()):
        if kind in (2, 7):
            raw, count = bytes(numbers), len(numbers)
        else:
            code = {3: "H", 4: "I", 5: "I"}[kind]
            raw = struct.pack(f"<{len(numbers)}{code}", *numbers)
            count = len(numbers) // (2 if kind == 5 else 1)
        if len(raw) > 4:
            values, raw = values + raw + bytes(len(raw) % 2), struct.pack("<I", after + len(values))
        table += struct.pack("<HHI", tag, kind, count) + raw.ljust(4, b"\0")
    return table + bytes(4) + values
