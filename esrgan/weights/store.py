"""From a model's name to its generators: embedded, someone's own, or from the cache."""

import os
import tempfile
from contextlib import suppress
from pathlib import Path

from safetensors.torch import save_file

from esrgan.files import cache_folder, sha256_of
from esrgan.weights.cache import (
    cached_path,
    check_embedded,
    check_or_remove,
    converted_path,
    is_intact,
)
from esrgan.weights.loading import Generator, full_config, load
from esrgan.weights.registry import FOLDER, Model, RemoteFile
from esrgan.weights.saving import describe


def open_model(model: Model) -> tuple[Generator, ...]:
    """The generators of a model, none, one or two; nothing is downloaded.

    Raises
    ------
    ValueError
        With one sentence, if a file is not here, is not what was published, or cannot be read.
    """
    if model.remote:
        return tuple(_open_remote(model, file) for file in model.remote)
    return tuple(_open_local(path) for path in model.files)


def _open_local(path: Path) -> Generator:
    """A generator of a file that lies here; embedded ones have a recorded hash."""
    if path.parent == FOLDER:
        check_embedded(path)
    return load(path)


def _open_remote(model: Model, file: RemoteFile) -> Generator:
    """A generator of a downloaded file, by way of its converted form."""
    converted = converted_path(file)
    if converted is not None:
        if is_intact(converted):
            return load(converted)
        converted.unlink(missing_ok=True)
    source = cached_path(file)
    if source is None:
        raise ValueError(
            f"{model.name} is not on this computer yet: fetch its {model.megabytes:.0f} MB with "
            "--download, or from Python with esrgan.weights.download."
        )
    sha256 = check_or_remove(file, source)
    generator = load(source)
    _check_kind(model, file, generator)
    with suppress(OSError):  # a cache that cannot be written only costs time
        convert_into_cache(generator, file.name, sha256)
    return generator


def _check_kind(model: Model, file: RemoteFile, generator: Generator) -> None:
    """Refuse a download that holds another network than the registry says."""
    expected = (model.architecture, full_config(model.architecture, model.config))
    if (generator.architecture, generator.config) != expected:
        raise ValueError(
            f"{file.name} holds {generator.architecture} {dict(generator.config)}, expected "
            f"{expected[0]} {expected[1]}."
        )


def convert_into_cache(generator: Generator, name: str, sha256: str) -> Path:
    """Write a downloaded generator as safetensors, named by its source's hash and its own."""
    folder = cache_folder() / "converted"
    folder.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=folder, suffix=".partial")
    os.close(handle)
    path = Path(temporary)
    try:
        metadata = describe(generator) | {"source": name, "source_sha256": sha256}
        save_file(dict(generator.state), path, metadata=metadata)
        final = folder / f"{sha256}.{sha256_of(path)}.safetensors"
        return path.replace(final)
    finally:
        path.unlink(missing_ok=True)
