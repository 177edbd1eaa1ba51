"""Which models there are, where their weights lie, and how a file becomes a network."""

from esrgan.weights.cache import first_cached, is_cached
from esrgan.weights.download import Transfer, download
from esrgan.weights.loading import Generator, load
from esrgan.weights.registry import MODELS, Model, RemoteFile, resolve
from esrgan.weights.saving import save_generator, save_weights
from esrgan.weights.store import open_model

__all__ = [
    "MODELS",
    "Generator",
    "Model",
    "RemoteFile",
    "Transfer",
    "download",
    "first_cached",
    "is_cached",
    "load",
    "open_model",
    "resolve",
    "save_generator",
    "save_weights",
]
