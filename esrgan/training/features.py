"""Loading a feature network: its published file is checked, and its convolutions are cached."""

import pickle
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import torch
from safetensors.torch import load_file, save
from torch import Tensor

from esrgan.files import sha256_of, write_atomically
from esrgan.models.vgg import VGG16_ANTIALIASED, VGG19, VGGFeatures, VGGOutline
from esrgan.training.loss_config import LossConfig


@dataclass(frozen=True)
class FeatureSource:
    """A feature network and its published file.

    Attributes
    ----------
    prefix
        What the keys of its convolutions begin with.
    sha256_start
        First digits of the file's SHA-256; empty if any file with the right layers is accepted.
    hint
        Where to get the file, for error messages.
    """

    outline: VGGOutline
    prefix: str
    sha256_start: str
    hint: str


VGG19_URL = "https://download.pytorch.org/models/vgg19-dcbb9e9d.pth"
SOURCES: Mapping[str, FeatureSource] = {
    "vgg19": FeatureSource(VGG19, "features.", "dcbb9e9d", f"{VGG19_URL} (548 MB)"),
    "minc": FeatureSource(
        VGG19, "features.", "", "a VGG19 fine-tuned for materials on the MINC data set"
    ),
    "vgg16-antialiased": FeatureSource(
        VGG16_ANTIALIASED,
        "net.",
        "44597da6",
        "weights/vST0.0/vgg_shift_tolerant.pth in the wheel of stlpips-pytorch",
    ),
}


def load_features(losses: LossConfig, file: Path | None, caches: Path) -> VGGFeatures | None:
    """The feature network of a run, or None if no loss needs one.

    Parameters
    ----------
    losses
        Names the network and its layers.
    file
        Its published file; None takes the weights cached when the file was first given.
    caches
        Folder for the cached weights.

    Raises
    ------
    ValueError
        If the file is missing, is not the published one, or does not hold the network.
    """
    if not losses.layers:
        return None
    source = SOURCES[losses.feature_network]
    cached = caches / f"features-{losses.feature_network}.safetensors"
    if file is not None:
        state = read_convolutions(file, source)
        write_atomically(cached, save(state))
    elif not cached.is_file():
        raise ValueError(
            f"The perceptual loss needs {losses.feature_network}: pass --features FILE, "
            f"{source.hint}."
        )
    activated = losses.perceptual_activated
    return VGGFeatures(source.outline, losses.layers, load_file(cached), is_activated=activated)


def read_convolutions(file: Path, source: FeatureSource) -> dict[str, Tensor]:
    """The convolutions in a feature network's file, under the names of their layers.

    Raises
    ------
    ValueError
        If the file's hash is not the published one, or it holds no such network.
    """
    if not file.is_file():
        raise ValueError(f"There is no file {file}.")
    if not sha256_of(file).startswith(source.sha256_start):
        raise ValueError(
            f"{file.name} is not the published file: its hash should begin with "
            f"{source.sha256_start}."
        )
    try:
        state = torch.load(file, map_location="cpu", weights_only=True)
        return dict(_named(state, source))
    except (pickle.UnpicklingError, RuntimeError, EOFError, AttributeError, KeyError, TypeError):
        raise ValueError(f"{file.name} does not hold the feature network.") from None


def _named(state: Mapping[str, Tensor], source: FeatureSource) -> Iterator[tuple[str, Tensor]]:
    """Convolutions in the order of the file, which is their depth, under their layers' names."""
    names = [name for name in source.outline.layers() if "_" in name]
    keys = [
        key
        for key, value in state.items()
        if key.startswith(source.prefix) and key.endswith(".weight") and value.ndim == 4
    ]
    if len(keys) < len(names):
        raise KeyError
    for name, key in zip(names, keys, strict=False):
        yield f"{name}.weight", state[key].contiguous()
        yield f"{name}.bias", state[f"{key.removesuffix('.weight')}.bias"].contiguous()
