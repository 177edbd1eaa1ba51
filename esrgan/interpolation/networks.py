"""Network interpolation (arXiv 1809.00219, section 3.4), and image interpolation beside it."""

from collections.abc import Mapping

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

State = Mapping[str, Tensor]


def check_alpha(alpha: float) -> float:
    """Return an α in [0, 1] as a float.

    Raises
    ------
    ValueError
        If it is outside.
    """
    if not 0.0 <= alpha <= 1.0:
        raise ValueError(f"alpha must lie between 0 and 1, not {alpha}.")
    return float(alpha)


def check_pair(psnr_state: State, gan_state: State) -> None:
    """Refuse two state dicts that differ in a key or a shape; the message names the first one."""
    for key in [*psnr_state, *gan_state]:
        if key not in gan_state or key not in psnr_state:
            owner = "PSNR-oriented" if key in psnr_state else "GAN"
            raise ValueError(f"The networks differ: only the {owner} one has {key!r}.")
        ours, theirs = tuple(psnr_state[key].shape), tuple(gan_state[key].shape)
        if ours != theirs:
            raise ValueError(
                f"The networks differ: {key!r} is {ours} in one, {theirs} in the other."
            )


def interpolate(psnr_state: State, gan_state: State, alpha: float) -> dict[str, Tensor]:
    """θ = (1 − α) θ_PSNR + α θ_GAN for every parameter and every floating-point buffer.

    Parameters
    ----------
    psnr_state, gan_state
        State dicts of the two ends, on one device. Neither is changed.
    alpha
        In [0, 1]; 0 and 1 give the ends exactly.

    Returns
    -------
    dict
        float32 tensors on the same device; integer buffers are copies of the PSNR-oriented
        network's.

    Raises
    ------
    ValueError
        If α is out of range or the networks do not have the same keys and shapes.

    Examples
    --------
    >>> low, high = {"w": torch.tensor([0.0])}, {"w": torch.tensor([10.0])}
    >>> interpolate(low, high, 0.8)["w"].item()
    8.0
    """
    alpha = check_alpha(alpha)
    check_pair(psnr_state, gan_state)
    return {key: _blend(value, gan_state[key], alpha) for key, value in psnr_state.items()}


def _blend(psnr: Tensor, gan: Tensor, alpha: float) -> Tensor:
    """Interpolate one tensor; integers are copied from the PSNR-oriented network."""
    if not psnr.is_floating_point():
        return psnr.clone()
    psnr, gan = psnr.to(torch.float32), gan.to(torch.float32)
    return torch.mul(psnr, 1.0 - alpha).add_(gan, alpha=alpha)


def interpolate_into(target: State, psnr_state: State, gan_state: State, alpha: float) -> None:
    """Write the network of `interpolate` into existing tensors, rounded to their precision.

    Parameters
    ----------
    target
        State dict of the same keys and shapes, of any floating-point type, on the same device.
    psnr_state, gan_state
        State dicts of the two ends, a pair that was checked. Neither is changed.
    alpha
        In [0, 1].
    """
    for key, value in psnr_state.items():
        if target[key].dtype == value.dtype == torch.float32:
            torch.mul(value, 1.0 - alpha, out=target[key]).add_(gan_state[key], alpha=alpha)
        else:
            target[key].copy_(_blend(value, gan_state[key], alpha))


def transplant(state: State, psnr_state: State, gan_state: State) -> dict[str, Tensor]:
    """θ + θ_GAN − θ_PSNR: add the effect of GAN training on one network to another network.

    Parameters
    ----------
    state
        A network that was trained further from the PSNR-oriented one, or that one itself.
    psnr_state, gan_state
        State dicts of the two ends. None of the three is changed.

    Returns
    -------
    dict
        float32 tensors; integer buffers are copies of those of `state`.

    Raises
    ------
    ValueError
        If the networks do not have the same keys and shapes.
    """
    check_pair(psnr_state, gan_state)
    check_pair(state, psnr_state)
    return {
        key: value.float() + (gan_state[key].float() - psnr_state[key].float())
        if value.is_floating_point()
        else value.clone()
        for key, value in state.items()
    }


def interpolate_images(psnr: NDArray, gan: NDArray, alpha: float) -> NDArray:
    """Blend the pictures of both ends, with which the paper compares network interpolation.

    Parameters
    ----------
    psnr, gan
        Enlarged pictures, uint8 or uint16 (H, W, 3), of one size and type.
    alpha
        In [0, 1]; 0 and 1 give the ends exactly.

    Returns
    -------
    NDArray
        (1 − α) psnr + α gan of the same dtype, rounded half-up.

    Raises
    ------
    ValueError
        If α is out of range or the pictures differ in size or dtype.

    Examples
    --------
    >>> low, high = np.zeros((1, 1, 3), np.uint8), np.full((1, 1, 3), 5, np.uint8)
    >>> interpolate_images(low, high, 0.5)[0, 0].tolist()
    [3, 3, 3]
    """
    alpha = check_alpha(alpha)
    if psnr.shape != gan.shape or psnr.dtype != gan.dtype or psnr.dtype.kind != "u":
        raise ValueError(
            f"Expected two integer pictures of one size and type, got {psnr.dtype} {psnr.shape} "
            f"and {gan.dtype} {gan.shape}."
        )
    return np.floor((1.0 - alpha) * psnr + alpha * gan + 0.5).astype(psnr.dtype)
