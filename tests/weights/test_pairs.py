import math

import pytest
import torch

from esrgan import Upscaler
from esrgan.weights import MODELS, Generator, load, open_model, save_weights
from esrgan.weights.generator import full_config
from esrgan.weights.pairs import check_generators, probes


def generator(network):
    config = full_config("rrdbnet", vars(network.config))
    return Generator("rrdbnet", config, network.state_dict(), {})


@pytest.fixture
def pair(tiny):
    """A network, and the same a little further."""
    psnr, gan = tiny.passing(), tiny.passing()
    for parameter in gan.parameters():
        parameter.add_(0.003 * torch.randn_like(parameter))
    return generator(psnr), generator(gan)


def changed(end, key, change):
    return Generator("rrdbnet", end.config, end.state | {key: change(end.state[key])}, {})


def refusal(*ends):
    with pytest.raises(ValueError, match=r"\.$") as caught:
        check_generators(*ends)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_pairs_pass(pair):
    check_generators(*pair)
    check_generators(*open_model(MODELS["esrgan"]))


@pytest.mark.usefixtures("embedded")
def test_networks_that_drifted_apart_are_refused(tiny, pair):
    message = refusal(pair[0], generator(tiny.shuffled(tiny.passing())))
    assert message.startswith("These networks drifted apart: at α = 0.25 a flat grey of brightness")
    assert message.endswith("A pair needs a GAN end that was trained from its PSNR end.")
    ours, _ = open_model(MODELS["esrgan"])
    state = dict(ours.state)
    for before, after in (("conv_up2", "conv_hr"), ("conv_hr", "conv_last")):
        order = torch.randperm(32, generator=torch.Generator().manual_seed(1))
        state[f"{before}.weight"] = state[f"{before}.weight"][order]
        state[f"{before}.bias"] = state[f"{before}.bias"][order]
        state[f"{after}.weight"] = state[f"{after}.weight"][:, order]
    shuffled = Generator("rrdbnet", ours.config, state, {})
    torch.testing.assert_close(shuffled.network()(probes()), ours.network()(probes()))
    assert "drifted apart" in refusal(ours, shuffled)


def test_an_end_that_is_no_enlarger_is_named(pair):
    dark = changed(pair[1], "conv_last.weight", torch.zeros_like)
    assert refusal(pair[0], dark).startswith(("The GAN end of", "These networks drifted apart"))
    assert refusal(dark, pair[1]).startswith("The PSNR end of this pair does not enlarge pictures")


def test_values_that_overflow_are_refused(pair):
    huge = changed(pair[1], "conv_hr.weight", lambda x: x * 1e30)
    huge = changed(huge, "conv_last.weight", lambda x: x * 1e30)
    assert "values that are not finite" in refusal(huge, huge)


def test_networks_of_two_sizes_are_refused(tiny, pair):
    wide = generator(tiny.passing(num_blocks=2))
    assert "num_blocks 1) at the PSNR end, rrdbnet" in refusal(pair[0], wide).replace(
        ", growth_channels 2", ""
    )
    fewer = {key: x for key, x in pair[1].state.items() if key != "conv_hr.bias"}
    gan = Generator("rrdbnet", pair[1].config, fewer, {})
    assert "only the PSNR-oriented one has 'conv_hr.bias'" in refusal(pair[0], gan)


def test_probes_are_pictures():
    flat, weave = probes()
    assert flat.unique().item() == 0.5
    assert math.isclose(weave.mean(), 0.5, abs_tol=0.02)
    assert 0.1 < weave.std() < 0.2
    assert not torch.equal(weave[0], weave[1])


def write(path, end):
    torch.save({"params": dict(end.state)}, path)
    return path


def test_two_files_make_an_upscaler_and_a_bad_one_leaves_it_serving(tmp_path, tiny, pair, noise):
    psnr, gan = write(tmp_path / "p.pth", pair[0]), write(tmp_path / "g.pth", pair[1])
    upscaler = Upscaler((psnr, gan))
    before = upscaler(noise, 0.5)
    assert abs(before[::4, ::4].astype(int) - noise).mean() < 30
    write(gan, generator(tiny.shuffled(tiny.passing())))
    with pytest.raises(ValueError, match="drifted apart"):
        Upscaler((psnr, gan))
    gan.write_bytes(gan.read_bytes()[:-500])
    with pytest.raises(ValueError, match=r"g.pth is a damaged or cut off PyTorch file"):
        Upscaler((psnr, gan))
    assert (upscaler(noise, 0.5) == before).all()
    write(gan, pair[1])
    assert (Upscaler((psnr, gan))(noise, 0.5) == before).all()


def test_a_described_and_a_foreign_file_of_one_kind_make_a_pair(tmp_path, pair):
    metadata = {
        "architecture": "rrdbnet",
        "config": '{"num_features": 4, "num_blocks": 1, "growth_channels": 2}',
    }
    path = tmp_path / "p.safetensors"
    save_weights(path, pair[0].state, metadata, dtype=torch.float32)
    assert load(path).config == pair[0].config
    Upscaler((path, write(tmp_path / "g.pth", pair[1])))
