import numpy as np
import pytest
import torch

from esrgan import losses

SHAPE = (2, 3, 5, 6)


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


@pytest.fixture
def generator():
    return np.random.default_rng(0)


@pytest.fixture
def pair(generator):
    return generator.normal(size=(2, *SHAPE))


@pytest.fixture
def logits(generator):
    return generator.normal(scale=3, size=(2, 7))


def tensors(arrays):
    return tuple(torch.from_numpy(array) for array in arrays)


def mean_over_elements(function, *arrays):
    """A float64 loop over every element."""
    total = 0.0
    for values in zip(*(array.ravel() for array in arrays), strict=True):
        total += function(*values)
    return total / arrays[0].size


def test_content_loss_is_the_mean_absolute_difference(pair):
    expected = mean_over_elements(lambda a, b: abs(a - b), *pair)
    np.testing.assert_allclose(losses.content_loss(*tensors(pair)), expected)


def test_squared_loss_is_the_mean_squared_difference(pair):
    expected = mean_over_elements(lambda a, b: (a - b) ** 2, *pair)
    np.testing.assert_allclose(losses.squared_loss(*tensors(pair)), expected)


@pytest.mark.parametrize(("distance", "power"), [("l1", 1), ("l2", 2)])
def test_perceptual_loss_is_the_weighted_sum_over_layers(generator, distance, power):
    ours, theirs = generator.normal(size=(2, 2, *SHAPE))
    weights = {"1_2": 0.5, "5_4": 2.0}
    expected = sum(
        weight * mean_over_elements(lambda a, b: abs(a - b) ** power, ours[i], theirs[i])
        for i, weight in enumerate(weights.values())
    )
    maps = [dict(zip(weights, tensors(stack), strict=True)) for stack in (ours, theirs)]
    found = losses.perceptual_loss(*maps, weights, distance)
    np.testing.assert_allclose(found, expected)


def test_gram_matrices_of_patches(generator):
    features = generator.normal(size=(2, 3, 5, 9))
    found = losses.gram(torch.from_numpy(features), 4)
    assert found.shape == (2 * 1 * 2, 3, 3)
    expected = np.zeros((4, 3, 3))
    for picture in range(2):
        for column in range(2):
            patch = features[picture, :, :4, 4 * column : 4 * column + 4]
            for i in range(3):
                for j in range(3):
                    expected[2 * picture + column, i, j] = (patch[i] * patch[j]).sum() / (3 * 16)
    np.testing.assert_allclose(found, expected)


def test_a_patch_that_does_not_fit_is_refused():
    with pytest.raises(ValueError, match="No patch of 16 px fits into feature maps of 8 x 9"):
        losses.gram(torch.zeros(1, 3, 8, 9), 16)


def test_texture_loss_compares_gram_matrices_at_each_layers_stride(generator):
    ours, theirs = generator.normal(size=(2, 1, 2, 16, 16))
    maps = [{"1_1": t, "2_1": t} for t in tensors((ours, theirs))]
    expected = 0.0
    for weight, patch in ((1.0, 16), (0.5, 8)):
        grams = [losses.gram(t["1_1"], patch).numpy() for t in maps]
        expected += weight * mean_over_elements(lambda a, b: (a - b) ** 2, *grams)
    found = losses.texture_loss(*maps, {"1_1": 1.0, "2_1": 0.5})
    np.testing.assert_allclose(found, expected)
    shuffled = {"1_1": maps[0]["1_1"].flip(-1)}
    np.testing.assert_allclose(losses.texture_loss(maps[0], shuffled, {"1_1": 1.0}), 0, atol=1e-20)


def test_adversarial_losses_are_equations_1_and_2(logits):
    real, fake = logits
    real_given_fake, fake_given_real = sigmoid(real - fake.mean()), sigmoid(fake - real.mean())
    discriminator = -np.log(real_given_fake).mean() - np.log(1 - fake_given_real).mean()
    generator_loss = -np.log(1 - real_given_fake).mean() - np.log(fake_given_real).mean()
    real, fake = tensors(logits)
    halves = (
        losses.discriminator_real_loss(real, fake.mean()),
        losses.discriminator_fake_loss(fake, real.mean()),
    )
    np.testing.assert_allclose(sum(halves), discriminator)
    summed = losses.relativistic_generator_loss(real, fake, reduction="sum")
    np.testing.assert_allclose(summed, generator_loss)
    np.testing.assert_allclose(losses.relativistic_generator_loss(real, fake), generator_loss / 2)


def test_the_standard_game(logits):
    real, fake = logits
    first, second = tensors(logits)
    expected = -np.log(sigmoid(real)).mean() - np.log(1 - sigmoid(fake)).mean()
    found = losses.discriminator_real_loss(first) + losses.discriminator_fake_loss(second)
    np.testing.assert_allclose(found, expected)
    np.testing.assert_allclose(
        losses.standard_generator_loss(second), -np.log(sigmoid(fake)).mean()
    )


def test_the_generator_gains_when_it_is_believed(logits):
    real, fake = tensors(logits)
    for loss in (
        lambda x: losses.relativistic_generator_loss(real, x),
        losses.standard_generator_loss,
    ):
        assert loss(fake + 1) < loss(fake)


@pytest.mark.parametrize(
    "loss",
    [
        losses.content_loss,
        losses.squared_loss,
        losses.relativistic_generator_loss,
        losses.discriminator_real_loss,
        losses.discriminator_fake_loss,
        lambda a, _: losses.standard_generator_loss(a),
        lambda a, b: losses.perceptual_loss({"1_1": a}, {"1_1": b}, {"1_1": 0.3}, "l2"),
        lambda a, b: losses.texture_loss({"3_1": a}, {"3_1": b}, {"3_1": 0.3}),
    ],
)
def test_gradients(loss):
    torch.manual_seed(0)
    shape = (1, 2, 4, 4)
    pair = [torch.randn(shape, dtype=torch.float64, requires_grad=True) for _ in range(2)]
    if loss in (losses.discriminator_real_loss, losses.discriminator_fake_loss):
        pair[1] = pair[1].mean().detach().requires_grad_(True)
    assert torch.autograd.gradcheck(loss, pair)


def test_half_weights():
    assert losses.TERM_WEIGHTS == {"mean": 0.5, "sum": 1.0}
    with pytest.raises(KeyError):
        losses.relativistic_generator_loss(torch.ones(2), torch.ones(2), reduction="max")
