"""Losses of ESRGAN (arXiv 1809.00219), SRGAN and EnhanceNet: one formula a function.

Equations and sections without a paper's name are ESRGAN's.
"""

from collections.abc import Callable, Mapping

import torch
from torch import Tensor
from torch.nn import functional as F

Features = Mapping[str, Tensor]
"""Feature maps (N, C, H, W) by the name of their layer."""


def content_loss(sr: Tensor, hr: Tensor) -> Tensor:
    """Mean absolute difference of two float NCHW batches: the term of weight η in equation 3."""
    return (sr - hr).abs().mean()


def squared_loss(sr: Tensor, hr: Tensor) -> Tensor:
    """Mean squared difference, SRGAN's content and feature loss (arXiv 1609.04802, equation 4)."""
    return (sr - hr).square().mean()


DISTANCES: Mapping[str, Callable[[Tensor, Tensor], Tensor]] = {
    "l1": content_loss,
    "l2": squared_loss,
}
"""Distances of two pictures or feature maps by the names that a training run uses."""


def perceptual_loss(
    sr: Features, hr: Features, weights: Mapping[str, float], distance: str = "l1"
) -> Tensor:
    """L_percep (section 3.2): weighted sum of distances between two pictures' feature maps.

    Parameters
    ----------
    sr, hr
        Feature maps of the generated and of the original picture: all layers in `weights`. ESRGAN
        takes them before their activation, SRGAN after it.
    weights
        Weight of each layer.
    distance
        'l1' (ESRGAN) or 'l2' (SRGAN).

    Returns
    -------
    Tensor
        A scalar; 0 for equal pictures.
    """
    compare = DISTANCES[distance]
    terms = [weight * compare(sr[layer], hr[layer]) for layer, weight in weights.items()]
    return torch.stack(terms).sum()


def gram(features: Tensor, patch: int) -> Tensor:
    """Gram matrices of non-overlapping square patches, divided by patch² · C.

    Parameters
    ----------
    features
        (N, C, H, W); rows and columns that fill no patch are left out.
    patch
        Side of a patch, in pixels of the feature map.

    Returns
    -------
    Tensor
        (N · patches, C, C), symmetric and positive semi-definite.

    Raises
    ------
    ValueError
        If no patch fits.
    """
    batch, channels, height, width = features.shape
    rows, columns = height // patch, width // patch
    if not rows * columns:
        raise ValueError(f"No patch of {patch} px fits into feature maps of {height} x {width}.")
    tiles = features[:, :, : rows * patch, : columns * patch]
    tiles = tiles.reshape(batch, channels, rows, patch, columns, patch)
    tiles = tiles.permute(0, 2, 4, 1, 3, 5).reshape(-1, channels, patch * patch)
    return tiles @ tiles.transpose(1, 2) / (channels * patch * patch)


def texture_loss(
    sr: Features, hr: Features, weights: Mapping[str, float], patch_px: int = 16
) -> Tensor:
    """L_T of EnhanceNet (arXiv 1612.07919, equation 6): squared distance of Gram matrices.

    The matrices are divided by the size of their patch and averaged over patches. The paper sums
    them, so that its weights apply here only in their ratios.

    Parameters
    ----------
    sr, hr
        Feature maps of layers named '1_1' … '5_4'; stage s has a stride of 2^(s − 1) pixels.
    weights
        Weight of each layer.
    patch_px
        Side of the patches, in pixels of the picture.

    Returns
    -------
    Tensor
        A scalar; 0 for equal pictures.
    """
    terms: list[Tensor] = []
    for layer, weight in weights.items():
        patch = max(1, patch_px >> int(layer[0]) - 1)
        terms.append(weight * squared_loss(gram(sr[layer], patch), gram(hr[layer], patch)))
    return torch.stack(terms).sum()


def cross_entropy_real(logits: Tensor) -> Tensor:
    """Binary cross-entropy of logits C with the label 'real': −E[log σ(C)]."""
    return F.softplus(-logits).mean()


def cross_entropy_fake(logits: Tensor) -> Tensor:
    """Binary cross-entropy of logits C with the label 'fake': −E[log(1 − σ(C))]."""
    return F.softplus(logits).mean()


def relativistic_logits(logits: Tensor, other_mean: Tensor | float) -> Tensor:
    """C(x) − E[C(y)]: how much more real pictures x look than pictures y do on average.

    Parameters
    ----------
    logits
        Of real or of generated pictures.
    other_mean
        Mean logit of the other kind.
    """
    return logits - other_mean


TERM_WEIGHTS: Mapping[str, float] = {"mean": 0.5, "sum": 1.0}
"""Weight of both terms of an adversarial loss, that on real and that on generated pictures.

The paper adds the terms ('sum'); its authors' code takes their mean.
"""


def standard_generator_loss(fake: Tensor) -> Tensor:
    """−E[log D(G(x))], the standard GAN's loss of the generator (SRGAN, equation 6)."""
    return cross_entropy_real(fake)


def relativistic_generator_loss(
    real: Tensor,
    fake: Tensor,
    mean: Callable[[Tensor], Tensor] = torch.mean,
    reduction: str = "mean",
) -> Tensor:
    """L_G of the relativistic average GAN (equation 2).

    Parameters
    ----------
    real, fake
        Logits of real and of generated pictures. A caller that wants no gradient to the real ones
        detaches them.
    mean
        E[·]. A run in several processes passes the mean over all of them.
    reduction
        A key of `TERM_WEIGHTS`; 'mean' by default.
    """
    real_term = cross_entropy_fake(relativistic_logits(real, mean(fake)))
    fake_term = cross_entropy_real(relativistic_logits(fake, mean(real)))
    return TERM_WEIGHTS[reduction] * (real_term + fake_term)


def discriminator_real_loss(real: Tensor, fake_mean: Tensor | float = 0.0) -> Tensor:
    """−E[log D_Ra(xr, xf)], the first term of the discriminator's loss L_D (equation 1).

    Parameters
    ----------
    real
        Logits of real pictures.
    fake_mean
        E[C(xf)], without gradient where the two terms of L_D are back-propagated one after the
        other. 0 gives the standard GAN.
    """
    return cross_entropy_real(relativistic_logits(real, fake_mean))


def discriminator_fake_loss(fake: Tensor, real_mean: Tensor | float = 0.0) -> Tensor:
    """−E[log(1 − D_Ra(xf, xr))], the second term of the discriminator's loss L_D (equation 1).

    Parameters
    ----------
    fake
        Logits of generated pictures.
    real_mean
        E[C(xr)], without gradient where the two terms of L_D are back-propagated one after the
        other. 0 gives the standard GAN.
    """
    return cross_entropy_fake(relativistic_logits(fake, real_mean))
