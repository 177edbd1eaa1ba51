"""Network interpolation: the network at one α, and `AlphaCurve`, the pictures at every α."""

from esrgan.interpolation.curve import AlphaCurve
from esrgan.interpolation.networks import (
    check_alpha,
    check_pair,
    interpolate,
    interpolate_images,
    interpolate_into,
    transplant,
)

__all__ = [
    "AlphaCurve",
    "check_alpha",
    "check_pair",
    "interpolate",
    "interpolate_images",
    "interpolate_into",
    "transplant",
]
