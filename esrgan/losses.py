"""Losses of ESRGAN (arXiv 1809.00219, section 3) and its rivals, one formula a function."""

from collections.abc import Callable, Mapping

import torch
from torch import Tensor
from torch.nn import functional as F

Features = Mapping[str, Tensor]
"""Feature maps (N, C, H, W) by the name of their layer."""


def content_loss(sr: Tensor, hr: Tensor) -> Tensor:
    """L1 distance between two float NCHW batches (equation 3, the term of weight η)."""
    return (sr - hr).abs().mean()


def squared_loss(sr: Tensor, hr: Tensor) -> Tensor:
    """Mean squared distance, the content and feature loss of SRGAN (equation 4 there)."""
    return (sr - hr).square().mean()


DISTANCES: Mapping[str, Callable[[Tensor, Tensor], Tensor]] = {
    "l1": content_loss,
    "l2": squared_loss,
}
"""How two feature maps are compared."""


def perceptual_loss(
    sr: Features, hr: Features, weights: Mapping[str, float], distance: str = "l1"
) -> Tensor:
    """L_percep (section 3.2): weighted distances between feature maps of the two pictures.

    Parameters
    ----------
    sr, hr
        Maps of the layers named in `weights`, before or after activation.
    distance
        'l1' (ESRGAN) or 'l2' (SRGAN).
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
        Side of a patch in feature pixels.

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

    The matrices are divided by their patch's size and averaged, where that paper sums them: its
    weights hold here in their ratio alone.

    Parameters
    ----------
    sr, hr
        Maps of layers named '1_1' … '5_4'; stage s has a stride of 2^(s − 1) pixels.
    patch_px
        Side of the patches in picture pixels.
    """
    terms: list[Tensor] = []
    for layer, weight in weights.items():
        patch = max(1, patch_px >> int(layer[0]) - 1)
        terms.append(weight * squared_loss(gram(sr[layer], patch), gram(hr[layer], patch)))
    return torch.stack(terms).sum()


def raised(logits: Tensor) -> Tensor:
    """−E[log σ(C)]: small where the logits are high."""
    return F.softplus(-logits).mean()


def lowered(logits: Tensor) -> Tensor:
    """−E[log(1 − σ(C))]: small where the logits are low."""
    return F.softplus(logits).mean()


def relativistic_logits(ours: Tensor, others_mean: Tensor | float) -> Tensor:
    """C(x) − E[C(y)]: how much more real each sample is than the other kind on average."""
    return ours - others_mean


TERM_WEIGHTS: Mapping[str, float] = {"mean": 0.5, "sum": 1.0}
"""Weight of each half of an adversarial loss: the official code takes their mean, the paper
their sum."""


def standard_generator_loss(fake: Tensor) -> Tensor:
    """−E[log D(G(x))], the standard GAN's loss of the generator (SRGAN, equation 6)."""
    return raised(fake)


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
        Logits of real and rebuilt pictures; the real ones are detached by the caller where no
        gradient is wanted.
    mean
        E[·]; training by several processes passes the mean over all of them.
    reduction
        A key of `TERM_WEIGHTS`; 'mean' by default.
    """
    real_half = lowered(relativistic_logits(real, mean(fake)))
    fake_half = raised(relativistic_logits(fake, mean(real)))
    return TERM_WEIGHTS[reduction] * (real_half + fake_half)


def discriminator_real_loss(real: Tensor, fake_mean: Tensor | float = 0.0) -> Tensor:
    """−E[log D_Ra(xr, xf)], the first half of L_D (equation 1).

    Parameters
    ----------
    real
        Logits of real pictures.
    fake_mean
        E[C(xf)] without gradient: the halves are back-propagated one after the other, as
        batch normalisation under several processes needs it. 0 gives the standard GAN.
    """
    return raised(relativistic_logits(real, fake_mean))


def discriminator_fake_loss(fake: Tensor, real_mean: Tensor | float = 0.0) -> Tensor:
    """−E[log(1 − D_Ra(xf, xr))], the second half of L_D (equation 1); as the first."""
    return lowered(relativistic_logits(fake, real_mean))
