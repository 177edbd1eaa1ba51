from dataclasses import replace

import pytest
import torch

from esrgan.models.vgg import VGG19
from esrgan.training import features
from esrgan.training.features import load_features, read_convolutions
from esrgan.training.loss_config import LossConfig
from tests.training.conftest import accept, random_vgg

SMALL = LossConfig(
    perceptual_weight=1.0, feature_network="vgg16-antialiased", perceptual_layers={"1_2": 1.0}
)


@pytest.fixture
def file(tmp_path, monkeypatch):
    torch.save(random_vgg(), tmp_path / "vgg.pth")
    accept(tmp_path / "vgg.pth", monkeypatch)
    return tmp_path / "vgg.pth"


def test_a_file_is_read_once_and_cached(file, tmp_path):
    network = load_features(SMALL, file, tmp_path / "caches")
    file.unlink()
    again = load_features(SMALL, None, tmp_path / "caches")
    assert torch.equal(network.convolutions["1_2"].weight, again.convolutions["1_2"].weight)
    assert torch.equal(network.convolutions["1_1"].weight, random_vgg()["net.slice0.weight"])


def test_no_loss_on_features_needs_no_file(tmp_path):
    assert load_features(LossConfig(), None, tmp_path) is None


def test_features_after_activation_are_not_negative(file, tmp_path):
    losses = LossConfig(
        perceptual_weight=1.0,
        feature_network="vgg16-antialiased",
        perceptual_layers={"1_2": 1.0},
        perceptual_activated=True,
    )
    network = load_features(losses, file, tmp_path)
    assert network(torch.rand(1, 3, 8, 8))["1_2"].min() >= 0


def test_a_file_of_another_hash_is_refused(file, tmp_path):
    with pytest.raises(ValueError, match="hash should begin with dcbb9e9d"):
        load_features(LossConfig(perceptual_weight=1.0), file, tmp_path)


def test_the_official_layout_is_read_where_the_hash_is_right(tmp_path, monkeypatch):
    """The published VGG19 cannot be had offline; a file of its layout stands for it."""
    state = random_vgg(VGG19, "features.") | {"classifier.0.weight": torch.rand(3, 4)}
    torch.save(state, tmp_path / "vgg19.pth")
    accept(tmp_path / "vgg19.pth", monkeypatch, "vgg19")
    network = load_features(LossConfig(perceptual_weight=1.0), tmp_path / "vgg19.pth", tmp_path)
    assert torch.equal(network.convolutions["5_4"].weight, state["features.15.weight"])
    assert network(torch.rand(1, 3, 32, 32))["5_4"].shape == (1, 512, 2, 2)


@pytest.mark.parametrize(
    "content", [b"nothing of the kind", {"net.a": 1}, {"net.a.weight": torch.zeros(2)}, [1]]
)
def test_other_files_are_refused(tmp_path, content):
    path = tmp_path / "vgg.pth"
    path.write_bytes(content) if isinstance(content, bytes) else torch.save(content, path)
    with pytest.raises(ValueError, match="does not hold the feature network"):
        read_convolutions(path, replace(features.SOURCES["vgg16-antialiased"], sha256_start=""))


def test_a_missing_file_is_refused_with_where_to_get_it(tmp_path):
    with pytest.raises(ValueError, match=r"pass --features FILE, weights/vST0\.0"):
        load_features(SMALL, None, tmp_path)
    with pytest.raises(ValueError, match="There is no file"):
        load_features(SMALL, tmp_path / "none.pth", tmp_path)
