"""Fit the model of natural pictures that NIQE measures a distance from.

`python -m benchmarks.fit_niqe DIR -o niqe.npz`, where DIR holds undistorted photographs.
"""

import argparse
from pathlib import Path

import numpy as np

from esrgan.folders import picture_files
from esrgan.images import read
from esrgan.metrics.fidelity import luma
from esrgan.metrics.naturalness import SMALLEST_PX, block_features
from esrgan.metrics.pristine_model import PristineModel

SHARPNESS_SHARE = 0.75
"""Blocks with more than this share of the sharpness of a picture's sharpest block are used (section
II.C)."""


def fit(paths: list[Path]) -> PristineModel:
    """Compute mean and covariance of the features of the sharp blocks of natural pictures.

    Pictures of less than 192 px a side are skipped.
    """
    collected = []
    for path in paths:
        pixels = read(path).pixels
        if min(pixels.shape[:2]) < SMALLEST_PX:
            continue
        features, sharpness = block_features(np.floor(luma(pixels) + 0.5))
        collected.append(features[sharpness > SHARPNESS_SHARE * sharpness.max()])
    features = np.concatenate(collected)
    features = features[np.all(np.isfinite(features), axis=1)]
    return PristineModel(features.mean(axis=0), np.cov(features, rowvar=False), "fitted")


def main() -> None:
    """Fit the model to a folder of pictures and write it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, help="natural, undistorted pictures")
    parser.add_argument("-o", "--output", type=Path, required=True)
    arguments = parser.parse_args()
    model = fit(picture_files(arguments.folder, any_depth=True))
    np.savez(arguments.output, mean=model.mean, covariance=model.covariance)


if __name__ == "__main__":
    main()
