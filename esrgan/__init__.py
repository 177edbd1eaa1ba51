"""ESRGAN: enhanced super-resolution by generative adversarial networks (arXiv 1809.00219)."""

from esrgan.inference import Upscaler
from esrgan.interpolation import AlphaCurve, interpolate
from esrgan.resize import imresize

__all__ = ["AlphaCurve", "Upscaler", "imresize", "interpolate"]
__version__ = "0.1.0"
