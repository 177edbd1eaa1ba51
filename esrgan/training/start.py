"""What a run starts from: fresh weights, a network's, or those with a trained pair's difference."""

from collections.abc import Mapping
from pathlib import Path

from torch import Tensor, nn

from esrgan.interpolation import transplant
from esrgan.models import build
from esrgan.training.config import FROM_SCRATCH, TrainingConfig
from esrgan.weights import load


def psnr_end(config: TrainingConfig) -> Mapping[str, Tensor] | None:
    """The weights of `init`: where a run begins and, for a GAN, the pair's other end.

    Raises
    ------
    ValueError
        If a GAN has none, or the file cannot be read.
    """
    if config.init in ("", FROM_SCRATCH):
        if config.is_adversarial and not config.init:
            raise ValueError(
                "A GAN starts from the PSNR-oriented network's weights, so that the two "
                f"interpolate: --set init=FILE.safetensors, or init={FROM_SCRATCH} to go without."
            )
        return None
    return load(Path(config.init)).state


def generator(config: TrainingConfig, start: Mapping[str, Tensor] | None) -> nn.Module:
    """The generator with fresh weights, or with those it starts from.

    Raises
    ------
    ValueError
        If there is no such network, or weights do not fit it.
    """
    try:
        network = build(config.architecture, **config.model)
    except (TypeError, RuntimeError):
        raise ValueError(
            f"{config.architecture} cannot be built of {dict(config.model)}."
        ) from None
    if start is not None:
        try:
            network.load_state_dict(_ahead(config, start))
        except RuntimeError:
            raise ValueError(
                f"{Path(config.init).name} does not fit {config.architecture} of "
                f"{dict(config.model)}."
            ) from None
    return network


def _ahead(config: TrainingConfig, start: Mapping[str, Tensor]) -> Mapping[str, Tensor]:
    """The start, moved by the difference of the pair that gives a head start."""
    if not config.head_start:
        return start
    psnr, gan = (load(Path(file)).state for file in config.head_start)
    return transplant(start, psnr, gan)
