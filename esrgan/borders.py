"""Flat colours up to a picture's border, where a network's zero padding would shift them.

Every convolution pads with zeros. The networks have learned what those zeros mean next to texture:
there no other padding comes closer to the original (mirroring is a third worse). Next to a flat
colour they have not, the more so the nearer α is to 1: the outermost pixels of a flat picture drift
by up to 45 of 255 levels. So those pixels are computed once more, of the picture continued by its
edge, and taken where the picture is flat.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F

MARGIN_PX = 4
"""LR pixels by which the picture is continued: beyond them the drift is about a level."""
ZONE_PX = 8
"""Width of the border that is computed again, in LR pixels. In its half towards the middle of the
picture the new values fade into the old ones."""
CONTEXT_PX = 12
"""LR pixels inside of the border that the network sees, too."""
ALIGNMENT_PX = 4
"""A strip starts at a multiple of this, for networks that begin with a pixel-unshuffle."""
WINDOW_PX = 5
"""Side of the window, in LR pixels, in which a picture is flat or not."""
FLAT, TEXTURED = 8 / 255, 24 / 255
"""Largest difference in the window that is flat, and smallest that is texture."""
Network = Callable[[Tensor], Tensor]
"""From (1, 3, h, w) in [0, 1] to (1, 3, s·h, s·w)."""


@dataclass(frozen=True)
class Sides:
    """Which sides of a tile or window are borders of the picture, not cuts through it."""

    top: bool = True
    bottom: bool = True
    left: bool = True
    right: bool = True


ALL_SIDES, NO_SIDES = Sides(), Sides(top=False, bottom=False, left=False, right=False)


@dataclass(frozen=True)
class _Span:
    """A part of an axis in LR pixels: what is replaced, and what the network sees around it.

    Attributes
    ----------
    start, stop
        Inside of the picture.
    outer_start, outer_stop
        Below 0 or above the axis' length where the picture is continued.
    weight
        Share of the new values: 1 at the border, falling to 0; one for each output pixel.
    """

    start: int
    stop: int
    outer_start: int
    outer_stop: int
    weight: Tensor


def keep_flat(network: Network, lr: Tensor, sides: Sides = ALL_SIDES) -> Tensor:
    """Enlarge a tile whose flat parts stay flat up to the picture's border.

    Parameters
    ----------
    network
        It is called once for the tile, and once more for every border that has a flat part.
    lr
        float32 (1, 3, h, w) in [0, 1].
    sides
        Which sides of the tile are borders of the picture.

    Returns
    -------
    Tensor
        (1, 3, s·h, s·w); beside texture the network's own output.
    """
    sr = network(lr)
    if sides == NO_SIDES:
        return sr
    scale = sr.shape[-1] // lr.shape[-1]
    flat = flatness(lr).to(sr.device)
    continued = F.pad(lr, (MARGIN_PX,) * 4, mode="replicate")
    for rows, columns in _strips(lr.shape[-2], lr.shape[-1], scale, sides):
        share = flat[..., rows.start : rows.stop, columns.start : columns.stop]
        if share.any():
            again = network(_outer(continued, rows, columns))
            share = F.interpolate(share, scale_factor=float(scale), mode="bilinear")
            share = share * (rows.weight[:, None] * columns.weight).to(sr.device)
            top, left = rows.start * scale, columns.start * scale
            old = _part(sr, top, left, share)
            top, left = top - rows.outer_start * scale, left - columns.outer_start * scale
            old.lerp_(_part(again, top, left, share), share)
    return sr


def flatness(lr: Tensor) -> Tensor:
    """Measure how flat a picture is around each pixel.

    Parameters
    ----------
    lr
        (1, 3, h, w) in [0, 1].

    Returns
    -------
    Tensor
        (1, 1, h, w): 1 where no channel differs by more than `FLAT` in the window of `WINDOW_PX`,
        0 where one differs by `TEXTURED` or more, linear between.
    """
    around = F.pad(lr, (WINDOW_PX // 2,) * 4, mode="replicate")
    highest = F.max_pool2d(around, WINDOW_PX, stride=1)
    lowest = -F.max_pool2d(-around, WINDOW_PX, stride=1)
    difference = (highest - lowest).amax(dim=1, keepdim=True)
    return ((TEXTURED - difference) / (TEXTURED - FLAT)).clamp(0, 1)


def _strips(height: int, width: int, scale: int, sides: Sides) -> Iterator[tuple[_Span, _Span]]:
    """Rows and columns of the strip along each border."""
    rows = _whole(height, scale, at_start=sides.top, at_stop=sides.bottom)
    columns = _whole(width, scale, at_start=sides.left, at_stop=sides.right)
    if sides.top:
        yield _start(height, scale), columns
    if sides.bottom:
        yield _stop(height, scale), columns
    if sides.left:
        yield rows, _start(width, scale)
    if sides.right:
        yield rows, _stop(width, scale)


def _whole(size: int, scale: int, *, at_start: bool, at_stop: bool) -> _Span:
    """All of an axis, continued where it ends at a border."""
    before, after = MARGIN_PX * at_start, MARGIN_PX * at_stop
    return _Span(0, size, -before, size + after, torch.ones(size * scale))


def _start(size: int, scale: int) -> _Span:
    """The first pixels of an axis."""
    stop = min(size, ZONE_PX)
    return _Span(0, stop, -MARGIN_PX, min(size, stop + CONTEXT_PX), _weight(stop, scale))


def _stop(size: int, scale: int) -> _Span:
    """The last pixels of an axis."""
    start = max(0, size - ZONE_PX)
    outer = max(0, start - CONTEXT_PX) // ALIGNMENT_PX * ALIGNMENT_PX
    return _Span(start, size, outer, size + MARGIN_PX, _weight(size - start, scale).flip(0))


def _weight(length: int, scale: int) -> Tensor:
    """Falls from 1 in the outer half of the zone to 0 at its inner end."""
    distance = (torch.arange(length * scale) + 0.5) / scale
    return ((ZONE_PX - distance) / (ZONE_PX / 2)).clamp(0, 1)


def _outer(continued: Tensor, rows: _Span, columns: _Span) -> Tensor:
    """What the network sees of the continued picture."""
    top, bottom = rows.outer_start + MARGIN_PX, rows.outer_stop + MARGIN_PX
    left, right = columns.outer_start + MARGIN_PX, columns.outer_stop + MARGIN_PX
    return continued[..., top:bottom, left:right].contiguous()


def _part(values: Tensor, top: int, left: int, like: Tensor) -> Tensor:
    """A view of (…, H, W) from a row and column on, as high and wide as another tensor."""
    return values[..., top : top + like.shape[-2], left : left + like.shape[-1]]
