"""Losses of ESRGAN (arXiv 1809.00219, section 3), one formula a function."""

from torch import Tensor
from torch.nn import functional as F


def content_loss(sr: Tensor, hr: Tensor) -> Tensor:
    """L1 distance between two float NCHW batches (equation 3, the term of weight η)."""
    return (sr - hr).abs().mean()


def relativistic_logits(ours: Tensor, others: Tensor) -> Tensor:
    """C(x) − E[C(y)]: how much more real each sample is than the other kind on average."""
    return ours - others.mean()


def adversarial_loss(down: Tensor, up: Tensor) -> Tensor:
    """Relativistic average GAN loss that lowers the logits `down` and raises the logits `up`.

    With (real, fake) it is the generator's loss (equation 2), with (fake, real) the
    discriminator's (equation 1). Both halves are averaged, as the official code does; the paper
    sums them.
    """
    lowered = F.softplus(relativistic_logits(down, up)).mean()
    raised = F.softplus(-relativistic_logits(up, down)).mean()
    return 0.5 * (lowered + raised)
