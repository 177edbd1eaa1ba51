"""The α-curve: pictures at every α from few network runs, with a measured error."""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from esrgan.interpolation.networks import check_alpha
from esrgan.pixels import round_pixels

Float = NDArray[np.float32]
GREY_LEVELS = 255.0
STAGES = (2, 3, 5, 9)
"""Numbers of nodes; each set of nodes contains the one before. Sets between these, which add single
nodes, would have larger errors at other α."""
LOBATTO_SHARE, SKEW = 0.6, 1.1
"""How the nodes are spread: see `node_alphas`."""
LAST_ERROR_ALPHA = 0.617
"""Where the error of nine nodes is largest: on 31 pictures the error there is 0.94 to 1 times the
largest of 65 α, in the mean 0.99 times."""
ENDS = (0.0, 1.0)
NODE_GRID = 1 / 1024
"""Grid of the nodes' α: a 12-bit value times such an α has 22 bits, which float32 holds."""


def node_alphas(count: int) -> tuple[float, ...]:
    """Return the α of a set of nodes, in rising order from 0 to 1.

    Chebyshev–Lobatto nodes, ½ − ½ cos(π i / (count − 1)), are the best for smooth functions. A
    network's output has a kink wherever an activation changes its sign, most of them near the
    GAN end. Nodes between those and equal steps, shifted a little towards 1, have four fifths of
    the error. They are multiples of `NODE_GRID`, so that the curve is exact at each of them.

    Parameters
    ----------
    count
        2, 3, 5 or 9.

    Examples
    --------
    >>> [round(alpha, 2) for alpha in node_alphas(5)]
    [0.0, 0.2, 0.53, 0.84, 1.0]
    """
    steps = [index / (count - 1) for index in range(count)]
    lobatto = [0.5 - 0.5 * math.cos(math.pi * step) for step in steps]
    spread = [s + LOBATTO_SHARE * (x - s) for s, x in zip(steps, lobatto, strict=True)]
    return tuple(round((1 - (1 - alpha) ** SKEW) / NODE_GRID) * NODE_GRID for alpha in spread)


def lagrange_weights(nodes: tuple[float, ...], alpha: float | Float) -> list[float | Float]:
    """Compute Lagrange's weights of the nodes; they add up to one.

    Parameters
    ----------
    nodes
        Different α.
    alpha
        One α, or an array of any shape.

    Returns
    -------
    list
        For each node a number, or an array of the shape of `alpha`.
    """
    return [
        math.prod((alpha - other) / (node - other) for other in nodes if other != node)
        for node in nodes
    ]


def error_alpha(count: int) -> float:
    """Return the α at which the error of a curve of `count` nodes is measured.

    There the error of the set is largest or nearly so (`benchmarks.curve`). Below nine nodes it is
    the one nearest to ¾ of those that the next set adds, so that the network's output serves as a
    node if the set must grow.
    """
    if count == STAGES[-1]:
        return LAST_ERROR_ALPHA
    return min(node_alphas(2 * count - 1)[1::2], key=lambda alpha: abs(alpha - 0.75))


def _ends_first(alpha: float) -> tuple[bool, float]:
    """Sort key of the order in which nodes are computed: both ends, then rising α."""
    return (alpha not in ENDS, alpha)


@dataclass(frozen=True)
class CurveError:
    """Distance of a curve's 8-bit values from the network's output, in grey levels.

    Attributes
    ----------
    alpha
        At which it was measured.
    rms, p99, worst
        Root mean square, 99th percentile and maximum of the absolute differences.
    """

    alpha: float
    rms: float
    p99: float
    worst: float


def measure_error(alpha: float, shown: NDArray[np.uint8], exact: Float) -> CurveError:
    """Compare 8-bit pixels of a curve with the network's output at the same α.

    Parameters
    ----------
    alpha
        For the result.
    shown
        The curve's pixels, (H, W, 3).
    exact
        The network's output, float32 (H, W, 3); clamped to [0, 1], not rounded.
    """
    difference = np.abs(shown - exact.clip(0, 1) * np.float32(GREY_LEVELS))
    rms = math.sqrt(float(np.mean(difference**2, dtype=np.float64)))
    return CurveError(alpha, rms, float(np.percentile(difference, 99)), float(difference.max()))


class AlphaCurve:
    """Pictures at every α from a few runs of the network, with a measured error.

    The network runs at a few α, the nodes. There the curve gives the network's output; at other α
    it gives, for every value, the polynomial through the nodes. A node between the ends is stored
    as its deviation from the linear blend of the ends, which is small.

    Parameters
    ----------
    render
        Runs the network at one α; returns float32 (H, W, 3), nominally in [0, 1], not clamped.
    tolerance
        Nodes are added until 99 % of the values are within this many grey levels of the network.
    max_nodes
        2, 3, 5 or 9; no more are added, whatever the error.
    step
        Grid, in grey levels, to which the nodes are rounded and stored as int16; None stores
        float32. The measured error includes this rounding.

    Raises
    ------
    ValueError
        If `max_nodes` is another number.

    Attributes
    ----------
    error
        Of the nodes so far; None before it is measured.

    Examples
    --------
    >>> square = AlphaCurve(lambda alpha: np.full((1, 1, 3), alpha**2, np.float32))
    >>> len(list(square.grow())), square.at(0.8)[0, 0, 0].item()
    (3, 163)
    """

    def __init__(
        self,
        render: Callable[[float], Float],
        *,
        tolerance: float = 1.0,
        max_nodes: int = STAGES[-1],
        step: float | None = None,
    ) -> None:
        if max_nodes not in STAGES:
            raise ValueError(f"max_nodes is one of {STAGES}, not {max_nodes}.")
        self.tolerance, self.max_nodes, self.step = tolerance, max_nodes, step
        self.error: CurveError | None = None
        self.render = render
        self._stored: dict[float, NDArray] = {}
        self._next_stored: dict[float, NDArray] = {}
        self._measured: tuple[float, Float] | None = None

    @property
    def nodes(self) -> tuple[float, ...]:
        """α of the nodes so far, in rising order."""
        return tuple(sorted(self._stored))

    @property
    def p99(self) -> float:
        """99 % of the values are within this many grey levels of the network; at first infinite."""
        return math.inf if self.error is None else self.error.p99

    def grow(self) -> Iterator[float]:
        """Compute node after node until the error is within the tolerance; yields the α of each.

        A set of nodes is used only when it is complete: whoever stops iterating before that
        leaves the curve at the former set, whose error `error` is.
        """
        for count in STAGES[: STAGES.index(self.max_nodes) + 1]:
            known = self._stored.keys() | self._next_stored.keys()
            for alpha in sorted(set(node_alphas(count)) - known, key=_ends_first):
                self._next_stored[alpha] = self._to_stored(alpha, self._exact(alpha))
                yield alpha
            self._stored |= self._next_stored
            self._next_stored = {}
            self._measure(error_alpha(count))
            if self.p99 <= self.tolerance:
                break
        self._measured = None

    def complete(self) -> "AlphaCurve":
        """Compute all nodes that the tolerance needs; returns the curve itself."""
        for _ in self.grow():
            pass
        return self

    def stored_node(self, alpha: float) -> NDArray:
        """Return a node as it is stored, (H, W, 3): at 0 and 1 the picture, else its deviation.

        The deviation is that from the linear blend of the pictures at 0 and 1.

        Returns
        -------
        NDArray
            float32 in grey levels, or int16 in units of `step`.
        """
        return (self._stored | self._next_stored)[alpha]

    def at_float(self, alpha: float | NDArray) -> Float:
        """Compute the picture at one α, or with an α for every pixel, without clamping.

        Parameters
        ----------
        alpha
            In [0, 1]: a number, or an array (H, W).

        Returns
        -------
        NDArray
            float32 (H, W, 3), nominally in [0, 1].

        Raises
        ------
        ValueError
            If an α is outside [0, 1], an array has another size than the picture, or there are
            no nodes yet.
        """
        alphas = self._checked(alpha)
        weights = dict(zip(self.nodes, lagrange_weights(self.nodes, alphas), strict=True))
        weights |= {0.0: 1.0 - alphas, 1.0: alphas}
        total = np.zeros(self._stored[0.0].shape, np.float32)
        for node, weight in weights.items():
            total += np.asarray(weight, np.float32) * self._stored[node]
        return total * np.float32((self.step or 1.0) / GREY_LEVELS)

    def at(self, alpha: float | NDArray) -> NDArray[np.uint8]:
        """Compute the picture at one α, or with an α for every pixel, as uint8 (H, W, 3).

        Parameters and errors are those of `at_float`.
        """
        return round_pixels(self.at_float(alpha), np.uint8)

    def _checked(self, alpha: float | NDArray) -> float | Float:
        """One α, or a map of α with a third axis; others are refused."""
        if not set(ENDS) <= set(self._stored):
            raise ValueError("The curve has no nodes yet: go through grow() first.")
        if not isinstance(alpha, np.ndarray):
            return check_alpha(alpha)
        if alpha.shape != self._stored[0.0].shape[:2]:
            size = self._stored[0.0].shape[:2]
            raise ValueError(f"The map is {alpha.shape}, the picture {size}.")
        check_alpha(float(alpha.min()))
        check_alpha(float(alpha.max()))
        return alpha.astype(np.float32)[..., None]

    def _exact(self, alpha: float) -> Float:
        """The network's output, from the last measurement if that was at this α."""
        if self._measured is not None and self._measured[0] == alpha:
            return self._measured[1]
        return self.render(alpha)

    def _to_stored(self, alpha: float, exact: Float) -> NDArray:
        """Make of the network's output the stored form of a node."""
        levels = exact * np.float32(GREY_LEVELS)
        if alpha not in ENDS:
            unit = np.float32(self.step or 1.0)
            ends = (np.float32(w) * self._stored[e] for w, e in ((1 - alpha, 0.0), (alpha, 1.0)))
            levels = levels - sum(ends) * unit
        if self.step is None:
            return levels
        limits = np.iinfo(np.int16)
        steps = np.rint(levels / np.float32(self.step))
        return steps.clip(limits.min, limits.max).astype(np.int16)

    def _measure(self, alpha: float) -> None:
        """Measure the error at one α, and remember the network's output there."""
        self._measured = (alpha, self._exact(alpha))
        self.error = measure_error(alpha, self.at(alpha), self._measured[1])
