import pytest
import torch

from esrgan.models.discriminator import (
    DISCRIMINATORS,
    DiscriminatorConfig,
    build_discriminator,
    detail,
)

SHAPES = {
    "vgg": (2, 1),
    "vgg-spectral": (2, 1),
    "unet-spectral": (2, 1, 96, 96),
    "patch-spectral": (2, 1, 12, 12),
}


@pytest.mark.parametrize("kind", DISCRIMINATORS)
def test_logits(kind):
    network = build_discriminator(DiscriminatorConfig(kind, 4, 96))
    assert network(torch.rand(2, 3, 96, 96)).shape == SHAPES[kind]


@pytest.mark.parametrize(("patch_px", "parameters"), [(96, 14_141_001), (128, 14_499_401)])
def test_the_papers_discriminator(patch_px, parameters):
    with torch.device("meta"):
        network = build_discriminator(DiscriminatorConfig("vgg", 64, patch_px))
    assert sum(p.numel() for p in network.parameters()) == parameters


def test_the_papers_discriminator_normalises_all_but_the_first_convolution():
    network = build_discriminator(DiscriminatorConfig("vgg", 4, 128))
    convolutions = [m for m in network.modules() if isinstance(m, torch.nn.Conv2d)]
    norms = [m for m in network.modules() if isinstance(m, torch.nn.BatchNorm2d)]
    assert [c.out_channels // 4 for c in convolutions] == [1, 1, 2, 2, 4, 4, 8, 8, 8, 8]
    assert [c.kernel_size[0] for c in convolutions] == [3, 4] * 5
    assert [c.stride[0] for c in convolutions] == [1, 2] * 5
    assert len(norms) == 9
    assert (network.linear1.in_features, network.linear1.out_features) == (32 * 4 * 4, 100)


def test_96_and_192_px_end_at_the_same_size():
    sizes = [
        build_discriminator(DiscriminatorConfig("vgg", 4, size)).linear1.in_features
        for size in (96, 192)
    ]
    assert sizes == [32 * 9, 32 * 9]


@pytest.mark.parametrize("kind", ["vgg-spectral", "unet-spectral", "patch-spectral"])
def test_spectral_discriminators_pass_their_signal_on(kind):
    torch.manual_seed(0)
    network = build_discriminator(DiscriminatorConfig(kind, 16, 96))
    pictures = torch.rand(4, 3, 96, 96) * torch.tensor([0.2, 0.5, 0.8, 1]).view(4, 1, 1, 1)
    assert 0.003 < network(pictures).std() < 10


def test_detail_is_nothing_of_a_flat_picture():
    flat = torch.full((1, 3, 16, 16), 0.3)
    assert detail(flat).abs().max() < 1e-6
    assert detail(torch.rand(1, 3, 16, 16)).std() > 0.2


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("x",), "Unknown discriminator 'x'; choose one of vgg, vgg-spectral"),
        (("vgg", 64, 100), "judges 96, 128 or 192 px, not 100"),
        (("unet-spectral", 0), "at least one feature"),
    ],
)
def test_refusals(arguments, message):
    with pytest.raises(ValueError, match=message):
        DiscriminatorConfig(*arguments)


def test_a_picture_of_another_size_is_refused():
    network = build_discriminator(DiscriminatorConfig("vgg", 4, 96))
    with pytest.raises(ValueError, match="Expected 96 px"):
        network(torch.rand(1, 3, 64, 64))
