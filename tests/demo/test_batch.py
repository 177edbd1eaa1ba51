import zipfile
from types import SimpleNamespace

import gradio as gr
import numpy as np
import pytest

from demo import batch, handlers
from esrgan import Upscaler
from esrgan.images import Picture, encode_png, read


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("GRADIO_TEMP_DIR", str(tmp_path / "cache"))


@pytest.fixture
def session():
    return handlers.start(SimpleNamespace(query_params={}))[0]


@pytest.fixture
def files(tmp_path, photo):
    small = encode_png(Picture(photo[:24, :32]))
    for name in ("a/one.png", "b/one.png", "two.txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(small if name.endswith("png") else b"no picture")
    return [str(tmp_path / name) for name in ("a/one.png", "two.txt", "b/one.png")]


def test_all_pictures_go_into_one_zip_and_failures_are_listed(session, files, photo):
    *_, (save, cancel, failures) = batch.enlarge_all(session, files[:2], files[2:], 0.5)
    with zipfile.ZipFile(save["value"]) as archive:
        names = archive.namelist()
        assert names == ["one_esrgan_a0.50_x4.png", "one_esrgan_a0.50_x4-2.png", "failures.txt"]
        pixels = read(archive.read(names[0])).pixels
        assert archive.read("failures.txt").decode().startswith("two.txt: ")
    assert np.array_equal(pixels, Upscaler("esrgan")(photo[:24, :32], 0.5))
    assert failures["visible"]
    assert failures["value"].startswith("two.txt: ")
    assert not cancel["visible"]
    assert "2 of 3" in save["label"]


def test_a_batch_that_is_cancelled_leaves_no_file(session, files, tmp_path):
    running = batch.enlarge_all(session, files, None, 0.5)
    assert next(running)[1]["visible"]
    running.close()
    assert not list(tmp_path.glob("cache/**/enlarged.zip"))


def test_a_file_that_is_gone_is_one_failure(session, files):
    *_, (save, _, failures) = batch.enlarge_all(session, [*files[:1], "/nowhere/it.png"], [], 0.5)
    assert "1 of 2" in save["label"]
    assert failures["value"].startswith("it.png: ")


@pytest.mark.parametrize("alpha", [None, "1", 2, float("nan"), True])
def test_an_arbitrary_alpha_is_refused(session, files, alpha):
    with pytest.raises(gr.Error, match="not understood"):
        list(batch.enlarge_all(session, files, None, alpha))


def test_no_pictures_or_a_shared_page_are_refused(session, files, monkeypatch):
    with pytest.raises(gr.Error, match="between one and"):
        list(batch.enlarge_all(session, None, [], 0.5))
    monkeypatch.setenv("SPACE_ID", "somebody/space")
    with pytest.raises(gr.Error, match="not understood"):
        list(batch.enlarge_all(session, files, None, 0.5))
