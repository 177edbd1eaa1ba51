import os
import pickle
import struct
import sys
import zipfile

import pytest
import torch
from safetensors.torch import save_file

from esrgan.models import build
from esrgan.weights import load
from esrgan.weights.tensor_file import MAX_FILE_BYTES, MAX_HEADER_BYTES
from tests import forked

TINY = {"num_features": 4, "num_blocks": 1, "growth_channels": 2}
LEGACY = {"_use_new_zipfile_serialization": False}


@pytest.fixture
def state():
    return build("rrdbnet", **TINY).state_dict()


class Touch:
    """Unpickled by Python's own unpickler, this writes a file."""

    def __init__(self, marker):
        self.marker = marker

    def __reduce__(self):
        return os.system, (f"touch {self.marker}",)


def refusal(path):
    with pytest.raises(ValueError, match=r"\.$") as caught:
        load(path)
    message = str(caught.value)
    assert message.startswith(path.name)
    assert message.endswith(".")
    assert "\n" not in message
    assert len(message) < 300
    return message


@pytest.mark.parametrize("options", [{}, LEGACY], ids=["zip", "legacy"])
@pytest.mark.parametrize("dtype", [torch.float32, torch.float16, torch.bfloat16, torch.float64])
def test_pytorch_files_of_both_forms_are_read(tmp_path, state, options, dtype):
    path = tmp_path / "theirs.pth"
    torch.save({"params_ema": {key: x.to(dtype) for key, x in state.items()}}, path, **options)
    generator = load(path)
    assert generator.dialect == "basicsr"
    assert dict(generator.config) == {"scale": 4, **TINY}
    for key, value in state.items():
        assert torch.equal(generator.state[key], value.to(dtype).float())


def test_what_was_read_survives_its_file(tmp_path, state):
    path = tmp_path / "theirs.pth"
    torch.save(state, path)
    generator = load(path)
    path.write_bytes(bytes(path.stat().st_size))
    assert all(torch.equal(generator.state[key], value) for key, value in state.items())


def test_a_foreign_safetensors_file_is_recognised(tmp_path, state):
    save_file(state, tmp_path / "theirs.safetensors", metadata={"format": "pt"})
    generator = load(tmp_path / "theirs.safetensors")
    assert generator.architecture == "rrdbnet"
    assert generator.metadata["format"] == "pt"


@pytest.mark.parametrize("options", [{}, LEGACY], ids=["zip", "legacy"])
def test_malicious_pickles_are_not_run(tmp_path, state, options):
    marker = tmp_path / "marker"
    for content in (Touch(marker), {"params": state, "more": Touch(marker)}):
        torch.save(content, tmp_path / "evil.pth", **options)
        assert "may be malicious; it was not run" in refusal(tmp_path / "evil.pth")
    assert not marker.exists()


def test_plain_pickles_are_not_run(tmp_path):
    marker = tmp_path / "marker"
    for protocol in range(2, pickle.HIGHEST_PROTOCOL + 1):
        (tmp_path / "evil.pth").write_bytes(pickle.dumps(Touch(marker), protocol))
        refusal(tmp_path / "evil.pth")
        (tmp_path / "evil.pth").write_bytes(pickle.dumps({"a": [1]}, protocol))
        refusal(tmp_path / "evil.pth")
    assert not marker.exists()


def test_zip_bombs_are_refused_unopened(tmp_path, state):
    plain, bomb = tmp_path / "plain.pth", tmp_path / "bomb.pth"
    torch.save(state, plain)
    with zipfile.ZipFile(plain) as source, zipfile.ZipFile(bomb, "w") as target:
        for record in source.infolist():
            target.writestr(record.filename, source.read(record))
        target.writestr("plain/data/99", bytes(500_000_000), zipfile.ZIP_DEFLATED)
    assert bomb.stat().st_size < 1_000_000
    assert "compressed archive that unpacks to 500 MB" in refusal(bomb)


def test_zips_that_readers_could_see_differently_are_refused(tmp_path, state):
    path = tmp_path / "x.pth"
    torch.save(state, path)
    data = path.read_bytes()
    locator = len(data) - 42
    for changed in (
        data[:-2] + b"\x01\x00c",
        data[: locator + 8] + bytes(8) + data[locator + 16 :],
        data[:4] + data,
    ):
        path.write_bytes(changed)
        assert "is a damaged or cut off PyTorch file" in refusal(path)
    path.write_bytes(data)
    load(path)


def test_tensors_that_claim_more_than_the_file_are_refused(tmp_path, state):
    wide = torch.zeros(1).expand(1 << 20, 1 << 20)
    for options in ({}, LEGACY):
        torch.save(state | {"conv_last.bias": wide}, tmp_path / "wide.pth", **options)
        assert "claims more numbers than it holds" in refusal(tmp_path / "wide.pth")


def test_odd_tensors_are_refused(tmp_path, state):
    sparse = torch.eye(3).to_sparse()
    for odd, message in (
        (sparse, "something else than a plain tensor at 'conv_last.bias'"),
        (torch.zeros(3, dtype=torch.int8), "no floating-point numbers in 'conv_last.bias'"),
        (torch.zeros(3, device="meta"), "something else than a plain tensor"),
    ):
        torch.save(state | {"conv_last.bias": odd}, tmp_path / "odd.pth")
        assert message in refusal(tmp_path / "odd.pth")
    save_file(state | {"a": torch.zeros(3, dtype=torch.int8)}, tmp_path / "odd.safetensors")
    assert "no floating-point numbers in 'a'" in refusal(tmp_path / "odd.safetensors")


def test_programs_are_refused(tmp_path):
    with zipfile.ZipFile(tmp_path / "script.pth", "w") as archive:
        archive.writestr("script/data.pkl", b"")
        archive.writestr("script/constants.pkl", b"")
    assert "TorchScript program" in refusal(tmp_path / "script.pth")


@pytest.mark.parametrize("header", [MAX_HEADER_BYTES + 1, 1 << 62])
def test_oversized_headers_are_refused_unread(tmp_path, header):
    path = tmp_path / "header.safetensors"
    path.write_bytes(struct.pack("<Q", header) + b"{" + bytes(1000))
    assert f"claims a header of {header:,} bytes" in refusal(path)


def test_enormous_files_are_refused_unread(tmp_path):
    path = tmp_path / "large.pth"
    with path.open("wb") as file:
        file.truncate(MAX_FILE_BYTES + 1)
    assert refusal(path) == "large.pth has 300 MB; weights have at most 300 MB."


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is empty"),
        (b"<!DOCTYPE html><title>404</title>", "is a web page, not weights"),
        (b"version https://git-lfs.github.com/spec/v1\n", "is a Git LFS pointer"),
        (b"dear all, {here} are the weights", "is a text file, not weights"),
        (bytes(100), "is no weights file"),
        (b"PK\x03\x04" + bytes(100), "is a damaged or cut off PyTorch file"),
        (b"\x80\x02pickle", "is a damaged, cut off or foreign PyTorch file"),
        (struct.pack("<Q", 20) + b"{" + bytes(40), "is not a readable safetensors file"),
    ],
)
def test_other_files_are_refused(tmp_path, content, message):
    (tmp_path / "x.pth").write_bytes(content)
    assert message in refusal(tmp_path / "x.pth")


def test_a_wrong_suffix_is_said(tmp_path, state):
    torch.save(state, tmp_path / "x.safetensors")
    assert "is no safetensors file; if it is PyTorch's, name it .pth" in refusal(
        tmp_path / "x.safetensors"
    )
    with pytest.raises(ValueError, match=r"There is no file .*gone\.pth"):
        load(tmp_path / "gone.pth")


@pytest.mark.parametrize("options", [{}, LEGACY], ids=["zip", "legacy"])
@pytest.mark.parametrize("part", [0.1, 0.5, 0.9, 0.99])
def test_files_cut_off_are_refused(tmp_path, state, options, part):
    torch.save(state, tmp_path / "x.pth", **options)
    data = (tmp_path / "x.pth").read_bytes()
    (tmp_path / "x.pth").write_bytes(data[: int(part * len(data))])
    assert "cut off" in refusal(tmp_path / "x.pth")


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -float("inf")])
def test_values_that_are_no_numbers_are_refused(tmp_path, state, value):
    torch.save(state | {"conv_hr.bias": torch.full((4,), value)}, tmp_path / "x.pth")
    assert "not a number, in 'conv_hr.bias'" in refusal(tmp_path / "x.pth")


def test_wrong_shapes_and_unknown_states_are_refused(tmp_path, state):
    torch.save(state | {"conv_hr.bias": torch.zeros(5)}, tmp_path / "x.pth")
    message = "is no rrdbnet: 'conv_hr.bias' is (5,), expected (4,)"
    assert message in refusal(tmp_path / "x.pth")
    torch.save({"a.weight": torch.zeros(3)}, tmp_path / "x.pth")
    with pytest.raises(ValueError, match=r"first keys are 'a.weight'; known are rrdbnet \(basicsr"):
        load(tmp_path / "x.pth")


@pytest.mark.skipif(sys.platform != "linux", reason="reads Linux's peak memory")
@pytest.mark.parametrize("dtype", [torch.float32, torch.float16])
@pytest.mark.parametrize("form", ["zip", "legacy", "safetensors"])
def test_memory_stays_under_twice_the_file_and_300_mb(tmp_path, form, dtype):
    network = build("rrdbnet", num_features=64, num_blocks=23, growth_channels=32)
    state = {key: value.to(dtype) for key, value in network.state_dict().items()}
    path = tmp_path / ("x.safetensors" if form == "safetensors" else "x.pth")
    if form == "safetensors":
        save_file(state, path)
    else:
        torch.save({"params": state}, path, **(LEGACY if form == "legacy" else {}))
    (process,) = forked.run((memory_to_load, (path,), {}), folder=tmp_path / "output")
    assert int(process.stdout) < 2 * path.stat().st_size + 300e6


def memory_to_load(path):
    """Print by how many bytes reading a file raises the most memory that a process has had."""
    before = peak_bytes()
    generator = load(path)
    print(peak_bytes() - before)  # noqa: T201
    return generator.num_parameters == 0


def peak_bytes():
    """Most memory that this process has had so far, on Linux."""
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
