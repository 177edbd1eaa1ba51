"""The weights that a run starts from: random ones, or those of a file, or a GAN head start."""

from collections.abc import Mapping
from pathlib import Path

from torch import Tensor, nn

from esrgan.interpolation import transplant
from esrgan.models import build
from esrgan.training.config import FROM_SCRATCH, TrainingConfig
from esrgan.weights import load


def initial_weights(config: TrainingConfig) -> Mapping[str, Tensor] | None:
    """The state dict in the file `init`, or None for a run from random weights.

    For a GAN it is the PSNR-oriented end of the pair whose GAN end is trained.

    Raises
    ------
    ValueError
        If a GAN run names no file, or the file cannot be read.
    """
    if config.init in ("", FROM_SCRATCH):
        if config.is_adversarial and not config.init:
            raise ValueError(
                "A GAN starts from the PSNR-oriented network's weights, so that the two "
                f"interpolate: --set init=FILE.safetensors, or init={FROM_SCRATCH} to go without."
            )
        return None
    return load(Path(config.init)).state


def build_generator(config: TrainingConfig, state: Mapping[str, Tensor] | None) -> nn.Module:
    """The generator of a run with the weights that it starts from.

    Parameters
    ----------
    state
        As `initial_weights` returns it.

    Raises
    ------
    ValueError
        If the architecture has no such size, or the weights do not fit it.
    """
    try:
        network = build(config.architecture, **config.model)
    except (TypeError, RuntimeError):
        raise ValueError(
            f"{config.architecture} cannot be built of {dict(config.model)}."
        ) from None
    if state is not None:
        try:
            network.load_state_dict(_with_head_start(config, state))
        except RuntimeError:
            raise ValueError(
                f"{Path(config.init).name} does not fit {config.architecture} of "
                f"{dict(config.model)}."
            ) from None
    return network


def _with_head_start(config: TrainingConfig, state: Mapping[str, Tensor]) -> Mapping[str, Tensor]:
    """The weights plus the difference, GAN less PSNR-oriented, of the pair in `head_start`."""
    if not config.head_start:
        return state
    psnr, gan = (load(Path(file)).state for file in config.head_start)
    return transplant(state, psnr, gan)
