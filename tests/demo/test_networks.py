import json
from dataclasses import replace

import gradio as gr
import numpy as np
import pytest
import torch

from demo import handlers, networks
from demo.layout import launch_options
from demo.scene import rebuild, scores
from esrgan.cli import main
from esrgan.images import read
from esrgan.models import build
from esrgan.weights import MODELS, Model, RemoteFile, Transfer, save_weights
from tests.training.conftest import _fresh_accelerate, folder  # noqa: F401 - fixtures

TOY = ["batch_size=4", "patch_px=32", "precision=fp32", "validate_every=0", "held_out=0", "steps=3"]
REMOTE = Model(
    "far", "Far", remote=(RemoteFile("a.pth", "http://x/a.pth", 2_000_000),) * 2, paper="p"
)


@pytest.fixture(autouse=True)
def _no_caches(tmp_path, monkeypatch):
    monkeypatch.setenv("GRADIO_TEMP_DIR", str(tmp_path / "cache"))
    monkeypatch.setenv("ESRGAN_CACHE", str(tmp_path / "caches"))
    monkeypatch.delenv("SPACE_ID", raising=False)


@pytest.fixture
def session():
    return handlers.start()[0]


def pair_of_files(folder, **size):  # noqa: F811
    """Two files that make a pair: an SRResNet and a slightly moved copy."""
    torch.manual_seed(0)
    network = build("srresnet", num_features=4, num_blocks=1, **size)
    metadata = {
        "architecture": "srresnet",
        "config": json.dumps({"num_features": 4, "num_blocks": 1}),
    }
    for name in ("psnr", "gan"):
        save_weights(folder / f"{name}.safetensors", network.state_dict(), metadata)
        network.conv_last.bias.data.add_(0.02)
    return str(folder / "psnr.safetensors"), str(folder / "gan.safetensors")


def test_the_page_starts_with_the_embedded_pair_where_no_other_is_cached(session):
    assert session.pair == MODELS["esrgan"]
    assert networks.ready_pairs() == {"esrgan": "ESRGAN-small · 4 blocks, our training"}
    assert set(networks.missing_pairs()) == {"esrgan-official", "realesrgan", "bsrgan", "msrgan"}
    assert networks.missing_pairs()["esrgan-official"].startswith("ESRGAN: 134 MB, Apache-2.0")


def test_own_files_move_the_slider(session, tmp_path):
    files = pair_of_files(tmp_path)
    ((changed, view),) = handlers.use_own_pair(session, *files)
    assert changed.revision == session.revision + 1
    assert view.panes[0].title == "Your pair"
    assert view.place.name == session.name
    low, high = (rebuild(changed.scene, changed.pair, alpha) for alpha in (0.0, 1.0))
    assert np.median(high.astype(int) - low) == pytest.approx(5, abs=1)
    ((_, exact),) = handlers.rest(changed, _event(alpha=1.0))
    np.testing.assert_array_equal(read(exact.exact.image.path).pixels, high)
    assert scores(changed.scene, high).values["niqe"]


def _event(**data):
    from types import SimpleNamespace

    return SimpleNamespace(_data=data)


def test_a_new_picture_keeps_the_pair(session, tmp_path):
    ((changed, _),) = handlers.use_own_pair(session, *pair_of_files(tmp_path))
    ((opened, view),) = handlers.open_example(changed, _event(name="coffee"))
    assert opened.pair == changed.pair
    assert view.panes[0].title == "Your pair"


def test_what_is_no_pair_is_refused_in_one_sentence(session, tmp_path):
    psnr, _ = pair_of_files(tmp_path)
    (tmp_path / "text.pth").write_text("no weights")
    with pytest.raises(gr.Error, match="needs two files"):
        list(handlers.use_own_pair(session, psnr, None))
    with pytest.raises(gr.Error, match=r"text\.pth"):
        list(handlers.use_own_pair(session, psnr, str(tmp_path / "text.pth")))
    with pytest.raises(gr.Error, match="The networks differ"):
        list(handlers.use_own_pair(session, psnr, str(MODELS["srresnet"].files[0])))


def test_another_scale_is_refused_with_its_reason(session, tmp_path):
    torch.manual_seed(0)
    size = {"scale": 2, "num_features": 4, "num_blocks": 1, "growth_channels": 2}
    network = build("rrdbnet", **size)
    for parameter in network.parameters():
        parameter.data.zero_()
    network.conv_last.bias.data.fill_(0.5)
    metadata = {"architecture": "rrdbnet", "config": json.dumps(size)}
    save_weights(tmp_path / "two.safetensors", network.state_dict(), metadata)
    with pytest.raises(gr.Error, match="enlarges by 2"):
        list(handlers.use_own_pair(session, *[str(tmp_path / "two.safetensors")] * 2))


def test_a_space_takes_no_files_and_downloads_nothing(session, tmp_path, monkeypatch):
    monkeypatch.setenv("SPACE_ID", "someone/esrgan")
    assert launch_options()["max_file_size"] == "40mb"
    with pytest.raises(gr.Error, match="not understood"):
        list(handlers.use_own_pair(session, *pair_of_files(tmp_path)))
    with pytest.raises(gr.Error, match="not a pair that can be downloaded here"):
        list(handlers.download_pair("esrgan-official"))


def test_a_download_reports_and_offers_the_pair(monkeypatch):
    here = []

    def download(model):
        yield Transfer("a.pth", 1_000_000, 4_000_000)
        here.append(model.name)

    monkeypatch.setattr(networks, "MODELS", {**MODELS, "far": REMOTE})
    monkeypatch.setattr(networks, "is_cached", lambda model: not model.remote or model.name in here)
    monkeypatch.setattr(networks, "download", download)
    (first, _), (last, pairs) = handlers.download_pair("far")
    assert first["value"] == "Downloading … 1 of 4 MB"
    assert last["visible"] is False
    assert ("Far", "far") in pairs["choices"]


def test_only_ready_pairs_are_named(session):
    with pytest.raises(gr.Error, match="There is no pair 'realesrgan' here"):
        list(handlers.use_pair(session, "realesrgan"))
    ((changed, _),) = handlers.use_pair(session, "esrgan")
    assert changed.revision == session.revision + 1


def test_a_folder_of_pictures_becomes_a_pair_on_the_slider(folder, session):  # noqa: F811
    """The guide's path: two stages by the command line, then the page."""
    size = "model=num_features:4,num_blocks:1"
    command = ["--data", str(folder / "data"), "--device", "cpu", "--set", size, *TOY]
    first, second = folder / "psnr", folder / "gan"
    assert main(["train", "srresnet-small", "--run", str(first), *command]) == 0
    init = f"init={first / 'weights.safetensors'}"
    gan = ["perceptual_weight=0", "discriminator_features=4", init]
    assert main(["train", "srgan-small", "--run", str(second), *command, *gan]) == 0
    files = [str(run / "weights.safetensors") for run in (first, second)]
    ((changed, view),) = handlers.use_own_pair(session, *files)
    assert view.panes[0].title == "Your pair"
    news = [view for _, view in handlers.grow(changed, _event(revision=changed.revision))]
    assert {node.alpha for node in news[-1].nodes} >= {0.0, 1.0}
    assert news[-1].bound
    assert replace(changed, pair=MODELS["esrgan"]).pair.name == "esrgan"
