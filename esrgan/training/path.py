"""A loss on the networks between the two ends: their colour.

Both ends may keep every colour and a network between them still darken the picture, because what
it computes is not the mean of what they do.
"""

from collections.abc import Mapping

import numpy as np
import torch
from torch import Tensor, nn
from torch.func import functional_call
from torch.nn import functional as F

PATH_STREAM = 1 << 21
"""Index, beyond any sample's and the crop's, of a step's random α."""
EVERY = 4
"""Of so many patches one is rebuilt: the loss then costs a quarter of a generator's pass."""
CELLS = 3
"""A patch is compared in so many cells by so many."""


class Path:
    """Mean distance of a random network's colours from the original's, over cells of a patch.

    Parameters
    ----------
    start
        State dict of the PSNR-oriented end.
    weight
        Of this loss.
    device
        Where the networks are.
    """

    def __init__(
        self, start: Mapping[str, Tensor], weight: float, device: torch.device | None = None
    ) -> None:
        self.weight = weight
        self.start = {name: value.to(device=device) for name, value in start.items()}

    def __call__(self, network: nn.Module, lr: Tensor, hr: Tensor, seed: tuple[int, int]) -> Tensor:
        """The weighted loss; `seed` (run, step) decides α, uniform in [0, 1].

        Running means of a batch normalisation stay those of `network` itself.
        """
        alpha = float(np.random.default_rng((*seed, PATH_STREAM)).random())
        state = {name: buffer.clone() for name, buffer in network.named_buffers()}
        for name, end in network.named_parameters():
            state[name] = self.start[name].lerp(end, alpha)
        sr = functional_call(network, state, (lr[::EVERY],)).float()
        drift = F.adaptive_avg_pool2d(sr - hr[::EVERY], CELLS)
        return self.weight * drift.abs().mean()
