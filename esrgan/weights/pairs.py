"""Whether two networks make a pair: equal keys do not suffice."""

import math
from itertools import product

import torch
from torch import Tensor

from esrgan.interpolation import check_pair, interpolate
from esrgan.weights.loading import Generator

ALPHAS = (0.0, 0.25, 0.5, 0.75, 1.0)
PROBE_PX = 24
LARGEST_SHIFT = 0.1
"""Most by which mean brightness may move, in [0, 1]: 26 grey levels. The embedded pair moves by
0.01; a network and its copy with shuffled channels lose 0.3 halfway. A network that adds its
output to an enlarged picture (MSRResNet) keeps its brightness whatever happens to it."""


def check_generators(psnr: Generator, gan: Generator) -> None:
    """Refuse two networks whose interpolation is no picture.

    Both ends of a pair must have the same keys and shapes, and one must have been trained from the
    other. Networks that drifted apart give good pictures themselves and dark ones between them, so
    a flat grey and a picture of medium contrast are sent through α = 0, ¼, ½, ¾, 1: their mean
    brightness must stay, and every value must be finite.

    Raises
    ------
    ValueError
        With one sentence that says which α fails, and how.
    """
    if (psnr.architecture, psnr.config) != (gan.architecture, gan.config):
        raise ValueError(
            f"The networks differ: {_kind(psnr)} at the PSNR end, {_kind(gan)} at the GAN end; a "
            "pair needs one architecture and size."
        )
    check_pair(psnr.state, gan.state)
    for alpha in ALPHAS:
        _check_brightness(psnr, gan, alpha)


def _kind(generator: Generator) -> str:
    """Architecture and sizes in words."""
    sizes = ", ".join(f"{name} {value}" for name, value in generator.config.items())
    return f"{generator.architecture} ({sizes})"


def _check_brightness(psnr: Generator, gan: Generator, alpha: float) -> None:
    """Send the probes through the network at one α."""
    network = psnr.network(interpolate(psnr.state, gan.state, alpha))
    device = next(iter(psnr.state.values())).device
    lr = probes()
    with torch.no_grad():
        sr = network(lr.to(device)).cpu()
    for name, before, after in zip(("flat grey", "test picture"), lr, sr, strict=True):
        shift = _brightness(after) - _brightness(before)
        if math.isfinite(shift) and abs(shift) <= LARGEST_SHIFT:
            continue
        raise ValueError(_refusal(alpha, name, _brightness(before), _brightness(after)))


def _refusal(alpha: float, probe: str, before: float, after: float) -> str:
    """What came out, and what a pair needs."""
    grey = f"{255 * after:.0f}" if math.isfinite(after) else "values that are not finite"
    outcome = f"at α = {alpha:.2f} a {probe} of brightness {255 * before:.0f} becomes {grey}"
    if alpha in (0.0, 1.0):
        end = "PSNR" if alpha == 0.0 else "GAN"
        return (
            f"The {end} end of this pair does not enlarge pictures: {outcome}. Train it longer, or "
            "take another file."
        )
    return (
        f"These networks drifted apart: {outcome}. A pair needs a GAN end that was trained from "
        "its PSNR end."
    )


def probes() -> Tensor:
    """A flat grey and a coloured weave of medium contrast, RGB in [0, 1], (2, 3, 24, 24)."""
    picture = torch.full((2, 3, PROBE_PX, PROBE_PX), 0.5)
    axis = torch.arange(PROBE_PX)
    for channel, (row, column) in enumerate(product((3.0, 5.0), repeat=2)):
        if channel < 3:
            wave = torch.sin(axis / row)[:, None] * torch.cos(axis / column)
            picture[1, channel] += 0.25 * wave
    return picture


def _brightness(picture: Tensor) -> float:
    """Mean of the middle of a picture, clamped as it is shown; not finite if a value is not."""
    quarter = picture.shape[-1] // 4
    middle = picture[:, quarter:-quarter, quarter:-quarter]
    return float(middle.clamp(0, 1).mean()) if torch.isfinite(picture).all() else math.nan
