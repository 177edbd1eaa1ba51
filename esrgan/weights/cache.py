"""Where downloaded weights lie, and whether they are what was published.

In `esrgan.files.cache_folder`, `files/` holds downloads as they came and `converted/` the same
weights as safetensors, named by the hash of their source and their own. Files of a Hugging Face hub
stay in its own cache.
"""

from pathlib import Path

from huggingface_hub import try_to_load_from_cache

from esrgan.files import cache_folder, sha256_of, write_atomically
from esrgan.weights.reading import LARGEST_FILE, describe, is_weights
from esrgan.weights.registry import FOLDER, MODELS, Model, RemoteFile

SUMS = FOLDER / "SHA256SUMS"
MISSING_FILE = "{name}, which belongs to this version, is missing: restore it with git."
DAMAGED_FILE = (
    "{name} is not the file that belongs to this version: its sha256 differs from the one in "
    f"{SUMS.name}. Restore it with git, or record the new one."
)


def download_path(file: RemoteFile) -> Path:
    """Where a download that is not of a Hugging Face hub ends up."""
    return cache_folder() / "files" / file.name


def cached_path(file: RemoteFile) -> Path | None:
    """The file as it was downloaded, if it is here; its contents are not looked at."""
    if file.hub is None:
        path = download_path(file)
        return path if path.is_file() else None
    _, repository, revision, name = file.hub
    found = try_to_load_from_cache(repository, name, revision=revision)
    return Path(found) if isinstance(found, str) else None


def is_cached(model: Model) -> bool:
    """Whether a model needs no download: it is embedded, someone's own, or downloaded before."""
    return all(converted_path(file) or cached_path(file) for file in model.remote)


def first_cached(names: tuple[str, ...]) -> str:
    """The first of some models that needs no download, else the last of them."""
    return next((name for name in names if is_cached(MODELS[name])), names[-1])


def expected_sha256(file: RemoteFile) -> str:
    """The published hash, or the one that the first download was pinned to, or ''."""
    pin = _pin_path(file)
    return file.sha256 or (pin.read_text("ascii").strip() if pin.is_file() else "")


def pin(file: RemoteFile, sha256: str) -> None:
    """Remember the first download of a file whose hash is not published."""
    write_atomically(_pin_path(file), f"{sha256}\n".encode())


def _pin_path(file: RemoteFile) -> Path:
    """The note beside the cached file."""
    return download_path(file).with_name(f"{file.name}.sha256")


def check(file: RemoteFile, path: Path) -> str:
    """The hash of a download that is what was published, or (without a published hash) weights.

    Raises
    ------
    ValueError
        If size or hash differ: the sentence says what the file seems to be.
    """
    with path.open("rb") as opened:
        head = opened.read(512)
    origin = f"What came as {file.name}"
    if not is_weights(head):
        raise ValueError(f"{origin} is {describe(head)}; it was not kept.")
    size, most = path.stat().st_size, file.num_bytes if file.is_size_exact else LARGEST_FILE
    if size > most or (file.is_size_exact and size < most):
        raise ValueError(f"{origin} has {size:,} bytes, expected {most:,}; it was not kept.")
    sha256, expected = sha256_of(path), expected_sha256(file)
    if expected and sha256 != expected:
        known = "published" if file.sha256 else "first downloaded"
        raise ValueError(
            f"{origin} is not the {known} file: its sha256 begins {sha256[:8]}, expected "
            f"{expected[:8]}; it was not kept. Download it again."
        )
    return sha256


def check_or_remove(file: RemoteFile, path: Path) -> str:
    """As `check`; what is refused is removed, so that the next download starts afresh."""
    try:
        return check(file, path)
    except ValueError:
        path.resolve().unlink(missing_ok=True)
        path.unlink(missing_ok=True)
        raise


def converted_path(file: RemoteFile) -> Path | None:
    """The converted form of a file whose hash is known, if it is here."""
    sha256 = expected_sha256(file)
    found = sorted((cache_folder() / "converted").glob(f"{sha256}.*.safetensors")) if sha256 else []
    return found[0] if found else None


def is_intact(converted: Path) -> bool:
    """Whether a converted file still has the hash in its name."""
    return converted.name.split(".")[1] == sha256_of(converted)


def check_embedded(path: Path) -> None:
    """Refuse an embedded file that differs from its recorded hash.

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
