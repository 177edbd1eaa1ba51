"""Models by name, their weights files, and how these are downloaded, read and written.

- `registry`: the models and their files; `store` opens a model's generators.
- `download`, `transfer`, `cache`: published files, checked and kept on this computer.
- `tensor_file`: an untrusted file → tensors; `wrappers` finds the state dict among them.
- `dialects`: other programs' keys and values → this package's, and back; `padding`: their sizes.
- `loading`: a file → a checked `generator`; `former_names` of earlier versions; `saving`: back.
- `pairs`: whether two generators can be interpolated.
"""

from esrgan.weights.cache import first_cached, is_cached
from esrgan.weights.download import Transfer, download
from esrgan.weights.generator import Generator
from esrgan.weights.loading import load
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
