import pytest
import torch
from torch import nn

from esrgan.models import build
from esrgan.training.path import EVERY, Path


class Flat(nn.Module):
    """A picture of one colour: the square of its parameter, so that no middle is the mean."""

    def __init__(self, value):
        super().__init__()
        self.value = nn.Parameter(torch.tensor(value))

    def forward(self, lr):
        return self.value.square().expand(len(lr), 3, 24, 24)


def loss(start, end, seed=(0, 0), target=1.0):
    lr, hr = torch.zeros(2 * EVERY, 3, 6, 6), torch.full((2 * EVERY, 3, 24, 24), target)
    path = Path({"value": torch.tensor(start)}, weight=2.0)
    return path(end, lr, hr, seed)


def test_two_right_ends_with_a_dark_middle_are_seen():
    end = Flat(1.0)
    found = [loss(-1.0, end, (0, step)).item() for step in range(20)]
    assert max(found) == pytest.approx(2.0, abs=0.1)  # black at α = ½
    assert min(found) < 0.5
    assert loss(1.0, end).item() == pytest.approx(0, abs=1e-6)


def test_the_end_is_moved_and_a_seed_gives_its_alpha():
    end = Flat(1.0)
    loss(0.5, end, (3, 4)).backward()
    assert end.value.grad < 0  # brighter
    assert loss(0.5, end, (3, 4)) == loss(0.5, end, (3, 4))
    assert loss(0.5, end, (3, 4)) != loss(0.5, end, (3, 5))


def test_running_means_stay_those_of_the_end():
    network = build("srresnet", num_features=4, num_blocks=1).train()
    before = {name: buffer.clone() for name, buffer in network.named_buffers()}
    path = Path({name: value.detach() for name, value in network.named_parameters()}, weight=1.0)
    path(network, torch.rand(EVERY, 3, 8, 8), torch.rand(EVERY, 3, 32, 32), (0, 0))
    assert before
    assert all(torch.equal(before[name], buffer) for name, buffer in network.named_buffers())
