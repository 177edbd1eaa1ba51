import json
from pathlib import Path
from types import SimpleNamespace

import gradio as gr
import numpy as np
import pytest
import torch
from gradio.context import LocalContext

from demo import handlers, layout, networks
from demo.planes import decode
from demo.scene import Mode, rebuild, scores
from esrgan import Upscaler, imresize
from esrgan.cli import main
from esrgan.images import Picture, read
from esrgan.metrics import psnr
from esrgan.models import build
from esrgan.resize import crop_to_multiple
from esrgan.weights import MODELS, Model, RemoteFile, Transfer, save_weights
from tests.training.conftest import _fresh_accelerate, folder  # noqa: F401 - fixtures
from tests.weights.conftest import SIZES, passing

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
    return handlers.start(SimpleNamespace(query_params={}))[0]


def pair_of_files(folder, **size):  # noqa: F811
    """Two files that make a pair: an MSRResNet and a slightly moved copy."""
    torch.manual_seed(0)
    network = build("msrresnet", num_features=4, num_blocks=1, **size)
    metadata = {
        "architecture": "msrresnet",
        "config": json.dumps({"num_features": 4, "num_blocks": 1}),
    }
    for name in ("psnr", "gan"):
        save_weights(folder / f"{name}.safetensors", network.state_dict(), metadata)
        network.conv_last.bias.data.add_(0.02)
    return str(folder / "psnr.safetensors"), str(folder / "gan.safetensors")


def test_the_page_starts_with_the_embedded_pair_where_no_other_is_cached(session):
    assert session.pair == MODELS["esrgan"]
    assert networks.ready_pairs() == {
        "srgan": "SRGAN · trained by us",
        "esrgan": "ESRGAN-small · 4 blocks, trained by us",
    }
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


def pair_at(folder, scale):  # noqa: F811
    """Two files that make a pair of a scale: a tiny RRDBNet and a slightly moved copy."""
    network, folder = passing(noise=0.003, scale=scale), folder / f"x{scale}"
    folder.mkdir()
    sizes = json.dumps(SIZES | {"scale": scale})
    for name in ("psnr", "gan"):
        metadata = {"architecture": "rrdbnet", "config": sizes}
        save_weights(folder / f"{name}.safetensors", network.state_dict(), metadata)
        network.conv_last.bias.data.add_(0.02)
    return str(folder / "psnr.safetensors"), str(folder / "gan.safetensors")


@pytest.mark.parametrize("scale", [2, 8])
def test_the_page_follows_the_scale_of_its_pair(session, tmp_path, scale):
    files = pair_at(tmp_path, scale)
    ((changed, view),) = handlers.use_own_pair(session, *files)
    hr = crop_to_multiple(changed.picture.pixels, scale)
    lr = imresize(hr, 1 / scale)
    assert view.place.scale == scale
    assert view.place.small == (lr.shape[1], lr.shape[0])
    assert [pane.id for pane in view.panes] == ["esrgan", "original", "bicubic"]
    np.testing.assert_array_equal(read(view.panes[1].image.path).pixels, hr)
    np.testing.assert_array_equal(read(view.panes[2].image.path).pixels, imresize(lr, scale))
    ((_, rested),) = handlers.rest(changed, _event(alpha=0.5))
    sr = Upscaler(files)(lr, 0.5)
    np.testing.assert_array_equal(read(rested.exact.image.path).pixels, sr)
    assert rested.exact.figures[0].text == f"{psnr(sr, hr, border_px=scale):.2f} dB"
    news = list(handlers.grow(changed, _event(revision=changed.revision)))[-1][1]
    assert news.panes == []
    assert decode(Path(news.nodes[0].file.path).read_bytes(), *hr.shape[:2]).shape == hr.shape
    (added,) = handlers.add_method(changed, _event(model="input"))
    np.testing.assert_array_equal(read(added.panes[0].image.path).pixels[::scale, ::scale], lr)
    ((back, view),) = handlers.use_pair(changed, "esrgan")
    assert back.scene.scale == view.place.scale == 4
    assert view.panes[-1].id == "srresnet"


def test_figures_and_exports_follow_the_scale(session, tmp_path):
    files = pair_at(tmp_path, 2)
    ((changed, _),) = handlers.use_own_pair(session, *files)
    button, *_ = list(handlers.export(changed, _event(alpha=1)))[-1]
    assert button["value"].endswith("_a1.00_x2.png")
    lr = imresize(crop_to_multiple(changed.picture.pixels, 2), 0.5)
    np.testing.assert_array_equal(read(button["value"]).pixels, Upscaler(files)(lr, 1.0))
    request = {"alpha": 1, "format": "png"}
    drawn = list(handlers.draw_figure(changed, _event(methods=["esrgan", "bicubic"], **request)))
    assert drawn[-1]["value"].endswith(".png")
    with pytest.raises(gr.Error, match="not understood"):
        list(handlers.draw_figure(changed, _event(methods=["esrgan", "srresnet"], **request)))


def test_large_scales_export_smaller_pictures(session, tmp_path):
    big = Picture(np.zeros((800, 800, 3), np.uint8))
    for scale, is_refused in ((2, False), (8, True)):
        pair = networks.own_pair(*pair_at(tmp_path, scale))
        opened = handlers.views.open_picture("big", big, Mode.ENLARGE, session.latest, pair)
        if is_refused:
            with pytest.raises(gr.Error, match=r"up to 0\.5 megapixels"):
                list(handlers.export(opened, _event(alpha=0)))
        else:
            assert handlers._whole(opened) is big


def test_networks_that_keep_the_size_have_no_compare(session, tmp_path):
    files = pair_at(tmp_path, 1)
    ((changed, view),) = handlers.use_own_pair(session, *files)
    assert (view.place.mode, view.place.scale) == ("enlarge", 1)
    ((opened, view),) = handlers.open_example(changed, _event(name="coffee"))
    assert view.place.mode == "enlarge"
    box = opened.scene.box
    assert (box.width, box.height) == (512, 400)
    with pytest.raises(gr.Error, match="nothing to compare with"):
        list(handlers.place(opened, _event(x=0.5, y=0.5, mode="compare", side=512)))
    ((_, rested),) = handlers.rest(opened, _event(alpha=0))
    whole = Upscaler(files, tile_px=1024)(opened.picture.pixels, 0.0)
    window = whole[box.top : box.top + 400, box.left : box.left + 512].astype(int)
    assert np.abs(read(rested.exact.image.path).pixels - window).max() <= 1


def test_own_networks_outlive_their_files(session, tmp_path):
    files = pair_of_files(tmp_path)
    ((changed, _),) = handlers.use_own_pair(session, *files)
    picture = imresize(crop_to_multiple(changed.picture.pixels, 4), 0.25)
    expected = Upscaler(files)(picture, 0.5)
    for file in files:
        Path(file).unlink()
    button, *_ = list(handlers.export(changed, _event(alpha=0.5)))[-1]
    np.testing.assert_array_equal(read(button["value"]).pixels, expected)
    assert list(handlers.grow(changed, _event(revision=changed.revision)))[-1][1].nodes
    assert rebuild(changed.scene, changed.pair, 0.5, precision="bf16").any()


def test_a_space_takes_no_files_and_downloads_nothing(session, tmp_path, monkeypatch):
    monkeypatch.setenv("SPACE_ID", "someone/esrgan")
    assert layout.launch_options()["max_file_size"] == "40mb"
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


@pytest.mark.parametrize(
    ("language", "title"), [("en", "SRGAN · trained by us"), ("zh-CN", "SRGAN · 自行训练")]
)
def test_the_list_tells_the_pair_on_the_slider(session, tmp_path, language, title):
    own = next(handlers.use_own_pair(session, *pair_of_files(tmp_path)))[0]
    named = next(handlers.use_pair(session, "srgan"))[0]
    token = LocalContext.request.set(SimpleNamespace(headers={"accept-language": language}))
    try:
        shown = [handlers.show_pair(it) for it in (session, named, own, None)]
    finally:
        LocalContext.request.reset(token)
    assert [it["value"] for it in shown] == ["esrgan", "srgan", None, "esrgan"]
    assert all((title, "srgan") in it["choices"] for it in shown)
    assert handlers.follow(named)[-1] == handlers.show_pair(named)


@pytest.mark.parametrize("lends", ["true", "false"])
def test_the_list_is_told_after_whatever_may_change_the_pair(monkeypatch, lends):
    monkeypatch.setenv("SPACES_ZERO_GPU", lends)
    page = layout.build()
    names = {number: fn.name for number, fn in page.fns.items()}
    told = {
        (names[fn.trigger_after], fn.trigger_only_on_failure)
        for fn in page.fns.values()
        if fn.name in ("show_pair", "follow")
    }
    opening = {"open_upload", "open_example", "forget", "place", "use_pair", "use_own_pair"}
    expected = {(name, False) for name in opening} | {("use_pair", True)}
    assert told == expected | ({("grow", False)} if lends == "true" else set())
    page.close()


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
    news = list(handlers.grow(changed, _event(revision=changed.revision)))
    _, last = news[-1]
    assert {node.alpha for node in last.nodes} >= {0.0, 1.0}
    assert last.p99
