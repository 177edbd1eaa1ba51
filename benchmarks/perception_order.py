"""Count the pictures whose proxy of PI falls from bicubic to PSNR-oriented to GAN.

`python -m benchmarks.perception_order HR_DIR LR_DIR [--model PAIR]`
"""

import argparse
from collections.abc import Sequence
from pathlib import Path

from tqdm import tqdm

from esrgan import Upscaler
from esrgan.evaluation import evaluate, find_pairs

METRIC = "perceptual_index"


def proxy_values(upscaler: Upscaler, alpha: float | None, folders: Sequence[Path]) -> list[float]:
    """The proxy of PI of every enlarged picture of a test set that has one.

    `folders` are those of the originals and of the reduced pictures.
    """
    pairs = find_pairs(*folders)
    scores = evaluate(upscaler, pairs, alpha=alpha, metrics=[METRIC])
    with_progress = tqdm(scores, total=len(pairs), leave=False, disable=None)
    return [value for entry in with_progress if (value := entry.values[METRIC]) is not None]


def main() -> None:
    """Print how many pictures are in the expected order, and the mean of each method."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folders", nargs=2, type=Path, metavar="DIR")
    parser.add_argument("--model", default="esrgan", help="a pair")
    options = parser.parse_args()
    pair = Upscaler(options.model)
    bicubic = proxy_values(Upscaler("bicubic"), None, options.folders)
    psnr, gan = (proxy_values(pair, alpha, options.folders) for alpha in (0.0, 1.0))
    ordered = sum(g < p < b for g, p, b in zip(gan, psnr, bicubic, strict=True))
    print(f"GAN < PSNR-oriented < bicubic on {ordered} of {len(bicubic)} pictures")
    for name, values in (("bicubic", bicubic), ("PSNR-oriented", psnr), ("GAN", gan)):
        print(f"mean of the proxy, {name}: {sum(values) / len(values):.3f}")


if __name__ == "__main__":
    main()
