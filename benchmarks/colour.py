"""Measure how far the mean colour of enlarged pictures differs from the small ones', by α.

`python -m benchmarks.colour HR_DIR LR_DIR [--model PAIR] [--pictures N]`
"""

import argparse
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from esrgan import Upscaler
from esrgan.evaluation import find_pairs
from esrgan.images import read

ALPHAS = (0.0, 0.25, 0.5, 0.75, 1.0)


def drift(upscaler: Upscaler, lr: NDArray, alpha: float) -> NDArray:
    """Mean of the enlarged picture minus that of the small one, (3,) RGB, in grey levels."""
    sr = upscaler(lr, alpha)
    return sr.mean(axis=(0, 1)) - lr.mean(axis=(0, 1))


def main() -> None:
    """Print for each α the mean drift over the pictures, and the largest of any picture."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folders", nargs=2, type=Path, metavar="DIR")
    parser.add_argument("--model", default="esrgan", help="a pair")
    parser.add_argument("--pictures", type=int, help="only the first N")
    options = parser.parse_args()
    upscaler = Upscaler(options.model)
    pairs = find_pairs(*options.folders)[: options.pictures]
    small = [read(pair.lr).pixels for pair in pairs if pair.lr is not None]
    print("α: mean drift of R, G, B; largest of any picture and channel (grey levels)")
    for alpha in tqdm(ALPHAS, leave=False, disable=None):
        drifts = np.stack([drift(upscaler, lr, alpha) for lr in small])
        means = ", ".join(f"{value:+.2f}" for value in drifts.mean(axis=0))
        print(f"{alpha:4.2f}: {means}; {np.abs(drifts).max():.2f}")


if __name__ == "__main__":
    main()
