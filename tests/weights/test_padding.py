"""Networks of few growth channels, written for programs that expect 32, compute the same."""

import pytest
import torch
from safetensors.torch import load_file

from esrgan.models import build
from esrgan.weights import Generator, load, save_generator
from esrgan.weights.generator import full_config
from esrgan.weights.padding import pad_growth, trim_growth

SIZES = {"num_features": 6, "num_blocks": 2}
DENSE_BLOCKS = [f"body.{block}.rdb{dense}" for block in range(2) for dense in (1, 2, 3)]


def network(growth, scale=4):
    torch.manual_seed(0)
    made = build("rrdbnet", **SIZES, growth_channels=growth, scale=scale).requires_grad_(False)
    for parameter in made.parameters():
        parameter.uniform_(-0.2, 0.2)
    return made.eval()


def generator(growth, scale=4):
    state = network(growth, scale).state_dict()
    config = full_config("rrdbnet", SIZES | {"growth_channels": growth, "scale": scale})
    return Generator("rrdbnet", config, state, {})


@pytest.mark.parametrize(("growth", "scale"), [(1, 4), (16, 1), (31, 8)])
def test_a_padded_network_computes_the_same(growth, scale):
    narrow, wide = network(growth, scale), network(32, scale)
    wide.load_state_dict(pad_growth("rrdbnet", narrow.state_dict()))
    lr = torch.rand(1, 3, 8, 11)
    torch.testing.assert_close(wide(lr), narrow(lr), rtol=1e-5, atol=1e-6)


def test_groups_of_growth_channels_are_widened_one_by_one():
    narrow = network(2).state_dict()
    wide = pad_growth("rrdbnet", narrow)
    for block in DENSE_BLOCKS:
        before, after = narrow[f"{block}.conv4.weight"], wide[f"{block}.conv4.weight"]
        assert after.shape == (32, 6 + 3 * 32, 3, 3)
        assert torch.equal(after[:2, :6], before[:, :6])
        for group in range(3):
            start = 6 + 32 * group
            assert torch.equal(after[:2, start : start + 2], before[:, 6 + 2 * group :][:, :2])
        assert (after != 0).sum() == (before != 0).sum()
        assert wide[f"{block}.conv5.weight"].shape == (6, 6 + 4 * 32, 3, 3)
        assert wide[f"{block}.conv1.bias"].shape == (32,)
        assert torch.equal(wide[f"{block}.conv5.bias"], narrow[f"{block}.conv5.bias"])


@pytest.mark.parametrize("growth", [32, 40])
def test_wide_networks_stay_as_they_are(growth):
    state = network(growth).state_dict()
    padded = pad_growth("rrdbnet", state)
    assert all(padded[key] is value for key, value in state.items())
    config, trimmed = trim_growth("rrdbnet", {"growth_channels": growth}, state)
    assert config == {"growth_channels": growth}
    assert all(trimmed[key] is value for key, value in state.items())


def test_other_architectures_stay_as_they_are():
    state = build("msrresnet", num_features=4, num_blocks=1).state_dict()
    assert pad_growth("msrresnet", state) == state


@pytest.mark.parametrize("key", ["conv2.weight", "conv2.bias", "conv5.weight"])
def test_a_channel_that_one_block_writes_or_reads_is_kept(key):
    state = pad_growth("rrdbnet", network(3).state_dict())
    tensor = state[f"body.1.rdb2.{key}"]
    index = {
        "conv2.weight": (20, 0, 1, 1),
        "conv2.bias": 20,
        "conv5.weight": (0, 6 + 32 + 20, 1, 1),
    }
    tensor[index[key]] = 0.5
    config, trimmed = trim_growth("rrdbnet", {"growth_channels": 32}, state)
    assert config == {"growth_channels": 21}
    assert trimmed["body.0.rdb1.conv1.bias"].shape == (21,)
    padded = pad_growth("rrdbnet", trimmed)
    assert all(torch.equal(padded[name], state[name]) for name in state)


def test_a_network_of_zeros_keeps_one_channel():
    state = {key: torch.zeros_like(value) for key, value in network(32).state_dict().items()}
    assert trim_growth("rrdbnet", {}, state)[0] == {"growth_channels": 1}


@pytest.mark.parametrize("dialect", ["basicsr", "esrgan", "old"])
@pytest.mark.parametrize("suffix", [".pth", ".safetensors"])
def test_files_for_other_programs_are_padded_and_read_without_the_zeros(tmp_path, dialect, suffix):
    before, path = generator(5), tmp_path / f"theirs{suffix}"
    save_generator(path, before, dialect)
    shapes = {tuple(it.shape) for it in stored(path).values()}
    assert (32, 6 + 3 * 32, 3, 3) in shapes
    after = load(path)
    assert (after.config, after.dialect) == (before.config, dialect)
    assert all(torch.equal(after.state[key], before.state[key]) for key in before.state)


def stored(path):
    """Tensors in a file, as another program finds them."""
    if path.suffix == ".safetensors":
        return load_file(path)
    content = torch.load(path, weights_only=True)
    return content.get("params", content)
