"""An architecture that only this file defines works everywhere once the registry lists it."""

from dataclasses import dataclass

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional as F

from esrgan import Upscaler
from esrgan.cli import main
from esrgan.models import ARCHITECTURES, build
from esrgan.models.architecture import Architecture, convolution_shape
from esrgan.models.dialect import Dialect
from esrgan.weights import load, save_generator, save_weights
from esrgan.weights.dialects import dialect_names

SIZE = {"num_features": 6, "num_blocks": 3}


@dataclass(frozen=True)
class PlainNetConfig:
    scale: int = 4
    num_features: int = 16
    num_blocks: int = 2


class PlainNet(nn.Module):
    """Convolutions over the enlarged picture, added to it."""

    def __init__(self, config):
        super().__init__()
        self.config, features = config, config.num_features
        self.conv_first = nn.Conv2d(3, features, 3, padding=1)
        blocks = (nn.Conv2d(features, features, 3, padding=1) for _ in range(config.num_blocks))
        self.body = nn.Sequential(*blocks)
        self.conv_last = nn.Conv2d(features, 3, 3, padding=1)

    def forward(self, lr):
        enlarged = F.interpolate(lr, scale_factor=self.config.scale)
        features = F.relu(self.conv_first(enlarged))
        for convolution in self.body:
            features = F.relu(convolution(features))
        return enlarged + self.conv_last(features)


LAYERS = {"conv_first": "input", "body.{block}": "layers.{block}.conv", "conv_last": "output"}
DIALECT = Dialect("plain", LAYERS, value_range=255, wrapper="state_dict")


def sizes(state, counts):
    features = convolution_shape(state, "conv_first.weight")[0]
    return {"num_features": features, "num_blocks": counts["block"]}


@pytest.fixture(autouse=True)
def _registered(monkeypatch):
    """The registry's one line."""
    plainnet = Architecture(PlainNet, PlainNetConfig, (DIALECT,), sizes)
    monkeypatch.setitem(ARCHITECTURES, "plainnet", plainnet)


@pytest.fixture
def network():
    torch.manual_seed(0)
    made = build("plainnet", **SIZE).eval().requires_grad_(False)
    for parameter in made.parameters():  # few enough bits that × 255 ÷ 255 is exact
        parameter.copy_(parameter.to(torch.bfloat16))
    return made


@pytest.fixture
def ours(tmp_path, network):
    """A file of this package's own kind."""
    metadata = {"architecture": "plainnet", "config": '{"num_features": 6, "num_blocks": 3}'}
    path = tmp_path / "ours.safetensors"
    save_weights(path, network.state_dict(), metadata, dtype=torch.float32)
    return path


def test_a_file_that_describes_itself_is_loaded(ours, network):
    generator = load(ours)
    assert (generator.architecture, generator.dialect) == ("plainnet", "native")
    assert generator.config == {"scale": 4, **SIZE}
    picture = torch.rand(1, 3, 5, 7)
    assert torch.equal(generator.network()(picture), network(picture))


@pytest.mark.parametrize("name", ["theirs.pth", "theirs.safetensors"])
def test_its_dialect_is_written_recognised_and_read(tmp_path, ours, network, name):
    save_generator(tmp_path / name, load(ours), "plain")
    generator = load(tmp_path / name)
    assert (generator.architecture, generator.dialect) == ("plainnet", "plain")
    assert generator.config == {"scale": 4, **SIZE}
    state = network.state_dict()
    assert set(generator.state) == set(state)
    assert all(torch.equal(generator.state[key], state[key]) for key in state)


def test_keys_and_values_of_its_dialect(tmp_path, ours, network):
    save_generator(tmp_path / "theirs.pth", load(ours), "plain")
    written = torch.load(tmp_path / "theirs.pth", weights_only=True)["state_dict"]
    assert "layers.2.conv.weight" in written
    assert torch.equal(written["output.bias"], 255 * network.conv_last.bias)


def test_it_is_named_in_messages(tmp_path, ours):
    assert "plain" in dialect_names()
    with pytest.raises(ValueError, match=r"choose one of rrdbnet, .*plainnet"):
        build("vdsr")
    with pytest.raises(ValueError, match="plainnet is not written in the dialect 'old'; it has pl"):
        save_generator(tmp_path / "x.pth", load(ours), "old")
    state = dict(load(ours).state)
    torch.save({LAYERS["conv_last"] + ".weight": state["conv_last.weight"]}, tmp_path / "x.pth")
    with pytest.raises(ValueError, match="looks like plainnet in the plain dialect, but lacks 'in"):
        load(tmp_path / "x.pth")


def test_the_commands_and_the_upscaler_take_it(tmp_path, ours, noise, capsys):
    theirs = tmp_path / "theirs.pth"
    assert main(["convert", str(ours), str(theirs), "--dialect", "plain"]) == 0
    assert main(["convert", str(theirs), str(tmp_path / "back.safetensors")]) == 0
    assert "plainnet (scale 4, num_features 6, num_blocks 3), plain" in capsys.readouterr().out
    assert np.array_equal(Upscaler(str(theirs))(noise), Upscaler(str(ours))(noise))
