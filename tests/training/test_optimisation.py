import pytest
import torch

from esrgan.training.config import OptimisationConfig
from esrgan.training.muon import Muon
from esrgan.training.optimisation import (
    adam,
    generator_optimiser,
    schedule,
    set_learning_rate,
    update_average,
)
from esrgan.training.settings import replace_fields


def shares(config, steps, at):
    return [schedule(config, step, steps) for step in at]


def test_cosine_with_warm_up():
    config = OptimisationConfig(schedule="cosine", warmup_steps=10)
    found = shares(config, 1000, (0, 9, 500, 999))
    assert found == pytest.approx([0.1, 1, 0.5, 0.01], abs=0.01)


def test_steps_halve_at_milestones():
    config = OptimisationConfig(schedule="steps", milestones=(10, 20))
    assert shares(config, 30, (0, 9, 10, 19, 20)) == [1, 1, 0.5, 0.5, 0.25]


def test_the_learning_rate_is_a_share_of_its_peak():
    optimiser = adam(torch.nn.Linear(1, 1), 0.5, 0.999)
    set_learning_rate(optimiser, 0.1)
    set_learning_rate(optimiser, 0.5)
    assert optimiser.param_groups[0]["lr"] == 0.25
    assert optimiser.param_groups[0]["betas"] == (0.9, 0.999)


def test_a_run_chooses_its_generators_optimiser():
    network = torch.nn.Linear(2, 2)
    config = OptimisationConfig(learning_rate=0.5, beta2=0.9)
    assert generator_optimiser(network, config).param_groups[0]["betas"] == (0.9, 0.9)
    chosen = generator_optimiser(network, replace_fields(config, optimiser="muon"))
    assert isinstance(chosen, Muon)
    assert chosen.param_groups[0]["peak"] == 0.5
    with pytest.raises(ValueError, match="adam, muon"):
        replace_fields(config, optimiser="sgd")


def test_the_average_follows_at_its_decay_and_faster_at_first():
    average, network = torch.nn.BatchNorm1d(1), torch.nn.BatchNorm1d(1)
    network.weight.data.fill_(2.0)
    network.num_batches_tracked.fill_(7)
    update_average(average, network, 0.9, step=0)
    assert average.weight.item() == pytest.approx(1.9)
    assert average.num_batches_tracked == 7
    update_average(average, network, 0.9, step=10_000)
    assert average.weight.item() == pytest.approx(1.91)
