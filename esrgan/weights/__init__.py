"""Which models there are, where their weights lie, and how a file becomes a network."""

from esrgan.weights.loading import Generator, load
from esrgan.weights.registry import MODELS, Model, resolve

__all__ = ["MODELS", "Generator", "Model", "load", "resolve"]
