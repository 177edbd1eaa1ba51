"""Fixtures: a toy data set, a feature network of random weights, and runs of a few seconds."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from skimage import data

from esrgan.files import sha256_of
from esrgan.images import Picture, encode_png
from esrgan.models.vgg import STAGE_WIDTHS, VGG16_ANTIALIASED
from esrgan.training import features
from esrgan.training.data import open_training_set
from esrgan.training.presets import PRESETS
from esrgan.training.settings import replace_fields

TINY_MODELS = {
    "rrdbnet": {"num_features": 4, "num_blocks": 1, "growth_channels": 2},
    "msrresnet": {"num_features": 4, "num_blocks": 1},
}
TINY = {
    "batch_size": 4,
    "patch_px": 32,
    "report_every": 1,
    "checkpoint_every": 1,
    "validate_every": 0,
    "discriminator_features": 4,
    "perceptual_weight": 0.0,
    "precision": "fp32",
    "held_out": 0,
}


@pytest.fixture(autouse=True)
def _fresh_accelerate():
    """Forget the precision of the run before."""
    from accelerate.state import AcceleratorState

    yield
    AcceleratorState._reset_state(reset_partial_state=True)


@pytest.fixture
def folder(tmp_path):
    """Two pictures to train on, in `data`; caches go to `caches`."""
    (tmp_path / "data" / "inner").mkdir(parents=True)
    for name, picture in (("a", data.astronaut()), ("inner/b", data.chelsea())):
        crop = np.ascontiguousarray(picture[50:150, 100:204])
        (tmp_path / "data" / f"{name}.png").write_bytes(encode_png(Picture(crop)))
    return tmp_path


def tiny(name, steps, **settings):
    """A preset with a tiny network."""
    model = {**PRESETS[name].model, **TINY_MODELS[PRESETS[name].architecture]}
    return replace_fields(PRESETS[name], **{"steps": steps, "model": model, **TINY, **settings})


def pictures(folder, config):
    """The toy data set for a run."""
    return open_training_set({folder / "data": None}, config.data, folder / "caches")


@pytest.fixture
def trainer(folder):
    """Makes a run in a folder of the given name."""
    from esrgan.training.loop import Trainer, TrainingInputs

    def make(name, config, **inputs):
        return Trainer(config, folder / name, TrainingInputs(pictures(folder, config), **inputs))

    return make


def accept(file, monkeypatch, network="vgg16-antialiased"):
    """Let a file pass for the published one, which tests do not have."""
    source = replace(features.SOURCES[network], sha256_start=sha256_of(file)[:8])
    monkeypatch.setitem(features.SOURCES, network, source)


def random_vgg(outline=VGG16_ANTIALIASED, prefix="net.slice"):
    """A state dict in the layout of a feature network's file."""
    generator = torch.Generator().manual_seed(0)
    state, inputs = {}, 3
    for index, name in enumerate(name for name in outline.layers() if "_" in name):
        width = STAGE_WIDTHS[int(name[0]) - 1]
        weight = torch.randn(width, inputs, 3, 3, generator=generator)
        state[f"{prefix}{index}.weight"] = weight * (2 / (9 * inputs)) ** 0.5
        state[f"{prefix}{index}.bias"] = torch.zeros(width)
        inputs = width
    return state
