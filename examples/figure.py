"""Draw the comparison figure of an example picture: `python -m examples.figure [FOLDER]`."""

import sys
from pathlib import Path

from esrgan import Upscaler, imresize
from esrgan.evaluation import MetricInput, caption, footnote, score
from esrgan.plots import Crop, comparison, encode
from esrgan.resize import crop_to_multiple
from examples.pictures import PICTURES

METHODS = (("bicubic", None), ("srresnet", None), ("esrgan", 0.0), ("esrgan", 0.5), ("esrgan", 1.0))
METRICS = ("psnr_y", "perceptual_index")
BOX = (156, 68, 120, 90)


def break_lines(text: str) -> str:
    """Break a text at each ' · ' into lines."""
    return text.replace(" · ", "\n")


def main(folder: Path = Path("results"), name: str = "cat") -> None:
    """Write `folder/comparison.png` and `.pdf`; metrics are measured on the whole picture."""
    hr = crop_to_multiple(PICTURES[name](), 4)
    lr = imresize(hr, 1 / 4)
    left, top, width, height = BOX
    box = (slice(top, top + height), slice(left, left + width))
    crops = [Crop(hr[box], "original", caption(score(name, MetricInput(hr), METRICS[1:])))]
    for method, alpha in METHODS:
        upscaler = Upscaler(method)
        sr = upscaler(lr, alpha)
        title = upscaler.model.title + ("" if alpha is None else f" · α {alpha:.1f}")
        text = caption(score(name, MetricInput(sr, hr), METRICS))
        crops.append(Crop(sr[box], break_lines(title), break_lines(text)))
    figure = comparison(hr, BOX, crops, title=name, footnote=footnote(METRICS))
    folder.mkdir(parents=True, exist_ok=True)
    for suffix in ("png", "pdf"):
        path = folder / f"comparison.{suffix}"
        path.write_bytes(encode(figure, suffix))
        print(path)


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "results"))
