"""Files of earlier versions, which called SRResNet 'srresnet-bn' and MSRResNet 'srresnet'."""

import json

import pytest
import torch
from safetensors import safe_open

from esrgan.models import build
from esrgan.weights import load, save_generator, save_weights
from esrgan.weights.former_names import current_architecture
from tests.conftest import EMBEDDED

SIZE = {"num_features": 4, "num_blocks": 1}


def write(path, written_name, network):
    metadata = {"architecture": written_name, "config": json.dumps(SIZE)}
    if getattr(network.config, "batch_norm", False):
        metadata["config"] = json.dumps(SIZE | {"batch_norm": True})
    save_weights(path, network.state_dict(), metadata, dtype=torch.float32)
    return path


@pytest.mark.parametrize(
    ("written", "present", "settings"),
    [
        ("srresnet-bn", "srresnet", {}),
        ("srresnet", "srresnet", {}),
        ("srresnet", "msrresnet", {}),
        ("srresnet", "msrresnet", {"batch_norm": True}),
        ("msrresnet", "msrresnet", {}),
    ],
)
def test_networks_come_back_under_present_names(tmp_path, written, present, settings):
    torch.manual_seed(0)
    network = build(present, **SIZE, **settings).eval()
    generator = load(write(tmp_path / "a.safetensors", written, network))
    assert generator.architecture == present
    picture = torch.rand(1, 3, 5, 6)
    assert torch.equal(generator.network()(picture), network(picture))
    save_generator(tmp_path / "b.safetensors", generator)
    with safe_open(tmp_path / "b.safetensors", framework="pt") as file:
        assert file.metadata()["architecture"] == present


@pytest.mark.parametrize("path", sorted(EMBEDDED.glob("*.safetensors")), ids=lambda p: p.name)
def test_the_embedded_files(path):
    generator = load(path)
    expected = {"srresnet": "msrresnet", "rrdbnet": "rrdbnet"}
    assert generator.architecture == expected[generator.metadata["architecture"]]


def test_a_name_that_does_not_fit_the_state_is_refused(tmp_path):
    path = write(tmp_path / "a.safetensors", "srresnet-bn", build("msrresnet", **SIZE))
    with pytest.raises(ValueError, match="does not hold what its description says"):
        load(path)


def test_other_names_stay():
    assert current_architecture("rrdbnet", ["conv_first.weight"]) == "rrdbnet"
    assert current_architecture("vdsr", []) == "vdsr"
