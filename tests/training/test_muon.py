import torch

from esrgan.training.muon import UPDATE_RMS, Muon, orthogonalise


def random(*shape):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(0))


def test_singular_values_come_near_one_and_singular_vectors_stay():
    left, _, right = torch.linalg.svd(random(2, 8, 20), full_matrices=False)
    values = torch.logspace(-2, 0, 8)
    for matrices in (left * values @ right, (left * values @ right).mT):
        _, found, _ = torch.linalg.svd(orthogonalise(matrices))
        assert 0.6 < found.min() < found.max() < 1.3
    aligned = left.mT @ orthogonalise(left * values @ right) @ right.mT
    rest = aligned - torch.diag_embed(aligned.diagonal(dim1=1, dim2=2))
    assert rest.abs().max() < 1e-4


def test_an_update_has_the_size_of_adams():
    network = torch.nn.Conv2d(16, 32, 3)
    before = [weight.detach().clone() for weight in network.parameters()]
    for weight in network.parameters():
        weight.grad = 100 * random(*weight.shape)
    Muon(network.parameters(), 0.01).step()
    for weight, old in zip(network.parameters(), before, strict=True):
        rms = (weight - old).square().mean().sqrt().item()
        assert 0.6 < rms / (0.01 * UPDATE_RMS) < 1.3
        assert ((weight - old) * weight.grad).sum() < 0


def test_a_weight_without_a_gradient_stays():
    network = torch.nn.Conv2d(3, 4, 3)
    before = network.weight.detach().clone()
    network.bias.grad = torch.ones(4)
    Muon(network.parameters(), 0.1).step()
    assert torch.equal(network.weight, before)


def test_a_linear_map_is_learnt_though_its_input_is_ill_conditioned():
    inputs = random(256, 8) * torch.logspace(0, -1.5, 8)
    target = inputs @ random(8, 8)
    found = torch.nn.Linear(8, 8, bias=False)
    optimiser = Muon(found.parameters(), 0.1)
    losses = []
    for step in range(200):
        optimiser.param_groups[0]["lr"] = 0.1 * (1 - step / 200)
        optimiser.zero_grad()
        losses.append((found(inputs) - target).square().mean())
        losses[-1].backward()
        optimiser.step()
    assert losses[-1] < 0.01 * losses[0]
