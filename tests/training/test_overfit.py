"""Each preset's small form learns four pictures by heart, in its own size and with its losses."""

import re

import numpy as np
import pytest
import torch
from skimage import data

from esrgan.images import Picture, encode_png
from esrgan.training.config import changed
from esrgan.training.features import load_features
from esrgan.training.presets import PRESETS
from tests.training.conftest import pictures, random_vgg

SMALL = [name for name in PRESETS if name.endswith("-small")]
STEPS = 250
SETTINGS = {
    "steps": STEPS,
    "batch_size": 4,
    "patch_px": 32,
    "learning_rate": 1e-3,
    "report_every": 1,
    "checkpoint_every": STEPS,
    "validate_every": 0,
    "held_out": 0,
    "schedule": "steps",
    "milestones": (),
    "warmup_steps": 1,
}


@pytest.fixture
def four(tmp_path):
    """Four pictures of exactly one patch."""
    (tmp_path / "data").mkdir()
    for name in ("astronaut", "chelsea", "coffee", "rocket"):
        crop = np.ascontiguousarray(getattr(data, name)()[60:92, 200:232])
        (tmp_path / "data" / f"{name}.png").write_bytes(encode_png(Picture(crop)))
    torch.save(random_vgg(), tmp_path / "vgg.pth")
    return tmp_path


def generator_loss(line):
    """What the generator minimises, less the adversarial part, which is a game."""
    terms = dict(re.findall(r"(content|perceptual|texture) ([\d.e+-]+)", line))
    return sum(float(value) for value in terms.values())


@pytest.mark.slow
@pytest.mark.parametrize("name", SMALL)
def test_the_small_presets_learn_four_pictures(four, name):
    from esrgan.training.loop import Materials, Trainer

    init = {"init": "scratch"} if PRESETS[name].is_adversarial else {}
    config = changed(PRESETS[name], **SETTINGS, **init)
    features = load_features(config.losses, four / "vgg.pth", four)
    run = Trainer(config, four / "run", Materials(pictures(four, config), features))
    losses = [generator_loss(line) for line in run.train()]
    first, last = np.mean(losses[:3]), np.mean(losses[-5:])
    print(f"{name}: {first:.4f} → {last:.4f}")  # noqa: T201
    assert last < 0.87 * first
