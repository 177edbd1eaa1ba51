import os
import re
import sys
from pathlib import Path

import numpy as np
import pytest
import torch

from esrgan.images import Picture, encode_png, read
from esrgan.models import build
from esrgan.weights import save_weights
from examples import perceptual_features
from tests.training.conftest import accept, random_vgg

VGG19_FILE = os.environ.get("ESRGAN_VGG19")


@pytest.fixture
def files(tmp_path, photo, monkeypatch):
    (tmp_path / "photo.png").write_bytes(encode_png(Picture(photo)))
    torch.save(random_vgg(), tmp_path / "vgg.pth")
    accept(tmp_path / "vgg.pth", monkeypatch)
    size = {"num_features": 4, "num_blocks": 1}
    for name, shift in (("after", -0.2), ("before", 0.0)):
        network = build("msrresnet", **size)
        network.conv_last.bias.data.fill_(shift)
        metadata = {"architecture": "msrresnet", "config": str(size).replace("'", '"')}
        save_weights(tmp_path / f"{name}.safetensors", network.state_dict(), metadata)
    return tmp_path


def test_shares_and_brightness_are_printed_and_pictures_written(files, monkeypatch, capsys):
    arguments = [str(files / "photo.png"), "--features", str(files / "vgg.pth")]
    for name in ("after", "before"):
        arguments += [f"--{name}", str(files / f"{name}.safetensors")]
    monkeypatch.setattr(sys, "argv", ["x", *arguments, "-o", str(files / "out")])
    perceptual_features.main()
    output = capsys.readouterr().out
    shares = [float(text) for text in re.findall(r"([\d.]+)% active", output)]
    assert len(shares) == 13
    assert all(0 < share < 100 for share in shares)
    levels = dict(re.findall(r"(\w+) +mean grey level ([\d.]+)", output))
    assert float(levels["after"]) < float(levels["before"]) - 20
    assert {path.name for path in (files / "out").iterdir()} == {
        "features.png",
        "after.png",
        "before.png",
    }


def test_the_share_is_that_of_values_above_zero():
    maps = torch.tensor([[[[1.0, -1.0], [0.0, 2.0]]]])
    assert perceptual_features.active_shares({"a": maps}) == {"a": 0.5}


def test_other_files_are_refused(tmp_path):
    (tmp_path / "vgg.pth").write_bytes(b"nothing")
    with pytest.raises(ValueError, match="not the published file"):
        perceptual_features.open_features(tmp_path / "vgg.pth")


@pytest.mark.skipif(not VGG19_FILE, reason="ESRGAN_VGG19 names no vgg19-dcbb9e9d.pth")
def test_the_papers_share_for_baboon(data_folder):
    features = perceptual_features.open_features(Path(str(VGG19_FILE)))
    baboon = read(data_folder / "niqe" / "baboon.png").pixels
    planes = torch.from_numpy(np.ascontiguousarray(baboon.transpose(2, 0, 1)))[None] / 255
    with torch.no_grad():
        share = perceptual_features.active_shares(features(planes))["5_4"]
    assert share == pytest.approx(0.1117, abs=0.005)
