"""Network interpolation: the network between two, and the curve of all of them."""

from esrgan.interpolation.curve import AlphaCurve
from esrgan.interpolation.networks import (
    check_alpha,
    check_pair,
    interpolate,
    interpolate_images,
    transplant,
)

__all__ = [
    "AlphaCurve",
    "check_alpha",
    "check_pair",
    "interpolate",
    "interpolate_images",
    "transplant",
]
