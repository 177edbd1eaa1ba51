"""Example pictures: photographs that scikit-image ships, and charts drawn here.

All are free to show: cat and coffee are CC0 by their photographers (Stefan van der Walt, Rachel
Michetti), rocket was released into the public domain by SpaceX, astronaut and galaxies by NASA.

Run `python -m examples.pictures DIR` to write them all as PNG files.
"""

import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont
from skimage import data

Pixels = NDArray[np.uint8]

CHART_PX = 512
PAPER, INK = (250, 248, 244), (24, 28, 36)
PANGRAM = "Sphinx of black quartz, judge my vow 0123456789"


def zone_plate() -> Pixels:
    """Rings whose spacing shrinks from the centre to two pixels at the middle of each side."""
    axis = np.arange(CHART_PX) - (CHART_PX - 1) / 2
    radius_squared = axis[:, None] ** 2 + axis**2
    wave = np.cos(np.pi * radius_squared / CHART_PX)
    grey = np.floor(127.5 + 127.5 * wave + 0.5).astype(np.uint8)
    return np.stack((grey,) * 3, axis=2)


def text_chart() -> Pixels:
    """Lines of text in font sizes from 40 to 8 pixels."""
    image = Image.new("RGB", (CHART_PX, CHART_PX), PAPER)
    draw, top = ImageDraw.Draw(image), 18
    for size in (40, 32, 26, 22, 18, 16, 14, 12, 11, 10, 9, 8):
        font = ImageFont.load_default(size)
        draw.text((18, top), f"{size} px  {PANGRAM}", fill=INK, font=font)
        top += round(size * 1.75) + 6
    return np.asarray(image)


def thin_lines() -> Pixels:
    """A fan of lines one to four pixels wide, and gratings from 2 to 12 pixels apart."""
    image = Image.new("RGB", (CHART_PX, CHART_PX), PAPER)
    draw, half = ImageDraw.Draw(image), CHART_PX // 2
    for index, angle in enumerate(np.linspace(0, np.pi / 2, 19)):
        end = (20 + 440 * np.cos(angle), 20 + 216 * np.sin(angle))
        draw.line([(20, 20), end], fill=INK, width=1 + index % 4)
    left = 20
    for spacing in (2, 3, 4, 5, 6, 8, 10, 12):
        for x in range(left, left + 48, spacing):
            draw.line([(x, half + 16), (x, half + 112)], fill=INK)
        for y in range(half + 128, half + 224, spacing):
            draw.line([(left, y), (left + 47, y)], fill=(180, 30, 40))
        left += 60
    return np.asarray(image)


PICTURES: Mapping[str, Callable[[], Pixels]] = {
    "cat": data.chelsea,
    "astronaut": data.astronaut,
    "coffee": data.coffee,
    "rocket": data.rocket,
    "galaxies": data.hubble_deep_field,
    "text": text_chart,
    "zone plate": zone_plate,
    "thin lines": thin_lines,
}
"""Name → function that makes the picture, uint8 (H, W, 3) RGB."""


def main(folder: Path) -> None:
    """Write every picture into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, make in PICTURES.items():
        path = folder / f"{name.replace(' ', '-')}.png"
        Image.fromarray(np.asarray(make())).save(path)
        print(path)


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "results/pictures"))
