"""From an untrusted file to float32 tensors by name; nothing in a file is ever executed.

Safetensors files and PyTorch's own (`.pth`, `.pt`) are read, told apart by their first bytes. Size,
header and declared contents are bounded before anything is unpacked, so that memory stays under
twice the file and 300 MB.
"""

import pickle
import re
import struct
import warnings
import zipfile
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from torch import Tensor

from esrgan.weights.wrappers import unwrap

LARGEST_FILE = 300_000_000
LARGEST_HEADER = 8_000_000
LARGEST_PICKLE = 16_000_000
ZIP_MAGIC, PICKLE_MAGIC = b"PK\x03\x04", b"\x80"
ZIP_TAIL = 98
"""Bytes of a zip's three closing records: 64-bit end, its locator, end."""
DTYPES = (torch.float32, torch.float16, torch.bfloat16, torch.float64, torch.int64)
SAFETENSORS_DTYPES = ("F32", "F16", "BF16", "F64", "I64")
UNPICKLING_ERRORS = (
    pickle.UnpicklingError,
    RuntimeError,
    EOFError,
    ValueError,
    TypeError,
    LookupError,
    AttributeError,
    AssertionError,
    ArithmeticError,
    MemoryError,
    struct.error,
    OSError,
)


def read(path: Path) -> tuple[dict[str, Tensor], dict[str, str]]:
    """Read the tensors and the metadata of a weights file.

    Returns
    -------
    tuple
        float32 tensors (counters stay int64) by bare name, without wrapper and prefix, and the
        metadata, which only safetensors files have.

    Raises
    ------
    ValueError
        With one sentence, for whatever cannot be read or should not be.
    """
    size, head = _look(path)
    if not is_weights(head):
        kind = describe(head)
        raise ValueError(f"{path.name} is {kind}: expected safetensors or PyTorch weights.")
    if head[8:9] == b"{":
        return _read_safetensors(path, size, head)
    if path.suffix == ".safetensors":
        raise ValueError(f"{path.name} is no safetensors file; if it is PyTorch's, name it .pth.")
    return _guarded(path, _read_torch(path, size, head)), {}


def is_weights(head: bytes) -> bool:
    """Whether the first bytes of a file are those of safetensors or of PyTorch."""
    return not _is_text(head) and (head[8:9] == b"{" or head.startswith((ZIP_MAGIC, PICKLE_MAGIC)))


def describe(head: bytes) -> str:
    """What a file that holds no weights seems to be, by its first bytes."""
    if not head:
        return "empty"
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n")[:15].lower()
    if start.startswith((b"<!doctype", b"<html", b"<?xml", b"<head", b"<body")):
        return "a web page, not weights"
    if start.startswith(b"version https:/"):
        return "a Git LFS pointer, not the weights it points to"
    return "a text file, not weights" if _is_text(head) else "no weights file"


def _is_text(head: bytes) -> bool:
    """Whether the first bytes are all printable."""
    return all(byte in b"\t\n\r\x0c" or 32 <= byte < 127 for byte in head)


def _look(path: Path) -> tuple[int, bytes]:
    """Size and first bytes of a file that is not too large."""
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            head = file.read(512)
    except FileNotFoundError:
        raise ValueError(f"There is no file {path}.") from None
    except OSError as error:
        raise ValueError(f"{path.name}: {error.strerror or 'cannot be read'}.") from None
    if size > LARGEST_FILE:
        limit = f"{LARGEST_FILE / 1e6:.0f} MB"
        raise ValueError(f"{path.name} has {size / 1e6:.0f} MB; weights have at most {limit}.")
    return size, head


def _read_safetensors(
    path: Path, size: int, head: bytes
) -> tuple[dict[str, Tensor], dict[str, str]]:
    """Tensors, in float32, and metadata of a safetensors file."""
    (header,) = struct.unpack("<Q", head[:8])
    if header > min(LARGEST_HEADER, size - 8):
        raise ValueError(
            f"{path.name} claims a header of {header:,} bytes; at most "
            f"{min(LARGEST_HEADER, size - 8):,} are possible: the file is damaged or cut off."
        )
    tensors: dict[str, Tensor] = {}
    try:
        with safe_open(path, framework="pt") as file:
            for key in file.keys():  # noqa: SIM118
                if file.get_slice(key).get_dtype() not in SAFETENSORS_DTYPES:
                    raise ValueError(f"{path.name} has no floating-point numbers in {key!r}.")
                tensors[key] = _widen(file.get_tensor(key))
            metadata = dict(file.metadata() or {})
    except (SafetensorError, OSError):
        raise ValueError(f"{path.name} is not a readable safetensors file.") from None
    return _bare(path, tensors), metadata


def _read_torch(path: Path, size: int, head: bytes) -> dict[str, Tensor]:
    """Tensors of a PyTorch file as they are stored: mapped from a zip, else in memory."""
    is_zip = head.startswith(ZIP_MAGIC)
    if is_zip:
        _check_zip(path, size)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            content: Any = torch.load(str(path), map_location="cpu", weights_only=True, mmap=is_zip)
    except UNPICKLING_ERRORS as error:
        raise ValueError(f"{path.name} {_unpickling_reason(error)}.") from None
    return _bare(path, content)


def _check_zip(path: Path, size: int) -> None:
    """Refuse an archive that is not as PyTorch writes it: stored, not larger than the file."""
    try:
        with zipfile.ZipFile(path) as archive:
            records = archive.infolist()
            is_plain = archive.start_dir == _directory_start(path, size)
    except (zipfile.BadZipFile, *UNPICKLING_ERRORS):
        is_plain, records = False, []
    if not is_plain:
        raise ValueError(f"{path.name} is a damaged or cut off PyTorch file.")
    unpacked = sum(record.file_size for record in records)
    if unpacked > size or any(record.compress_type != zipfile.ZIP_STORED for record in records):
        raise ValueError(
            f"{path.name} is a compressed archive that unpacks to {unpacked / 1e6:,.0f} MB; "
            "PyTorch does not compress weights."
        )
    names = {Path(record.filename).name: record.file_size for record in records}
    if "constants.pkl" in names:
        raise ValueError(f"{path.name} is a TorchScript program; save its state_dict instead.")
    if names.get("data.pkl", 0) > LARGEST_PICKLE:
        raise ValueError(f"{path.name} has more structure than weights have.")


def _directory_start(path: Path, size: int) -> int:
    """Where a zip says that its directory starts, or −1 if its end is not as PyTorch writes it.

    Readers of zips look for the directory in different ways; only where all of them find the same
    one is what Python sees what PyTorch unpacks.
    """
    with path.open("rb") as file:
        file.seek(max(0, size - ZIP_TAIL))
        tail = file.read()
    end, locator = tail[-22:], tail[-42:-22]
    if not end.startswith(b"PK\x05\x06") or end[20:] != b"\0\0":
        return -1
    if not locator.startswith(b"PK\x06\x07"):
        return struct.unpack("<I", end[16:20])[0]
    if not tail.startswith(b"PK\x06\x06") or locator[8:16] != struct.pack("<Q", size - ZIP_TAIL):
        return -1
    return struct.unpack("<Q", tail[48:56])[0]


def _unpickling_reason(error: Exception) -> str:
    """Why PyTorch refused a file, without its advice to switch the protection off."""
    found = re.search(r"GLOBAL (\S+) was not an allowed|whose module (\S+) is blocked", str(error))
    if found:
        name = (found[1] or found[2])[:60]
        return f"asks for {name!r}, which weights never need, and may be malicious; it was not run"
    return "is a damaged, cut off or foreign PyTorch file"


def _bare(path: Path, content: Any) -> dict[str, Tensor]:
    """The state dict inside, or a sentence that names the file."""
    try:
        return unwrap(content)
    except ValueError as error:
        raise ValueError(f"{path.name} {error}.") from None


def _guarded(path: Path, tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    """Own float32 copies, made one by one, of tensors that claim no more than the file holds."""
    stored = path.stat().st_size
    for key, value in tensors.items():
        if value.layout is not torch.strided or value.device.type != "cpu" or value.is_quantized:
            raise ValueError(f"{path.name} has something else than a plain tensor at {key!r}.")
        if value.dtype not in DTYPES:
            raise ValueError(f"{path.name} has no floating-point numbers in {key!r}.")
        stored -= value.numel() * value.element_size()
    if stored < 0:
        raise ValueError(f"{path.name} claims more numbers than it holds.")
    return {key: _widen(tensors.pop(key)).clone() for key in list(tensors)}


def _widen(value: Tensor) -> Tensor:
    """float32 for what is floating point, else the value itself; rows after rows."""
    value = value.detach()
    return (value.float() if value.is_floating_point() else value).contiguous()
