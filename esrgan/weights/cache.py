"""The cache of downloaded weights, and the checks of downloaded and embedded files.

The folder `esrgan.files.cache_folder` has two parts: `files/` holds downloaded files unchanged, and
`converted/` the same weights as safetensors, named SOURCE_SHA256.OWN_SHA256.safetensors. Files from
a Hugging Face hub are in the cache of its own library instead.
"""

from pathlib import Path

from huggingface_hub import try_to_load_from_cache

from esrgan.files import cache_folder, sha256_of, write_atomically
from esrgan.weights.registry import FOLDER, MODELS, Model, RemoteFile
from esrgan.weights.tensor_file import MAX_FILE_BYTES, describe_foreign, is_weights

SUMS = FOLDER / "SHA256SUMS"
MISSING_FILE = "{name}, which belongs to this version, is missing: restore it with git."
DAMAGED_FILE = (
    "{name} is not the file that belongs to this version: its sha256 differs from the one in "
    f"{SUMS.name}. Restore it with git, or record the new one."
)


def download_path(file: RemoteFile) -> Path:
    """Path in the cache of a file that is not on a Hugging Face hub."""
    return cache_folder() / "files" / file.name


def cached_path(file: RemoteFile) -> Path | None:
    """Path of a downloaded file, unchecked, or None if it is not in a cache."""
    if file.hub is None:
        path = download_path(file)
        return path if path.is_file() else None
    _, repository, revision, name = file.hub
    path = try_to_load_from_cache(repository, name, revision=revision)
    return Path(path) if isinstance(path, str) else None


def is_cached(model: Model) -> bool:
    """Whether a model needs no download: embedded, the user's own, or downloaded before."""
    return all(converted_path(file) or cached_path(file) for file in model.remote)


def first_cached(names: tuple[str, ...]) -> str:
    """Name of the first model that needs no download, or the last name if all need one."""
    return next((name for name in names if is_cached(MODELS[name])), names[-1])


def expected_sha256(file: RemoteFile) -> str:
    """SHA-256 that a file must have: published, else pinned at the first download, else ''."""
    pin = _pin_path(file)
    return file.sha256 or (pin.read_text("ascii").strip() if pin.is_file() else "")


def pin(file: RemoteFile, sha256: str) -> None:
    """Store the hash of a first download, where none is published, to compare later ones."""
    write_atomically(_pin_path(file), f"{sha256}\n".encode())


def _pin_path(file: RemoteFile) -> Path:
    """File in the cache that stores a pinned hash."""
    return download_path(file).with_name(f"{file.name}.sha256")


def check(file: RemoteFile, path: Path) -> str:
    """Check a downloaded file and return its SHA-256.

    A file without a published hash is accepted if its first bytes are those of weights.

    Raises
    ------
    ValueError
        If it holds no weights, or if size or hash differ.
    """
    with path.open("rb") as opened:
        head = opened.read(512)
    origin = f"What came as {file.name}"
    if not is_weights(head):
        raise ValueError(f"{origin} is {describe_foreign(head)}; it was not kept.")
    size, limit = path.stat().st_size, file.num_bytes if file.is_size_exact else MAX_FILE_BYTES
    if size > limit or (file.is_size_exact and size < limit):
        raise ValueError(f"{origin} has {size:,} bytes, expected {limit:,}; it was not kept.")
    sha256, expected = sha256_of(path), expected_sha256(file)
    if expected and sha256 != expected:
        known = "published" if file.sha256 else "first downloaded"
        raise ValueError(
            f"{origin} is not the {known} file: its sha256 begins {sha256[:8]}, expected "
            f"{expected[:8]}; it was not kept. Download it again."
        )
    return sha256


def check_or_remove(file: RemoteFile, path: Path) -> str:
    """Check a downloaded file as `check` does, and delete it if it is refused."""
    try:
        return check(file, path)
    except ValueError:
        path.resolve().unlink(missing_ok=True)
        path.unlink(missing_ok=True)
        raise


def converted_path(file: RemoteFile) -> Path | None:
    """Path of a file's converted form, or None if it is not in the cache."""
    sha256 = expected_sha256(file)
    if not sha256:
        return None
    return min((cache_folder() / "converted").glob(f"{sha256}.*.safetensors"), default=None)


def is_intact(converted: Path) -> bool:
    """Whether a converted file has the SHA-256 that its name states."""
    return converted.name.split(".")[1] == sha256_of(converted)


def check_embedded(path: Path) -> None:
    """Compare an embedded file with its SHA-256 in `SHA256SUMS`.

    Raises
    ------
    ValueError
        If it is missing or differs, or none is recorded.
    """
    if not path.is_file():
        raise ValueError(MISSING_FILE.format(name=path.name))
    lines = (line.split() for line in SUMS.read_text("ascii").splitlines())
    recorded = {name: sha256 for sha256, name in lines}
    if recorded.get(path.name) != sha256_of(path):
        raise ValueError(DAMAGED_FILE.format(name=path.name))
