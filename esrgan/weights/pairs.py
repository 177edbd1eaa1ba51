"""Pairs of generators: whether two form one, so that those between them give pictures."""

import json
import math
from collections.abc import Iterable
from dataclasses import replace
from itertools import product

import torch
from torch import Tensor

from esrgan.interpolation import check_pair, interpolate
from esrgan.weights.generator import Generator

ALPHAS = (0.0, 0.25, 0.5, 0.75, 1.0)
PROBE_PX = 24
"""Side of the test pictures."""
MAX_BRIGHTNESS_SHIFT = 0.1
"""Largest change of mean brightness, for values in [0, 1]: 26 grey levels. The embedded pair's is
0.01; halfway between a network and its copy with shuffled channels it is 0.3. A network that adds
its output to an enlarged picture (MSRResNet) always keeps the brightness and always passes."""


def check_generators(psnr: Generator, gan: Generator) -> None:
    """Refuse two networks between which network interpolation gives no pictures.

    Both ends of a pair must have the same keys and shapes, and one must have been trained from the
    other. Otherwise both may enlarge pictures well while the networks between them give dark ones.
    So a flat grey and a picture of medium contrast are enlarged at α = 0, ¼, ½, ¾ and 1: their
    mean brightness must stay, and every value must be finite.

    Raises
    ------
    ValueError
        With one sentence that names the first α that fails and its result.
    """
    if (psnr.architecture, psnr.config) != (gan.architecture, gan.config):
        raise ValueError(
            f"The networks differ: {_describe(psnr)} at the PSNR end, {_describe(gan)} at the GAN "
            "end; a pair needs one architecture and size."
        )
    check_pair(psnr.state, gan.state)
    for alpha in ALPHAS:
        _check_brightness(psnr, gan, alpha)


def between(psnr: Generator, gan: Generator, alpha: float, names: tuple[str, str]) -> Generator:
    """Make the generator at one α of a pair, in float32.

    Parameters
    ----------
    psnr, gan
        The two ends, which `check_generators` accepts.
    alpha
        In [0, 1].
    names
        Names of their files, which the metadata store.

    Returns
    -------
    Generator
        Its metadata hold α, both licences, and the record of the GAN end's training.

    Raises
    ------
    ValueError
        If α is out of range.
    """
    state = interpolate(psnr.state, gan.state, alpha)
    origin = {"psnr": names[0], "gan": names[1], "alpha": alpha}
    metadata = {"interpolation": json.dumps(origin)}
    if "training" in gan.metadata:
        metadata["training"] = gan.metadata["training"]
    if licence := licence_of((psnr, gan)):
        metadata["licence"] = licence
    return replace(psnr, state=state, metadata=metadata)


def licence_of(generators: Iterable[Generator]) -> str:
    """Join the licences that generators' files state, each once; '' if none does."""
    licences = [it.metadata["licence"] for it in generators if "licence" in it.metadata]
    return "; ".join(dict.fromkeys(licences))


def _describe(generator: Generator) -> str:
    """Architecture and sizes, for an error message."""
    sizes = ", ".join(f"{name} {value}" for name, value in generator.config.items())
    return f"{generator.architecture} ({sizes})"


def _check_brightness(psnr: Generator, gan: Generator, alpha: float) -> None:
    """Enlarge the test pictures at one α and compare their brightness."""
    network = psnr.network(interpolate(psnr.state, gan.state, alpha))
    device = next(iter(psnr.state.values())).device
    lr = probes()
    with torch.no_grad():
        sr = network(lr.to(device)).cpu()
    for name, before, after in zip(("flat grey", "test picture"), lr, sr, strict=True):
        shift = _brightness(after) - _brightness(before)
        if math.isfinite(shift) and abs(shift) <= MAX_BRIGHTNESS_SHIFT:
            continue
        raise ValueError(_refusal(alpha, name, _brightness(before), _brightness(after)))


def _refusal(alpha: float, probe: str, before: float, after: float) -> str:
    """Error message: what the network gave, and what a pair needs."""
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
    """Test pictures: flat grey and coloured waves, RGB in [0, 1], (2, 3, PROBE_PX, PROBE_PX)."""
    picture = torch.full((2, 3, PROBE_PX, PROBE_PX), 0.5)
    axis = torch.arange(PROBE_PX)
    for channel, (row, column) in enumerate(product((3.0, 5.0), repeat=2)):
        if channel < 3:
            wave = torch.sin(axis / row)[:, None] * torch.cos(axis / column)
            picture[1, channel] += 0.25 * wave
    return picture


def _brightness(picture: Tensor) -> float:
    """Mean of a picture's middle, clamped to [0, 1]; NaN if any value is not finite."""
    quarter = picture.shape[-1] // 4
    middle = picture[:, quarter:-quarter, quarter:-quarter]
    return float(middle.clamp(0, 1).mean()) if torch.isfinite(picture).all() else math.nan
