"""The α-curve: every network between two, from a few of them, with a measured error."""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from esrgan.images import round_pixels
from esrgan.interpolation.networks import check_alpha

Float = NDArray[np.float32]
GREY_LEVELS = 255.0
STAGES = (2, 3, 5, 9)
"""Numbers of nodes; each set holds the one before. Adding nodes one by one to a set makes the error
grow elsewhere."""
LOBATTO_SHARE, SKEW = 0.6, 1.1
"""How the nodes are spread: see `node_alphas`."""
ENDS = (0.0, 1.0)
NODE_GRID = 1 / 1024
"""Grid of the nodes' α: a 12-bit value times such an α has 22 bits, which float32 holds."""


def node_alphas(count: int) -> tuple[float, ...]:
    """α of a set of nodes, rising, both ends among them.

    Chebyshev–Lobatto nodes, ½ − ½ cos(π i / (count − 1)), are the best for smooth functions. A
    network's output has a bend wherever an activation changes its sign, most of them near the
    GAN end: nodes between those and equal steps, and a little closer to 1, leave four fifths of
    the error. They lie on a grid of `NODE_GRID`, so that the blend is exact at each of them.

    Examples
    --------
    >>> [round(alpha, 2) for alpha in node_alphas(5)]
    [0.0, 0.2, 0.53, 0.84, 1.0]
    """
    steps = [index / (count - 1) for index in range(count)]
    lobatto = [0.5 - 0.5 * math.cos(math.pi * step) for step in steps]
    spread = [s + LOBATTO_SHARE * (x - s) for s, x in zip(steps, lobatto, strict=True)]
    return tuple(round((1 - (1 - at) ** SKEW) / NODE_GRID) * NODE_GRID for at in spread)


def lagrange_weights(nodes: tuple[float, ...], alpha: float | Float) -> list[float | Float]:
    """Weight of each node at one α, or at every α of an array; they add up to one."""
    return [
        math.prod((alpha - other) / (node - other) for other in nodes if other != node)
        for node in nodes
    ]


def hardest(count: int) -> float:
    """The α at which a curve of `count` nodes is measured.

    Of the nodes that the next set would add, the one nearest to ¾, where the error of every set
    is largest or nearly so (`benchmarks.curve`); should the set grow, it is there already.
    """
    return min(node_alphas(2 * count - 1)[1::2], key=lambda alpha: abs(alpha - 0.75))


def _ends_first(alpha: float) -> tuple[bool, float]:
    """Order in which nodes are computed: both ends, then rising."""
    return (alpha not in ENDS, alpha)


@dataclass(frozen=True)
class CurveError:
    """How far 8-bit values of a curve are from the exact network's, in grey levels.

    Attributes
    ----------
    alpha
        Where it was measured.
    rms, p99, worst
        Root mean square, what 99 % of the values do not exceed, and the largest.
    """

    alpha: float
    rms: float
    p99: float
    worst: float


def compare(alpha: float, shown: NDArray[np.uint8], exact: Float) -> CurveError:
    """Error of 8-bit pixels against a float picture in [0, 1], which is clamped, not rounded."""
    difference = np.abs(shown - exact.clip(0, 1) * np.float32(GREY_LEVELS))
    rms = math.sqrt(float(np.mean(difference**2, dtype=np.float64)))
    return CurveError(alpha, rms, float(np.percentile(difference, 99)), float(difference.max()))


class AlphaCurve:
    """Every α of one picture from a few network runs, with a measured error.

    The output at K nodes is exact; between them it is the polynomial through them. A node other
    than the ends is kept as its deviation from the straight blend of the ends, which is small.

    Parameters
    ----------
    render
        The exact output at one α, float32 (H, W, 3), 0 to 1 where it is a colour, unclamped.
    tolerance
        Grey levels within which 99 % of the values shall be; nodes are added until they are.
    max_nodes
        2, 3, 5 or 9; the curve stops there, whatever its error.
    step
        Grid, in grey levels, on which nodes are kept as int16, or None for float32. The error is
        that of what is kept.

    Raises
    ------
    ValueError
        If `max_nodes` is another number.

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
        self._kept: dict[float, NDArray] = {}
        self._coming: dict[float, NDArray] = {}
        self._probe: tuple[float, Float] | None = None

    @property
    def nodes(self) -> tuple[float, ...]:
        """α of the nodes so far, rising."""
        return tuple(sorted(self._kept))

    @property
    def p99(self) -> float:
        """Grey levels within which 99 % of the values are; infinite before it is measured."""
        return math.inf if self.error is None else self.error.p99

    def grow(self) -> Iterator[float]:
        """Compute node after node until the error is small enough; yields the α of each.

        A set of nodes is used once it is whole: left before that, the curve stays at the set
        whose error it tells.
        """
        for count in STAGES[: STAGES.index(self.max_nodes) + 1]:
            known = self._kept.keys() | self._coming.keys()
            for alpha in sorted(set(node_alphas(count)) - known, key=_ends_first):
                self._coming[alpha] = self._form(alpha, self._exact(alpha))
                yield alpha
            self._kept |= self._coming
            self._coming = {}
            self._measure(hardest(count))
            if self.p99 <= self.tolerance:
                break
        self._probe = None

    def complete(self) -> "AlphaCurve":
        """The same curve, with every node that it needs."""
        for _ in self.grow():
            pass
        return self

    def kept(self, alpha: float) -> NDArray:
        """What is kept of a node: its values at the ends, its deviation elsewhere; (H, W, 3).

        float32 in grey levels, or int16 in units of `step`.
        """
        return (self._kept | self._coming)[alpha]

    def at_float(self, alpha: float | NDArray) -> Float:
        """The picture at one α, or at an α for every pixel, (H, W); float32, unclamped.

        Raises
        ------
        ValueError
            If an α is outside [0, 1], or a map has another size than the picture.
        """
        where = self._checked(alpha)
        weights = dict(zip(self.nodes, lagrange_weights(self.nodes, where), strict=True))
        weights |= {0.0: 1.0 - where, 1.0: where}
        total = np.zeros(self._kept[0.0].shape, np.float32)
        for node, weight in weights.items():
            total += np.asarray(weight, np.float32) * self._kept[node]
        return total * np.float32((self.step or 1.0) / GREY_LEVELS)

    def at(self, alpha: float | NDArray) -> NDArray[np.uint8]:
        """As `at_float`, clamped and rounded to uint8 (H, W, 3)."""
        return round_pixels(self.at_float(alpha), np.uint8)

    def _checked(self, alpha: float | NDArray) -> float | Float:
        """One α, or a map with a third axis."""
        if not set(ENDS) <= set(self._kept):
            raise ValueError("The curve has no nodes yet: go through grow() first.")
        if not isinstance(alpha, np.ndarray):
            return check_alpha(alpha)
        if alpha.shape != self._kept[0.0].shape[:2]:
            size = self._kept[0.0].shape[:2]
            raise ValueError(f"The map is {alpha.shape}, the picture {size}.")
        check_alpha(float(alpha.min()))
        check_alpha(float(alpha.max()))
        return alpha.astype(np.float32)[..., None]

    def _exact(self, alpha: float) -> Float:
        """The network's output, unless it was measured a moment ago."""
        if self._probe is not None and self._probe[0] == alpha:
            return self._probe[1]
        return self.render(alpha)

    def _form(self, alpha: float, exact: Float) -> NDArray:
        """A node in the form in which it is kept."""
        levels = exact * np.float32(GREY_LEVELS)
        if alpha not in ENDS:
            unit = np.float32(self.step or 1.0)
            ends = (np.float32(w) * self._kept[e] for w, e in ((1 - alpha, 0.0), (alpha, 1.0)))
            levels = levels - sum(ends) * unit
        if self.step is None:
            return levels
        limits = np.iinfo(np.int16)
        steps = np.rint(levels / np.float32(self.step))
        return steps.clip(limits.min, limits.max).astype(np.int16)

    def _measure(self, alpha: float) -> None:
        """Compare with the network where the error is expected to be largest."""
        self._probe = (alpha, self._exact(alpha))
        self.error = compare(alpha, self.at(alpha), self._probe[1])
