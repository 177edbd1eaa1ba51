import pytest
import torch

from esrgan.models.vgg import VGG16_ANTIALIASED, VGGFeatures
from esrgan.training.loss_config import LossConfig
from esrgan.training.objective import Objective
from tests.training.conftest import random_vgg

LOSSES = LossConfig(
    content_weight=0.01,
    perceptual_weight=2.0,
    perceptual_layers={"1_2": 1.0},
    perceptual_crop_px=16,
    texture_weight=3.0,
    texture_layers={"1_1": 1.0},
)


@pytest.fixture
def features():
    names = (name for name in VGG16_ANTIALIASED.layers() if "_" in name)
    file = iter(random_vgg().values())
    state = {f"{name}.{part}": next(file) for name in names for part in ("weight", "bias")}
    return VGGFeatures(VGG16_ANTIALIASED, LOSSES.layers, state)


def test_terms_come_with_their_weights(features):
    sr, hr = torch.rand(2, 2, 3, 24, 24)
    losses = Objective(LOSSES, features)(sr, hr, (0, 0))
    assert set(losses) == {"content", "perceptual", "texture"}
    torch.testing.assert_close(losses["content"], 0.01 * (sr - hr).abs().mean())
    same = Objective(LOSSES, features)(hr, hr, (0, 0))
    assert all(value == 0 for value in same.values())


def test_the_crop_depends_on_seed_and_step_alone(features):
    sr, hr = torch.rand(2, 2, 3, 24, 24)
    objective = Objective(LOSSES, features)
    first, again, other = (objective(sr, hr, seed) for seed in ((0, 1), (0, 1), (0, 2)))
    assert first["perceptual"] == again["perceptual"] != other["perceptual"]


def test_without_features_there_is_only_content():
    losses = Objective(LossConfig(content_distance="l2"), None)(
        torch.zeros(1, 3, 4, 4), torch.full((1, 3, 4, 4), 0.5), (0, 0)
    )
    assert losses == {"content": torch.tensor(0.25)}
