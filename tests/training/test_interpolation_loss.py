import pytest
import torch
from torch import nn

from esrgan.models import build
from esrgan.training.interpolation_loss import EVERY, InterpolationColourLoss


class Flat(nn.Module):
    """A picture of one colour, the square of its parameter: it is not linear in its weights."""

    def __init__(self, value):
        super().__init__()
        self.value = nn.Parameter(torch.tensor(value))

    def forward(self, lr):
        return self.value.square().expand(len(lr), 3, 24, 24)


def loss(start, end, seed=(0, 0), target=1.0):
    lr, hr = torch.zeros(2 * EVERY, 3, 6, 6), torch.full((2 * EVERY, 3, 24, 24), target)
    colour_loss = InterpolationColourLoss({"value": torch.tensor(start)}, weight=2.0)
    return colour_loss(end, lr, hr, seed)


def test_a_dark_network_between_two_right_ends_has_a_loss():
    end = Flat(1.0)
    losses = [loss(-1.0, end, (0, step)).item() for step in range(20)]
    assert max(losses) == pytest.approx(2.0, abs=0.1)  # black at α = ½
    assert min(losses) < 0.5
    assert loss(1.0, end).item() == pytest.approx(0, abs=1e-6)


def test_the_loss_moves_the_gan_end_and_the_seed_decides_alpha():
    end = Flat(1.0)
    loss(0.5, end, (3, 4)).backward()
    assert end.value.grad < 0  # brighter
    assert loss(0.5, end, (3, 4)) == loss(0.5, end, (3, 4))
    assert loss(0.5, end, (3, 4)) != loss(0.5, end, (3, 5))


def test_running_means_of_the_gan_end_stay_as_they_are():
    network = build("srresnet", num_features=4, num_blocks=1).train()
    before = {name: buffer.clone() for name, buffer in network.named_buffers()}
    state = {name: value.detach() for name, value in network.named_parameters()}
    colour_loss = InterpolationColourLoss(state, weight=1.0)
    colour_loss(network, torch.rand(EVERY, 3, 8, 8), torch.rand(EVERY, 3, 32, 32), (0, 0))
    assert before
    assert all(torch.equal(before[name], buffer) for name, buffer in network.named_buffers())
