"""A loss on the networks interpolated between a pair's two ends: their colours.

Both ends of a pair may keep the colours of a picture while a network interpolated between their
weights darkens it, because the output of a network is not linear in its weights.
"""

from collections.abc import Mapping

import numpy as np
import torch
from torch import Tensor, nn
from torch.func import functional_call
from torch.nn import functional as F

ALPHA_STREAM = 1 << 21
"""Last part of the seed of a step's random α: no sample of a batch and no crop has this number."""
EVERY = 4
"""One patch in so many is enlarged, so that the loss costs a quarter of a generator's pass."""
CELLS = 3
"""Rows and columns of the grid over whose cells the colours of a patch are averaged."""


class InterpolationColourLoss:
    """Mean absolute difference between an interpolated network's colours and the original's.

    Colours are means over the cells of a 3 x 3 grid on each patch.

    Parameters
    ----------
    psnr_state
        State dict of the PSNR-oriented end; the network in training is the other end.
    weight
        Of this loss in the generator's.
    device
        Where the networks are.
    """

    def __init__(
        self, psnr_state: Mapping[str, Tensor], weight: float, device: torch.device | None = None
    ) -> None:
        self.weight = weight
        self.psnr_state = {name: value.to(device=device) for name, value in psnr_state.items()}

    def __call__(self, network: nn.Module, lr: Tensor, hr: Tensor, seed: tuple[int, int]) -> Tensor:
        """The weighted loss at a random α.

        Parameters
        ----------
        network
            The GAN end. Its running means of batch normalisation are used and stay as they are.
        lr, hr
            Patches, float (N, 3, h, w) and (N, 3, 4 h, 4 w), in [0, 1].
        seed
            Of the run, and the step: they decide α, which is uniform in [0, 1].
        """
        alpha = float(np.random.default_rng((*seed, ALPHA_STREAM)).random())
        state = {name: buffer.clone() for name, buffer in network.named_buffers()}
        for name, gan_value in network.named_parameters():
            state[name] = self.psnr_state[name].lerp(gan_value, alpha)
        sr = functional_call(network, state, (lr[::EVERY],)).float()
        difference = F.adaptive_avg_pool2d(sr - hr[::EVERY], CELLS)
        return self.weight * difference.abs().mean()
