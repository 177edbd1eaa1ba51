import pytest
import torch

from esrgan.models.vgg import LAYERS, VGGFeatures


@pytest.fixture
def weights(tmp_path):
    """A file in the layout of `vgg_shift_tolerant.pth`, with random values."""
    widths = [64, 64, 128, 128, 256, 256, 256, 512, 512, 512, 512, 512, 512]
    state, inputs = {}, 3
    for index, width in enumerate(widths):
        state[f"net.slice.{index}.weight"] = torch.randn(width, inputs, 3, 3) / (9 * inputs) ** 0.5
        state[f"net.slice.{index}.bias"] = torch.zeros(width)
        inputs = width
    torch.save(state, tmp_path / "vgg.pth")
    return tmp_path / "vgg.pth"


def test_features_are_taken_before_their_activation(weights):
    features = VGGFeatures(("1_1", "2_2", "3_3"), weights)(torch.rand(1, 3, 32, 32))
    assert [tuple(f.shape) for f in features] == [(1, 64, 32, 32), (1, 128, 16, 16), (1, 256, 8, 8)]
    assert all((f < 0).any() for f in features)


def test_gradient_reaches_the_picture_and_not_the_weights(weights):
    network = VGGFeatures(("2_1",), weights)
    picture = torch.rand(1, 3, 16, 16, requires_grad=True)
    network(picture)[0].sum().backward()
    assert picture.grad is not None
    assert not any(parameter.requires_grad for parameter in network.parameters())


def test_other_files_are_refused(tmp_path):
    (tmp_path / "vgg.pth").write_bytes(b"nothing of the kind")
    with pytest.raises(ValueError, match="does not hold the feature network"):
        VGGFeatures(("1_1",), tmp_path / "vgg.pth")


def test_unknown_layer_is_refused(weights):
    with pytest.raises(ValueError, match="no layer"):
        VGGFeatures(("9_1",), weights)
    assert len(LAYERS) == 13
