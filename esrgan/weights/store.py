"""Open the generators of a model: embedded, from the user's files, or from the cache."""

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
from esrgan.weights.generator import Generator, full_config
from esrgan.weights.loading import load
from esrgan.weights.registry import FOLDER, Model, RemoteFile
from esrgan.weights.saving import metadata_of


def open_model(model: Model) -> tuple[Generator, ...]:
    """Load the generators of a model: none (bicubic), one, or both ends of a pair.

    Nothing is downloaded.

    Raises
    ------
    ValueError
        With one sentence, if a file is missing, is not the published one, or cannot be read.
    """
    if model.remote:
        return tuple(_open_remote(model, file) for file in model.remote)
    return tuple(_open_local(path) for path in model.files)


def _open_local(path: Path) -> Generator:
    """Load a file of this computer; an embedded one is compared with its recorded hash."""
    if path.parent == FOLDER:
        check_embedded(path)
    return load(path)


def _open_remote(model: Model, file: RemoteFile) -> Generator:
    """Load a downloaded file from its converted form, which is made if it is missing."""
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
    _check_architecture(model, file, generator)
    with suppress(OSError):  # a cache that cannot be written only costs time
        convert_into_cache(generator, file.name, sha256)
    return generator


def _check_architecture(model: Model, file: RemoteFile, generator: Generator) -> None:
    """Refuse a download whose architecture or sizes differ from the registry's."""
    expected = (model.architecture, full_config(model.architecture, model.config))
    if (generator.architecture, generator.config) != expected:
        raise ValueError(
            f"{file.name} holds {generator.architecture} {dict(generator.config)}, expected "
            f"{expected[0]} {expected[1]}."
        )


def convert_into_cache(generator: Generator, name: str, sha256: str) -> Path:
    """Write a downloaded generator to the cache, named SOURCE_SHA256.OWN_SHA256.safetensors."""
    folder = cache_folder() / "converted"
    folder.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=folder, suffix=".partial")
    os.close(handle)
    path = Path(temporary)
    try:
        metadata = metadata_of(generator) | {"source": name, "source_sha256": sha256}
        save_file(dict(generator.state), path, metadata=metadata)
        final = folder / f"{sha256}.{sha256_of(path)}.safetensors"
        return path.replace(final)
    finally:
        path.unlink(missing_ok=True)
