from dataclasses import fields

import pytest
import torch
from torch.nn import functional as F

from esrgan.models import ARCHITECTURES, build
from esrgan.models.rcan import ChannelAttention, RCANConfig
from esrgan.models.rrdbnet import INITIAL_SCALE, RRDB, RRDBNetConfig, pad_to_multiple
from esrgan.models.srresnet import SRResNetConfig

TINY = {"num_features": 4, "num_blocks": 1}


def count(network):
    return sum(parameter.numel() for parameter in network.parameters())


@pytest.mark.parametrize(
    ("architecture", "parameters"),
    [
        ("rrdbnet", 16_697_987),
        ("msrresnet", 1_517_571),
        ("edsr", 43_089_923),
        ("rcan", 15_592_355),
        ("srcnn", 69_251),
        ("enhancenet", 852_867),
    ],
)
def test_published_sizes(architecture, parameters):
    with torch.device("meta"):
        assert count(build(architecture)) == parameters


def test_srresnet_with_batch_norm_has_16_blocks_of_two_and_one_after_them():
    with torch.device("meta"):
        network = build("srresnet")
    norms = [m for m in network.modules() if isinstance(m, torch.nn.BatchNorm2d)]
    assert len(norms) == 33
    assert network.conv_first.kernel_size == network.conv_last.kernel_size == (9, 9)


@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_output_is_four_times_as_large(architecture):
    names = {field.name for field in fields(ARCHITECTURES[architecture].config)}
    sizes = {name: size for name, size in (TINY | {"squeeze": 2}).items() if name in names}
    network = build(architecture, **sizes).eval()
    assert network(torch.rand(2, 3, 5, 7)).shape == (2, 3, 20, 28)


@pytest.mark.parametrize("scale", [1, 2, 8])
def test_rrdbnet_at_other_scales(scale):
    network = build("rrdbnet", scale=scale, growth_channels=2, **TINY)
    assert network(torch.rand(1, 3, 8, 12)).shape == (1, 3, 8 * scale, 12 * scale)


@pytest.mark.parametrize("scale", [1, 2])
@pytest.mark.parametrize("shape", [(1, 1), (2, 3), (3, 9), (5, 7), (8, 13)])
def test_rrdbnet_mirrors_what_cannot_be_unshuffled(scale, shape):
    network = build("rrdbnet", scale=scale, growth_channels=2, **TINY).eval()
    picture = torch.rand(1, 3, *shape)
    result = network(picture)
    assert result.shape == (1, 3, scale * shape[0], scale * shape[1])
    multiple = 4 // scale
    padded = pad_to_multiple(picture, multiple)
    assert not any(side % multiple for side in padded.shape[-2:])
    assert torch.equal(padded[..., : shape[0], : shape[1]], picture)
    torch.testing.assert_close(network(padded)[..., : result.shape[2], : result.shape[3]], result)
    if shape == (5, 7):
        mirrored = picture.numpy()[..., [0, 1, 2, 3, 4, 3, 2, 1][: padded.shape[2]], :]
        assert (padded.numpy()[..., :7] == mirrored).all()


def test_rrdb_is_the_papers_formula():
    torch.manual_seed(0)
    block, x = RRDB(4, 2), torch.rand(1, 4, 6, 6)
    expected = x
    for dense in (block.rdb1, block.rdb2, block.rdb3):
        known = [expected]
        for index in range(1, 5):
            convolution = getattr(dense, f"conv{index}")
            known.append(F.leaky_relu(convolution(torch.cat(known, 1)), 0.2))
        expected = expected + 0.2 * dense.conv5(torch.cat(known, 1))
    torch.testing.assert_close(block(x), x + 0.2 * expected)


def test_initial_weights_are_a_tenth_of_msra():
    torch.manual_seed(0)
    weight = build("rrdbnet", num_features=64, num_blocks=1).conv_body.weight
    msra = (2 / (9 * 64)) ** 0.5
    assert weight.std().item() == pytest.approx(INITIAL_SCALE * msra, rel=0.02)


def test_untrained_msrresnet_is_close_to_bilinear():
    x = torch.rand(1, 3, 8, 8)
    expected = F.interpolate(x, scale_factor=4, mode="bilinear", align_corners=False)
    torch.testing.assert_close(build("msrresnet")(x), expected, atol=0.05, rtol=0)


def test_srcnn_reads_the_bicubic_enlargement():
    network = build("srcnn", num_features=2, middle_features=2)
    for parameter in network.parameters():
        torch.nn.init.zeros_(parameter)
    assert network(torch.rand(1, 3, 4, 4)).abs().max() == 0
    kernels = [c.kernel_size[0] for c in (network.conv1, network.conv2, network.conv3)]
    assert kernels == [9, 5, 5]


@pytest.mark.parametrize(("architecture", "last"), [("edsr", 0.42), ("enhancenet", 0.3)])
def test_networks_without_weights_give_the_mean_colour_or_the_enlarged_picture(architecture, last):
    network = build(architecture, num_features=4, num_blocks=1)
    for parameter in network.parameters():
        torch.nn.init.zeros_(parameter)
    sr = network(torch.full((1, 3, 5, 5), 0.3))
    assert sr.mean().item() == pytest.approx(last, abs=0.02)


def test_batch_norm_is_the_only_thing_that_the_ablations_second_column_adds():
    plain = build("msrresnet", **TINY).state_dict()
    normalised = build("msrresnet", batch_norm=True, **TINY).state_dict()
    assert set(plain) < set(normalised)
    assert all(".bn" in key for key in set(normalised) - set(plain))


def test_channel_attention_weighs_channels_between_0_and_1():
    attention = ChannelAttention(8, 4)
    features = torch.rand(2, 8, 3, 3)
    ratio = attention(features) / features
    assert ((ratio > 0) & (ratio < 1)).all()
    assert (ratio.amax((2, 3)) - ratio.amin((2, 3))).max() < 1e-6


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: build("vdsr"), "Unknown architecture 'vdsr'; choose one of rrdbnet"),
        (lambda: build("rrdbnet", depth=3), "no setting 'depth'"),
        (lambda: RRDBNetConfig(scale=3), "scale 1, 2, 4, 8 or 16, not 3"),
        (lambda: RRDBNetConfig(num_blocks=0), "at least one"),
        (lambda: SRResNetConfig(scale=2), "scale 4, not 2"),
        (lambda: SRResNetConfig(num_features=0), "at least one"),
        (lambda: build("edsr", scale=3), "EDSR has scale 2, 4 or 8, not 3"),
        (lambda: build("enhancenet", num_blocks=0), "sizes of at least 1, not 0"),
        (lambda: RCANConfig(num_features=8), "none would be left"),
        (lambda: build("srcnn", first_kernel=4), "odd sizes"),
        (lambda: build("srcnn", scale=1), "scale 2 or more"),
        (lambda: build("srcnn", num_features=0), "at least one feature"),
    ],
)
def test_refusals(make, message):
    with pytest.raises(ValueError, match=message):
        make()
