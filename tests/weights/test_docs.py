"""The worked example of docs/weights.md, line by line."""

import re
import shlex
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from esrgan import Upscaler
from esrgan.cli import main
from esrgan.images import read
from esrgan.weights import MODELS
from esrgan.weights.dialects import dialect_names
from tests.conftest import EMBEDDED

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docs" / "weights.md").read_text("utf-8")


def test_the_worked_example_runs(tmp_path, monkeypatch, noise, capsys):
    Image.fromarray(noise).save(tmp_path / "photo.png")
    monkeypatch.chdir(tmp_path)
    blocks = re.findall(r"```sh\n(.*?)```", TEXT, re.DOTALL)
    (block,) = (it for it in blocks if "$WEIGHTS" in it)
    for line in block.replace("$WEIGHTS", EMBEDDED.as_posix()).splitlines():
        assert main(shlex.split(line)[3:]) == 0
    assert capsys.readouterr().out.splitlines()[-1] in TEXT
    mixed, pair = (
        read(tmp_path / "results" / name).pixels
        for name in ("photo_my-mixed_x4.png", "photo_my-psnr-my-gan_a0.60_x4.png")
    )
    assert np.array_equal(mixed, pair)
    blocks = re.findall(r"```python\n(.*?)```", TEXT, re.DOTALL)
    (code,) = (it for it in blocks if "Upscaler" in it)
    exec(compile(code, "docs/weights.md", "exec"), {})
    assert np.array_equal(read(tmp_path / "large.png").pixels, pair)


def test_the_graphs_example_runs(tmp_path, monkeypatch, noise):
    Image.fromarray(noise).save(tmp_path / "photo.png")
    monkeypatch.chdir(tmp_path)
    blocks = re.findall(r"```sh\n(.*?)```", TEXT, re.DOTALL)
    (block,) = (it for it in blocks if ".onnx" in it)
    line = next(it for it in block.splitlines() if " esrgan.onnx" in it)
    assert main(shlex.split(line, comments=True)[3:]) == 0
    blocks = re.findall(r"```python\n(.*?)```", TEXT, re.DOTALL)
    (code,) = (it for it in blocks if "onnxruntime" in it)
    exec(compile(code, "docs/weights.md", "exec"), {})
    theirs, ours = read(tmp_path / "large.png").pixels, Upscaler("esrgan")(noise, 0.6)
    assert np.abs(theirs.astype(int) - ours).max() <= 1


@pytest.mark.parametrize(
    "model", [it for it in MODELS.values() if it.remote], ids=lambda it: it.name
)
def test_the_table_is_the_registrys(model):
    (row,) = re.findall(rf"\| `{model.name}` \|.*", TEXT)
    cells = [cell.strip() for cell in row.split("|")]
    assert cells[3:6] == [f"{model.megabytes:.0f}", model.licence, model.paper]


def test_every_dialect_is_named():
    assert all(f"`{name}`" in TEXT for name in dialect_names())


def test_the_space_preloads_the_official_pair():
    front_matter = (ROOT / "README.md").read_text("utf-8").split("---")[1]
    files = MODELS["esrgan-official"].remote
    names = ",".join(file.name for file in files)
    assert f"- {files[0].hub[1]} {names}" in front_matter
