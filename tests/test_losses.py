import numpy as np
import torch

from esrgan.losses import adversarial_loss, content_loss


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def test_content_loss_is_the_mean_absolute_difference():
    sr, hr = torch.rand(2, 3, 4, 4), torch.rand(2, 3, 4, 4)
    np.testing.assert_allclose(content_loss(sr, hr), np.abs(sr.numpy() - hr.numpy()).mean(), 1e-6)


def test_adversarial_losses_are_equations_1_and_2():
    generator = np.random.default_rng(0)
    real, fake = generator.normal(size=(2, 6))
    real_given_fake, fake_given_real = sigmoid(real - fake.mean()), sigmoid(fake - real.mean())
    discriminator = -np.log(real_given_fake).mean() - np.log(1 - fake_given_real).mean()
    generator_loss = -np.log(1 - real_given_fake).mean() - np.log(fake_given_real).mean()
    real, fake = torch.from_numpy(real), torch.from_numpy(fake)
    np.testing.assert_allclose(adversarial_loss(fake, real), discriminator / 2)
    np.testing.assert_allclose(adversarial_loss(real, fake), generator_loss / 2)


def test_gradients():
    real, fake = torch.randn(2, 5, dtype=torch.float64, requires_grad=True).unbind()
    assert torch.autograd.gradcheck(adversarial_loss, (real, fake))
