"""Why ESRGAN compares features before activation (arXiv 1809.00219, section 3.3 and figure 5).

Prints, layer by layer, the share of neurons that are active after their ReLU: deep layers have
few, so that a loss on them after activation sees little of the picture (the paper: 11.17 % for
the baboon after VGG19's 5_4). Given the weights of two runs that differ in nothing else, such as
the presets ablation-3 and ablation-4, it also prints how bright their results are.

    python -m examples.perceptual_features baboon.png --features vgg19-dcbb9e9d.pth
    python -m examples.perceptual_features baboon.png --features vgg_shift_tolerant.pth \
        --after runs/ablation-3/weights.safetensors \
        --before runs/ablation-4/weights.safetensors -o results
"""

import argparse
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from esrgan import Upscaler
from esrgan.files import write_atomically
from esrgan.images import Picture, encode_png, read
from esrgan.models.vgg import VGGFeatures
from esrgan.pixels import to_tensor
from esrgan.resize import crop_to_multiple, imresize
from esrgan.training.features import SOURCES, read_convolutions
from esrgan.weights import resolve

MAP_PX = 96
MAPS = 8


def open_features(file: Path) -> VGGFeatures:
    """Read a feature network that returns the output of every convolution, before its ReLU.

    The file is one of those that `esrgan.training.features.SOURCES` describes.
    """
    refusals: list[str] = []
    for source in SOURCES.values():
        try:
            state = read_convolutions(file, source)
        except ValueError as refusal:
            refusals.append(str(refusal))
            continue
        layers = [name for name in source.outline.layers() if "_" in name]
        return VGGFeatures(source.outline, layers, state)
    raise ValueError(refusals[-1])


def active_shares(features: dict[str, torch.Tensor]) -> dict[str, float]:
    """Share of values above zero in each layer's features: those that a ReLU does not set to 0."""
    return {name: float((maps > 0).float().mean()) for name, maps in features.items()}


def map_sheet(maps: torch.Tensor) -> NDArray[np.uint8]:
    """Draw the strongest maps of a layer, before activation above, after it below.

    (1, C, h, w) to uint8 (H, W, 3).
    """
    strongest = maps[0].abs().mean((1, 2)).topk(MAPS).indices
    rows = [_tiles(maps[0, strongest]), _tiles(maps[0, strongest].relu())]
    grey = np.concatenate(rows, axis=0)
    return np.repeat(grey[:, :, None], 3, axis=2)


def _tiles(maps: torch.Tensor) -> NDArray[np.uint8]:
    """Maps side by side, each on its own scale."""
    low, high = maps.amin((1, 2), keepdim=True), maps.amax((1, 2), keepdim=True)
    scaled = (maps - low) / (high - low).clamp(min=1e-9)
    resized = torch.nn.functional.interpolate(scaled[None], (MAP_PX, MAP_PX), mode="nearest")[0]
    return np.concatenate([np.uint8(255 * tile.numpy()) for tile in resized], axis=1)


def brightness(picture: NDArray) -> float:
    """Mean grey level."""
    return float(picture.mean())


def compare_brightness(
    original: NDArray, runs: dict[str, Path], folder: Path | None
) -> dict[str, float]:
    """Mean grey level of the original and of each model's result.

    Results are enlargements by the weights in `runs` of the reduced original; they are also
    written into `folder`, if there is one.
    """
    hr = crop_to_multiple(original, 4)
    levels = {"original": brightness(hr)}
    for name, weights in runs.items():
        result = Upscaler(resolve(str(weights)))(imresize(hr, 0.25))
        levels[name] = brightness(result)
        if folder is not None:
            write_atomically(folder / f"{name}.png", encode_png(Picture(result)))
    return levels


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("picture", type=Path)
    parser.add_argument("--features", type=Path, required=True, metavar="FILE")
    parser.add_argument("--after", type=Path, metavar="WEIGHTS", help="trained after activation")
    parser.add_argument("--before", type=Path, metavar="WEIGHTS", help="trained before it")
    parser.add_argument("-o", "--output", type=Path, metavar="DIR", help="write pictures here")
    options = parser.parse_args()
    pixels = read(options.picture).pixels
    with torch.no_grad():
        features = open_features(options.features)(to_tensor(pixels))
    for layer, share in active_shares(features).items():
        print(f"{layer}  {share:7.2%} active")
    if options.output:
        sheet = map_sheet(features[list(features)[-1]])
        write_atomically(options.output / "features.png", encode_png(Picture(sheet)))
    runs = {"after": options.after, "before": options.before}
    given = {name: path for name, path in runs.items() if path is not None}
    if given:
        for name, level in compare_brightness(pixels, given, options.output).items():
            print(f"{name:9} mean grey level {level:.2f}")


if __name__ == "__main__":
    main()
