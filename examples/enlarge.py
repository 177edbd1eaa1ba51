"""Enlarge a picture at three α and save the results: `python -m examples.enlarge [PICTURE]`."""

import sys
from pathlib import Path

from esrgan import Upscaler
from esrgan.images import Picture, encode_png, read
from examples.pictures import PICTURES


def main(source: Path | None = None, folder: Path = Path("results")) -> None:
    """Write `folder/STEM_esrgan_aALPHA_x4.png` for α = 0, 0.5 and 1; without a source, of a cat."""
    picture = read(source) if source else Picture(PICTURES["cat"]()[100:200, 100:200])
    stem = source.stem if source else "cat"
    upscaler = Upscaler("esrgan")
    folder.mkdir(parents=True, exist_ok=True)
    for alpha in (0.0, 0.5, 1.0):
        path = folder / upscaler.file_name(stem, alpha)
        path.write_bytes(encode_png(upscaler.upscale(picture, alpha)))
        print(path)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else None)
