"""`Engine`: the network of a model at any α, on one device and at one precision."""

from collections.abc import Sequence

import torch
from torch import Tensor

from esrgan.interpolation import interpolate_into
from esrgan.precision import cast
from esrgan.turns import turns_at
from esrgan.weights import Generator


class Engine:
    """Enlarges tensors by a single network, or by the network at any α between two.

    The network has weights of its own, which are mixed anew when α changes. Threads may share an
    engine: runs on one device take turns.

    Parameters
    ----------
    ends
        One generator or two of a pair, first the PSNR-oriented one, all on one device.
    dtype
        Precision of the weights and of the computation.
    """

    def __init__(self, ends: Sequence[Generator], dtype: torch.dtype) -> None:
        self._ends, self._dtype = ends, dtype
        self._weights = cast(ends[0].state, dtype)
        if len(ends) == 2:
            self._weights = {key: torch.empty_like(x) for key, x in self._weights.items()}
        self._network = ends[0].network(self._weights)
        self._device = next(iter(self._weights.values())).device
        self._turns = turns_at(str(self._device))
        self._alpha: float | None = None

    def run(self, lr: Tensor, alpha: float | None) -> Tensor:
        """Enlarge a picture.

        Parameters
        ----------
        lr
            float32 (1, 3, h, w) in [0, 1], on any device.
        alpha
            In [0, 1] for a pair, None for a single network.

        Returns
        -------
        Tensor
            float32 (1, 3, scale·h, scale·w) on the CPU, channels last, not clamped.
        """
        lr = lr.to(self._device, self._dtype).contiguous(memory_format=torch.channels_last)
        with self._turns, torch.no_grad():
            self._mix(alpha)
            sr = self._network(lr)
        return sr.cpu().float()

    def _mix(self, alpha: float | None) -> None:
        """Write the weights at one α into the network, unless they are there."""
        if alpha is None or alpha == self._alpha:
            return
        psnr, gan = self._ends
        self._alpha = None  # a mixture that is interrupted is of no α
        interpolate_into(self._weights, psnr.state, gan.state, alpha)
        self._alpha = alpha
