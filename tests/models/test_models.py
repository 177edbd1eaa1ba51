import pytest
import torch
from torch.nn import functional as F

from esrgan.models import ARCHITECTURES, build
from esrgan.models.discriminator import PatchDiscriminator, detail
from esrgan.models.rrdbnet import INITIAL_SCALE, RRDB, RRDBNetConfig
from esrgan.models.srresnet import SRResNetConfig

TINY = {"num_features": 4, "num_blocks": 1}


def count(network):
    return sum(parameter.numel() for parameter in network.parameters())


@pytest.mark.parametrize(
    ("architecture", "parameters"), [("rrdbnet", 16_697_987), ("srresnet", 1_517_571)]
)
def test_published_sizes(architecture, parameters):
    with torch.device("meta"):
        assert count(build(architecture)) == parameters


def test_srresnet_with_batch_norm_has_16_blocks_of_two_and_one_after_them():
    with torch.device("meta"):
        network = build("srresnet-bn")
    norms = [m for m in network.modules() if isinstance(m, torch.nn.BatchNorm2d)]
    assert len(norms) == 33
    assert network.conv_first.kernel_size == network.conv_last.kernel_size == (9, 9)


@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_output_is_four_times_as_large(architecture):
    network = build(architecture, **TINY).eval()
    assert network(torch.rand(2, 3, 5, 7)).shape == (2, 3, 20, 28)
    assert network.scale == 4


@pytest.mark.parametrize("scale", [1, 2, 8])
def test_rrdbnet_at_other_scales(scale):
    network = build("rrdbnet", scale=scale, growth_channels=2, **TINY)
    assert network(torch.rand(1, 3, 8, 12)).shape == (1, 3, 8 * scale, 12 * scale)


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
    torch.testing.assert_close(build("srresnet")(x), expected, atol=0.05, rtol=0)


def test_discriminator_gives_logits_of_an_eighth():
    assert PatchDiscriminator(4)(torch.rand(2, 3, 32, 48)).shape == (2, 1, 4, 6)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: build("vdsr"), "Unknown architecture 'vdsr'; choose one of rrdbnet"),
        (lambda: build("rrdbnet", depth=3), "no setting 'depth'"),
        (lambda: RRDBNetConfig(scale=3), "scale 1, 2, 4 or 8, not 3"),
        (lambda: RRDBNetConfig(num_blocks=0), "at least one"),
        (lambda: SRResNetConfig(scale=2), "scale 4, not 2"),
        (lambda: SRResNetConfig(num_features=0), "at least one"),
    ],
)
def test_refusals(make, message):
    with pytest.raises(ValueError, match=message):
        make()


def test_discriminator_passes_its_signal_on():
    torch.manual_seed(0)
    logits = PatchDiscriminator()(torch.rand(2, 3, 96, 96))
    assert 0.01 < logits.std() < 10


def test_detail_is_nothing_of_a_flat_picture():
    flat = torch.full((1, 3, 16, 16), 0.3)
    assert detail(flat).abs().max() < 1e-6
    assert detail(torch.rand(1, 3, 16, 16)).std() > 0.2
