"""Read the tensors of an untrusted file, without executing anything in it.

A file is safetensors or PyTorch's (`.pth`, `.pt`), which its first bytes show. Its size, header and
declared contents are limited before anything is unpacked, so that memory stays below twice the
file's size plus 300 MB. What network the tensors are is not asked here but in `loading`.
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

MAX_FILE_BYTES = 300_000_000
MAX_HEADER_BYTES = 8_000_000
MAX_PICKLE_BYTES = 16_000_000
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


def read_tensors(path: Path) -> tuple[dict[str, Tensor], dict[str, str]]:
    """Read a file's tensors by name, and its metadata.

    Returns
    -------
    tuple
        State dict without wrapper and key prefixes, in float32 (integers stay int64), and the
        metadata, which is empty for PyTorch files.

    Raises
    ------
    ValueError
        With one sentence that names the file, if it cannot be read or is refused as unsafe.
    """
    size, head = _size_and_head(path)
    if not is_weights(head):
        kind = describe_foreign(head)
        raise ValueError(f"{path.name} is {kind}: expected safetensors or PyTorch weights.")
    if head[8:9] == b"{":
        return _read_safetensors(path, size, head)
    if path.suffix == ".safetensors":
        raise ValueError(f"{path.name} is no safetensors file; if it is PyTorch's, name it .pth.")
    return _checked_copies(path, _read_torch(path, size, head)), {}


def is_weights(head: bytes) -> bool:
    """Whether the first bytes of a file are those of safetensors or of PyTorch."""
    return not _is_text(head) and (head[8:9] == b"{" or head.startswith((ZIP_MAGIC, PICKLE_MAGIC)))


def describe_foreign(head: bytes) -> str:
    """Say what a file that holds no weights seems to be, by its first bytes.

    Examples
    --------
    >>> describe_foreign(b"<!DOCTYPE html>")
    'a web page, not weights'
    """
    if not head:
        return "empty"
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n")[:15].lower()
    if start.startswith((b"<!doctype", b"<html", b"<?xml", b"<head", b"<body")):
        return "a web page, not weights"
    if start.startswith(b"version https:/"):
        return "a Git LFS pointer, not the weights it points to"
    return "a text file, not weights" if _is_text(head) else "no weights file"


def _is_text(head: bytes) -> bool:
    """Whether all bytes are printable ASCII or white space."""
    return all(byte in b"\t\n\r\x0c" or 32 <= byte < 127 for byte in head)


def _size_and_head(path: Path) -> tuple[int, bytes]:
    """Return a file's size and its first 512 bytes; refuse a file that is too large."""
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            head = file.read(512)
    except FileNotFoundError:
        raise ValueError(f"There is no file {path}.") from None
    except OSError as error:
        raise ValueError(f"{path.name}: {error.strerror or 'cannot be read'}.") from None
    if size > MAX_FILE_BYTES:
        limit = f"{MAX_FILE_BYTES / 1e6:.0f} MB"
        raise ValueError(f"{path.name} has {size / 1e6:.0f} MB; weights have at most {limit}.")
    return size, head


def _read_safetensors(
    path: Path, size: int, head: bytes
) -> tuple[dict[str, Tensor], dict[str, str]]:
    """Read float32 tensors and metadata from a safetensors file."""
    (header,) = struct.unpack("<Q", head[:8])
    if header > min(MAX_HEADER_BYTES, size - 8):
        raise ValueError(
            f"{path.name} claims a header of {header:,} bytes; at most "
            f"{min(MAX_HEADER_BYTES, size - 8):,} are possible: the file is damaged or cut off."
        )
    tensors: dict[str, Tensor] = {}
    try:
        with safe_open(path, framework="pt") as file:
            for key in file.keys():  # noqa: SIM118
                if file.get_slice(key).get_dtype() not in SAFETENSORS_DTYPES:
                    raise ValueError(f"{path.name} has no floating-point numbers in {key!r}.")
                tensors[key] = _to_float32(file.get_tensor(key))
            metadata = dict(file.metadata() or {})
    except (SafetensorError, OSError):
        raise ValueError(f"{path.name} is not a readable safetensors file.") from None
    return _unwrapped(path, tensors), metadata


def _read_torch(path: Path, size: int, head: bytes) -> dict[str, Tensor]:
    """Read a PyTorch file's tensors as they are stored: memory-mapped if the file is a zip."""
    is_zip = head.startswith(ZIP_MAGIC)
    if is_zip:
        _check_zip(path, size)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            content: Any = torch.load(str(path), map_location="cpu", weights_only=True, mmap=is_zip)
    except UNPICKLING_ERRORS as error:
        raise ValueError(f"{path.name} {_unpickling_reason(error)}.") from None
    return _unwrapped(path, content)


def _check_zip(path: Path, size: int) -> None:
    """Refuse a zip that PyTorch would not write: compressed, or larger than its file."""
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
    if names.get("data.pkl", 0) > MAX_PICKLE_BYTES:
        raise ValueError(f"{path.name} has more structure than weights have.")


def _directory_start(path: Path, size: int) -> int:
    """Offset of a zip's directory, or −1 if the zip does not end as PyTorch writes it.

    Programs search for the directory in different ways. Only if all of them find the same one are
    the records that Python checks those that PyTorch unpacks.
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
    """Say why PyTorch refused a file, without its advice to switch the protection off."""
    blocked = re.search(
        r"GLOBAL (\S+) was not an allowed|whose module (\S+) is blocked", str(error)
    )
    if blocked:
        name = (blocked[1] or blocked[2])[:60]
        return f"asks for {name!r}, which weights never need, and may be malicious; it was not run"
    return "is a damaged, cut off or foreign PyTorch file"


def _unwrapped(path: Path, content: Any) -> dict[str, Tensor]:
    """Return the state dict in a file's content; errors name the file."""
    try:
        return unwrap(content)
    except ValueError as error:
        raise ValueError(f"{path.name} {error}.") from None


def _checked_copies(path: Path, tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    """Copy tensors to float32 one by one, once all are plain and no larger than the file.

    `tensors` is emptied meanwhile, to save memory.
    """
    remaining_bytes = path.stat().st_size
    for key, value in tensors.items():
        if value.layout is not torch.strided or value.device.type != "cpu" or value.is_quantized:
            raise ValueError(f"{path.name} has something else than a plain tensor at {key!r}.")
        if value.dtype not in DTYPES:
            raise ValueError(f"{path.name} has no floating-point numbers in {key!r}.")
        remaining_bytes -= value.numel() * value.element_size()
    if remaining_bytes < 0:
        raise ValueError(f"{path.name} claims more numbers than it holds.")
    return {key: _to_float32(tensors.pop(key)).clone() for key in list(tensors)}


def _to_float32(value: Tensor) -> Tensor:
    """Convert floating-point values to float32; the result is contiguous."""
    value = value.detach()
    return (value.float() if value.is_floating_point() else value).contiguous()
