import os
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
from skimage import data
from torch import nn

from esrgan.evaluation import MetricInput, MetricModels, footnote, score
from esrgan.metrics.lpips import blur, load_lpips, to_batch
from esrgan.metrics.naturalness import UndefinedError

CHANNELS = (64, 192, 384, 256, 256)
CONVOLUTIONS = {"0": (3, 64, 11), "3": (64, 192, 5), "6": (192, 384, 3)}
CONVOLUTIONS |= {"8": (384, 256, 3), "10": (256, 256, 3)}


def random_state(prefix):
    generator = torch.Generator().manual_seed(0)
    state = {}
    for name, (channels_in, channels_out, kernel_px) in CONVOLUTIONS.items():
        shape = (channels_out, channels_in, kernel_px, kernel_px)
        scale = (2 / (channels_in * kernel_px**2)) ** 0.5
        state[f"{prefix}{name}.weight"] = torch.randn(shape, generator=generator) * scale
        state[f"{prefix}{name}.bias"] = torch.randn(channels_out, generator=generator) * 0.1
    return state


def heads():
    return {
        f"lin{stage}.model.1.weight": torch.full((1, channels, 1, 1), 1.0 + stage)
        for stage, channels in enumerate(CHANNELS)
    }


@pytest.fixture
def official(tmp_path):
    """Heads and, beside them, torchvision's network, with random weights."""
    backbone = random_state("features.") | {"classifier.1.bias": torch.zeros(3)}
    torch.save(heads(), tmp_path / "alex.pth")
    torch.save(backbone, tmp_path / "alexnet-owt-0.pth")
    return tmp_path


@pytest.fixture
def pictures():
    sharp = data.astronaut()[:192, :200]
    return sharp, cv2.GaussianBlur(sharp, (0, 0), 2)


def alexnet_distance(state, sr, hr):
    """The definition, by torch's own modules."""
    layers = nn.Sequential(
        *(nn.Conv2d(3, 64, 11, 4, 2), nn.ReLU(), nn.MaxPool2d(3, 2)),
        *(nn.Conv2d(64, 192, 5, 1, 2), nn.ReLU(), nn.MaxPool2d(3, 2)),
        *(nn.Conv2d(192, 384, 3, 1, 1), nn.ReLU()),
        *(nn.Conv2d(384, 256, 3, 1, 1), nn.ReLU(), nn.Conv2d(256, 256, 3, 1, 1), nn.ReLU()),
    )
    layers.load_state_dict(state)
    total, features = 0.0, []
    for picture in (sr, hr):
        x = torch.from_numpy(picture.transpose(2, 0, 1).astype(np.float32) / 127.5 - 1)[None]
        x -= torch.tensor([-0.030, -0.088, -0.188])[None, :, None, None]
        x /= torch.tensor([0.458, 0.448, 0.450])[None, :, None, None]
        outputs = []
        for index, layer in enumerate(layers):
            x = layer(x)
            if index in (1, 4, 7, 9, 11):
                outputs.append(nn.functional.normalize(x, dim=1))
        features.append(outputs)
    for stage, (a, b) in enumerate(zip(*features, strict=True)):
        total += (1.0 + stage) * (a - b).square().sum(dim=1).mean().item()
    return total


def test_official_heads_with_torchvisions_network(official, pictures):
    lpips = load_lpips(official)
    assert (lpips.key, lpips.trunk.title) == ("lpips", "AlexNet")
    expected = alexnet_distance(random_state(""), *pictures)
    assert lpips(*pictures) == pytest.approx(expected, rel=1e-4)
    assert lpips(pictures[0], pictures[0]) == 0
    floats = [(picture / 255).astype(np.float32) for picture in pictures]
    assert lpips(*floats) == pytest.approx(expected, rel=1e-4)


def test_blur_keeps_a_flat_picture():
    x = torch.full((1, 2, 7, 8), 3.0)
    assert blur(x).shape == (1, 2, 5, 5)
    assert torch.equal(blur(x), torch.full((1, 2, 5, 5), 3.0))


@pytest.mark.parametrize(("name", "expected"), [("alex", 0.2956363), ("vgg", 0.2882658)])
def test_shift_tolerant_weights_give_their_packages_value(pictures, name, expected):
    """Expected values: stlpips-pytorch 0.0.2 on the same two pictures."""
    folder = Path(os.environ.get("ESRGAN_LPIPS", "nowhere"))
    found = sorted(folder.rglob(f"{name}_shift_tolerant.pth"))
    if not found:
        pytest.skip("no weights: set ESRGAN_LPIPS to the folder of stlpips-pytorch")
    lpips = load_lpips(found[0])
    assert lpips.key == "st_lpips"
    assert lpips(*pictures) == pytest.approx(expected, abs=1e-6)
    assert lpips(*pictures) == pytest.approx(lpips(*pictures[::-1]))


def test_it_is_scored_where_there_are_weights(official, pictures):
    metric_models = MetricModels(lpips=load_lpips(official))
    scores = score("", MetricInput(*pictures, metric_models=metric_models), ["lpips", "st_lpips"])
    assert scores.values["lpips"] == load_lpips(official)(*pictures)
    assert scores.reasons == {"st_lpips": "needs its weights: see --lpips"}
    assert "AlexNet" in footnote(["lpips"], metric_models)


def test_refusals(tmp_path, official, pictures):
    lpips = load_lpips(official)
    with pytest.raises(UndefinedError, match="64 px"):
        lpips(pictures[0][:63], pictures[1][:63])
    with pytest.raises(ValueError, match="differ in size"):
        lpips(pictures[0][:80], pictures[1])
    (official / "alexnet-owt-0.pth").unlink()
    load_lpips.cache_clear()
    with pytest.raises(ValueError, match="needs torchvision's"):
        load_lpips(official)
    torch.save(heads() | {"net.slice1.0.bias": torch.zeros(1)}, official / "short.pth")
    with pytest.raises(ValueError, match="does not hold the AlexNet"):
        load_lpips(official / "short.pth")
    torch.save({"a": torch.tensor(torch.nan)}, tmp_path / "nan.pth")
    with pytest.raises(ValueError, match="not finite"):
        load_lpips(tmp_path / "nan.pth")
    narrow = random_state("net.") | {"net.3.weight": torch.zeros(192, 63, 5, 5)}
    torch.save(heads() | narrow, tmp_path / "narrow.pth")
    with pytest.raises(ValueError, match="does not hold the AlexNet"):
        load_lpips(tmp_path / "narrow.pth")
    torch.save({"a": torch.zeros(1)}, tmp_path / "other.pth")
    with pytest.raises(ValueError, match=r"other\.pth holds no LPIPS weights"):
        load_lpips(tmp_path / "other.pth")
    (tmp_path / "broken.pth").write_bytes(b"no")
    with pytest.raises(ValueError, match="not a file of PyTorch weights"):
        load_lpips(tmp_path / "broken.pth")
    (tmp_path / "empty").mkdir()
    with pytest.raises(ValueError, match="holds none of alex"):
        load_lpips(tmp_path / "empty")


def test_batches_are_in_unit_range(photo):
    batch = to_batch(photo)
    assert batch.shape == (1, 3, 96, 120)
    assert 0 <= batch.min() < batch.max() <= 1
