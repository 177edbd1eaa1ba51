import pytest
import torch
from torch.nn import functional as F

from esrgan.models.vgg import STAGE_WIDTHS, VGG16_ANTIALIASED, VGG19, VGGFeatures


def state(outline):
    found, inputs = {}, 3
    for name in (name for name in outline.layers() if "_" in name):
        width = STAGE_WIDTHS[int(name[0]) - 1]
        found[f"{name}.weight"] = torch.randn(width, inputs, 3, 3) * (2 / (9 * inputs)) ** 0.5
        found[f"{name}.bias"] = torch.randn(width) / 10
        inputs = width
    return found


@pytest.fixture(scope="module")
def weights():
    torch.manual_seed(0)
    return {outline: state(outline) for outline in (VGG19, VGG16_ANTIALIASED)}


def test_layers_are_those_of_the_networks():
    assert len(VGG19.layers()) == 16 + 5
    assert len(VGG16_ANTIALIASED.layers()) == 13 + 5
    assert VGG19.layers()[-2:] == ("5_4", "pool5")


def test_vgg19_is_convolutions_relus_and_pools(weights):
    """Index 34 of the published network: the last convolution, before its ReLU."""
    picture, found = torch.rand(1, 3, 32, 48), weights[VGG19]
    mean = torch.tensor([0.485, 0.456, 0.406]).view(1, 3, 1, 1)
    deviation = torch.tensor([0.229, 0.224, 0.225]).view(1, 3, 1, 1)
    features = (picture - mean) / deviation
    for name in VGG19.layers()[:-1]:
        if name.startswith("pool"):
            features = F.max_pool2d(F.relu(features), 2)
        else:
            features = F.relu(features) if name[2:] != "1" else features
            features = F.conv2d(features, found[f"{name}.weight"], found[f"{name}.bias"], padding=1)
    network = VGGFeatures(VGG19, ["5_4"], found)
    torch.testing.assert_close(network(picture)["5_4"], features)
    after = VGGFeatures(VGG19, ["5_4"], found, is_activated=True)
    torch.testing.assert_close(after(picture)["5_4"], features.relu())


@pytest.mark.parametrize("outline", [VGG19, VGG16_ANTIALIASED])
def test_each_layer_comes_under_its_name_and_size(weights, outline):
    network = VGGFeatures(outline, ("2_2", "1_1", "pool2"), weights[outline])
    features = network(torch.rand(1, 3, 32, 32))
    assert {name: tuple(maps.shape[1:]) for name, maps in features.items()} == {
        "2_2": (128, 16, 16),
        "1_1": (64, 32, 32),
        "pool2": (128, 8, 8),
    }
    assert (features["2_2"] < 0).any()
    assert (features["pool2"] >= 0).all()


def test_antialiased_pooling_keeps_a_flat_picture_flat(weights):
    network = VGGFeatures(VGG16_ANTIALIASED, ["pool1"], weights[VGG16_ANTIALIASED])
    inner = network(torch.full((1, 3, 32, 32), 0.4))["pool1"][..., 2:-2, 2:-2]
    assert (inner.amax((2, 3)) - inner.amin((2, 3))).abs().max() < 1e-5


def test_gradient_reaches_the_picture_and_not_the_weights(weights):
    network = VGGFeatures(VGG19, ("2_1",), weights[VGG19])
    picture = torch.rand(1, 3, 16, 16, requires_grad=True)
    network(picture)["2_1"].sum().backward()
    assert picture.grad is not None
    assert not any(parameter.requires_grad for parameter in network.parameters())


def test_refusals(weights):
    with pytest.raises(ValueError, match=r"There is no VGG layer .*5_4"):
        VGGFeatures(VGG16_ANTIALIASED, ("5_4",), weights[VGG16_ANTIALIASED])
    with pytest.raises(ValueError, match="There is no VGG layer"):
        VGGFeatures(VGG19, (), weights[VGG19])
    with pytest.raises(ValueError, match="lack layer 1_1"):
        VGGFeatures(VGG19, ("1_1",), {})
