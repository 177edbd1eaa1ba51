"""Each small preset overfits four pictures, in its own size and with its own losses."""

import re

import numpy as np
import pytest
import torch
from skimage import data

from esrgan.images import Picture, encode_png
from esrgan.training.features import load_features
from esrgan.training.presets import PRESETS
from esrgan.training.settings import replace_fields
from tests.training.conftest import accept, pictures, random_vgg

SMALL = [name for name in PRESETS if name.endswith("-small")]
STEPS = 200
LEARNT = ("content", "perceptual", "texture")
# The adversarial loss of a GAN does not fall. Its weight is nearly 0, so that the others do.
TINY_GAN_WEIGHT = {"init": "scratch", "adversarial_weight": 1e-6}
SETTINGS = {
    "steps": STEPS,
    "batch_size": 4,
    "patch_px": 32,
    "report_every": 1,
    "checkpoint_every": STEPS,
    "validate_every": 0,
    "held_out": 0,
    "learning_rate": 1e-3,
    "warmup_steps": 10,
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


def mean_loss(lines, names):
    """Sum of some of the losses in progress lines, averaged over the lines."""
    total = 0.0
    for line in lines:
        terms = dict(re.findall(r"(\w+) ([\d.e+-]+)", line.split(": ")[1]))
        total += sum(float(value) for name, value in terms.items() if name in names)
    return total / len(lines)


@pytest.mark.slow
@pytest.mark.parametrize("name", SMALL)
def test_the_small_presets_learn_four_pictures(four, name, monkeypatch):
    from esrgan.training.loop import Trainer, TrainingInputs

    gan = TINY_GAN_WEIGHT if PRESETS[name].is_adversarial else {}
    config = replace_fields(PRESETS[name], **SETTINGS, **gan)
    accept(four / "vgg.pth", monkeypatch)
    features = load_features(config.losses, four / "vgg.pth", four)
    run = Trainer(config, four / "run", TrainingInputs(pictures(four, config), features))
    lines = list(run.train())
    first, last = (mean_loss(part, LEARNT) for part in (lines[:3], lines[-5:]))
    print(f"{name}: {first:.4f} → {last:.4f}")  # noqa: T201
    assert last < 0.8 * first
    if gan:
        discriminator_losses = [mean_loss([line], ("discriminator",)) for line in lines]
        assert min(discriminator_losses) < 0.8 * discriminator_losses[0]
