"""A folder as people have them: twins, links, hidden, broken and foreign files, long names."""

import io
from pathlib import Path

import numpy as np
from PIL import Image

SIZE = (20, 16)
KINDS = dict.fromkeys(("png", "PNG"), "PNG") | dict.fromkeys(("tif", "TIFF"), "TIFF")
KINDS |= dict.fromkeys(("jpg", "jpeg", "jfif", "JPG"), "JPEG")
KINDS |= {"webp": "WEBP", "bmp": "BMP", "gif": "GIF"}
"""What is written into files of a suffix."""
LONG = "猫" * 79
GOOD = (
    *(f"photo {number:03}.{suffix}" for suffix in KINDS for number in range(11)),
    *("twin.jpg", "twin.png", "twin.gif", "twin_png.png", "Cat.png", "cat.png", "CAT.jpg"),
    *(f"b{LONG}.png", f"c{LONG}.png", f"{'x' * 250}.png", f"{'x' * 251}.jpg"),
    *("100%.png", "a#b?.png", "[1] *.png", "a.b.c.png", "ünïcode ☃.png", "wrong kind.png"),
    *("below/twin.jpg", "below/twin.png", "below/deep/photo 000.png", "folder.png/inner.png"),
)
"""Pictures that can be read."""
BAD = {
    "empty.png": b"",
    "text.jpg": b"not a picture",
    "phone.heic": b"\0\0\0\x18ftypheic" + bytes(99),
    "layers.psd": b"8BPS" + bytes(99),
    "renamed.png": b"%PDF-1.7",
    "logo.svg": b"<svg xmlns='http://www.w3.org/2000/svg'/>",
    "camera.NEF": bytes(99),
    "below/half.png": None,
    "below/deep/zero.webp": b"RIFF",
    "link to nothing.png": None,
}
"""What a person would call a picture, and cannot be read."""
LEFT_OUT = (
    *("._twin.jpg", ".hidden.png", ".DS_Store", "Thumbs.db", "notes.txt", "film.mp4", "README"),
    *(".git/a.png", "below/._half.png", "below/.thumbnails/twin.png"),
    *("photo 000_bicubic_x4.png", "twin_png_esrgan_a0.80_x4.png", "below/twin_jpg_bicubic_x4.png"),
    *(f"foreign {number}.pdf" for number in range(50)),
)
"""Hidden files, other files, and results of former runs."""


def make_odd_folder(folder):
    """Write a folder of more than 200 files, with links in it."""
    generator = np.random.default_rng(0)
    for name in (*GOOD, *LEFT_OUT):
        kind = KINDS.get(name.rsplit(".", 1)[-1], "PNG")
        write(folder / name, picture(generator, "JPEG" if name.startswith("wrong") else kind))
    for name, data in BAD.items():
        if data is not None:
            write(folder / name, data)
    write(folder / "below/half.png", picture(generator, "PNG")[:70])
    (folder / "link to nothing.png").symlink_to("gone.png")
    (folder / "link.png").symlink_to("cat.png")
    (folder / "loop").symlink_to(folder, target_is_directory=True)
    assert len(names_in(folder)) > 200


def picture(generator, kind):
    """Bytes of a picture of few colours, so that every format keeps them nearly."""
    small = generator.integers(0, 256, (SIZE[1] // 4, SIZE[0] // 4, 3), dtype=np.uint8)
    buffer = io.BytesIO()
    Image.fromarray(small.repeat(4, 0).repeat(4, 1)).save(buffer, kind)
    return buffer.getvalue()


def write(path, data):
    """Write a file and the folders above it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)


def names_in(folder):
    """Relative names of all files below a folder, in order; links to folders are not followed."""
    paths = [path for path in Path(folder).rglob("*") if path.is_file()]
    return sorted(path.relative_to(folder).as_posix() for path in paths)
