"""Files of `convert` and `interpolate` in other programs: the same output as here."""

import importlib.util
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch

from esrgan.cli import main
from esrgan.interpolation import interpolate
from esrgan.models import build
from esrgan.weights import MODELS, Generator, load, save_generator
from esrgan.weights.generator import full_config

READER = Path(__file__).parent / "spandrel_reader.py"
PSNR, GAN = MODELS["esrgan"].files
NARROW = {"num_features": 6, "num_blocks": 2, "growth_channels": 3}
RCAN = {"num_features": 8, "num_groups": 2, "num_blocks": 2, "squeeze": 4}
needs_spandrel = pytest.mark.skipif(
    importlib.util.find_spec("spandrel") is None,
    reason="spandrel requires torchvision: pip install --no-deps spandrel einops",
)


def as_spandrel_reads(state):
    """Rebuild an RRDBNet by spandrel's rules for ESRGAN, as its documentation has them.

    The number of features is the first layer's, the number of blocks the trunk's, the scale
    follows from the upsampling layers; 32 growth channels are assumed, and every shape must fit.
    """
    blocks = {key.split(".")[1] for key in state if key.startswith("body.")}
    features = state["conv_first.weight"].shape[0]
    network = build("rrdbnet", num_features=features, num_blocks=len(blocks), growth_channels=32)
    network.load_state_dict(state, strict=True)
    return network.eval().requires_grad_(False)


def test_a_program_that_assumes_32_growth_channels_computes_the_same(tmp_path):
    path = tmp_path / "mixed.pth"
    assert main(["interpolate", str(PSNR), str(GAN), "-o", str(path), "--alpha", "0.4"]) == 0
    theirs = as_spandrel_reads(torch.load(path, weights_only=True)["params"])
    psnr, gan = load(PSNR), load(GAN)
    ours = psnr.network(interpolate(psnr.state, gan.state, 0.4))
    lr = torch.rand(1, 3, 12, 17)
    torch.testing.assert_close(theirs(lr), ours(lr), rtol=1e-5, atol=1e-6)


def fresh(architecture, config):
    """A network of random weights."""
    config = full_config(architecture, config)
    return Generator(architecture, config, build(architecture, **config).state_dict(), {})


def compare_with_spandrel(folder, files):
    """Enlarge by spandrel, in a process of its own, and here; its name and scale for each file."""
    lr = torch.rand(1, 3, 12, 16)
    np.save(folder / "lr.npy", lr.numpy())
    command = [sys.executable, READER, folder / "lr.npy", folder / "sr.npz", *files]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    results = dict(np.load(folder / "sr.npz"))
    for path, name in files.items():
        sr = torch.from_numpy(results[f"{name}, {path}"])
        ours = load(path).network()(lr).clamp(0, 1)
        torch.testing.assert_close(sr, ours, rtol=1e-5, atol=1e-6)


@needs_spandrel
def test_spandrel_computes_the_same(tmp_path):
    files = {tmp_path / f"{it}.pth": "ESRGAN x4" for it in ("basicsr", "esrgan", "old", "mixed")}
    *converted, mixed = files
    for path in converted:
        assert main(["convert", str(GAN), str(path), "--dialect", path.stem]) == 0
    assert main(["interpolate", str(PSNR), str(GAN), "-o", str(mixed), "--alpha", "0.7"]) == 0
    for scale in (1, 2, 8):
        path = tmp_path / f"x{scale}.pth"
        save_generator(path, fresh("rrdbnet", NARROW | {"scale": scale}))
        files[path] = f"ESRGAN x{scale}"
    rcan = tmp_path / "rcan.pth"
    save_generator(rcan, fresh("rcan", RCAN), "edsr-pytorch")
    compare_with_spandrel(tmp_path, files | {rcan: "RCAN x4"})


@needs_spandrel
@pytest.mark.slow
@pytest.mark.usefixtures("embedded")
def test_spandrel_computes_the_same_with_the_embedded_pair_mixed(tmp_path):
    ends, path = [str(it) for it in MODELS["esrgan"].files], tmp_path / "mixed.pth"
    assert main(["interpolate", *ends, "-o", str(path), "--alpha", "0.7"]) == 0
    compare_with_spandrel(tmp_path, {path: "ESRGAN x4"})
