import numpy as np
import pytest
import torch

from esrgan.interpolation import interpolate, interpolate_images, transplant
from esrgan.models import build


def states(architecture="srresnet"):
    torch.manual_seed(0)
    networks = [build(architecture, num_features=4, num_blocks=1) for _ in range(2)]
    for network in networks:
        for module in network.modules():
            if isinstance(module, torch.nn.BatchNorm2d):
                module.running_mean.normal_()
                module.num_batches_tracked += 7
    return [network.state_dict() for network in networks]


@pytest.mark.parametrize(("alpha", "end"), [(0.0, 0), (1.0, 1)])
def test_the_ends_are_exact(alpha, end):
    pair = states()
    result = interpolate(*pair, alpha)
    assert all(torch.equal(result[key], pair[end][key]) for key in result)


def test_every_parameter_and_buffer_is_between_and_counters_are_copied():
    psnr, gan = states()
    result = interpolate(psnr, gan, 0.3)
    for key, value in result.items():
        if value.is_floating_point():
            assert value.dtype == torch.float32
            torch.testing.assert_close(value, 0.7 * psnr[key] + 0.3 * gan[key])
        else:
            assert value.item() == 7
    assert not torch.equal(result["bn_body.running_mean"], psnr["bn_body.running_mean"])


def test_inputs_are_left_alone():
    psnr, gan = states()
    before = {key: value.clone() for key, value in psnr.items()}
    for value in interpolate(psnr, gan, 0.0).values():
        value.zero_()
    assert all(torch.equal(psnr[key], before[key]) for key in before)


def test_half_precision_is_interpolated_in_single():
    low, high = torch.tensor([1.0]).half(), torch.tensor([1.001]).half()
    mixed = interpolate({"w": low}, {"w": high}, 0.5)["w"]
    assert mixed.dtype == torch.float32
    assert mixed.item() == (low.float() + high.float()).item() / 2


def test_the_first_difference_is_named():
    psnr, gan = states()
    with pytest.raises(ValueError, match=r"only the PSNR-oriented one has 'conv_first.weight'"):
        interpolate(psnr, {key: gan[key] for key in list(gan)[1:]}, 0.5)
    with pytest.raises(ValueError, match="only the GAN one has 'extra'"):
        interpolate(psnr, gan | {"extra": torch.zeros(1)}, 0.5)
    gan["conv_first.bias"] = torch.zeros(9)
    with pytest.raises(ValueError, match=r"'conv_first.bias' is \(4,\) in one, \(9,\)"):
        interpolate(psnr, gan, 0.5)


@pytest.mark.parametrize("alpha", [-0.1, 1.1, float("nan")])
def test_alpha_outside_its_range_is_refused(alpha):
    with pytest.raises(ValueError, match="alpha must lie between 0 and 1"):
        interpolate(*states(), alpha)


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_pictures_blend_between_exact_ends(noise, dtype):
    psnr, gan = noise.astype(dtype), noise[::-1].astype(dtype)
    assert np.array_equal(interpolate_images(psnr, gan, 0.0), psnr)
    assert np.array_equal(interpolate_images(psnr, gan, 1.0), gan)
    middle = interpolate_images(psnr, gan, 0.25)
    assert middle.dtype == dtype
    np.testing.assert_allclose(middle, 0.75 * psnr + 0.25 * gan, atol=0.5)


def test_pictures_that_do_not_fit_are_refused(noise):
    with pytest.raises(ValueError, match="one size and type"):
        interpolate_images(noise, noise[1:], 0.5)
    with pytest.raises(ValueError, match="one size and type"):
        interpolate_images(noise / 255, noise / 255, 0.5)
    with pytest.raises(ValueError, match="between 0 and 1"):
        interpolate_images(noise, noise, 1.5)


def test_a_pairs_difference_is_added_to_a_third_network():
    psnr, gan = states()
    third = {key: value + 1 if value.is_floating_point() else value for key, value in psnr.items()}
    moved = transplant(third, psnr, gan)
    for key, value in moved.items():
        if value.is_floating_point():
            torch.testing.assert_close(value, gan[key].float() + 1)
        else:
            assert torch.equal(value, psnr[key])
    for key, value in transplant(psnr, psnr, gan).items():
        if value.is_floating_point():
            torch.testing.assert_close(value, gan[key].float())
    with pytest.raises(ValueError, match="The networks differ"):
        transplant({}, psnr, gan)
