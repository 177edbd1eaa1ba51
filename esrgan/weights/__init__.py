"""Which models there are, where their weights lie, and how a file becomes a network."""

from esrgan.weights.loading import Generator, load
from esrgan.weights.registry import MODELS, Model, resolve
from esrgan.weights.saving import save_weights

__all__ = ["MODELS", "Generator", "Model", "load", "resolve", "save_weights"]
