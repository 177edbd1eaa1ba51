import os
import time
import zipfile
from pathlib import Path
from types import SimpleNamespace

import gradio as gr
import numpy as np
import pytest

from demo import batch, handlers, refusals, store
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
        assert names == ["one_esrgan_a0.50_x4.png", "one-2_esrgan_a0.50_x4.png", "failures.txt"]
        pixels = read(archive.read(names[0])).pixels
        assert archive.read("failures.txt").decode().startswith("two.txt: ")
    assert np.array_equal(pixels, Upscaler("esrgan")(photo[:24, :32], 0.5))
    assert failures["visible"]
    assert failures["value"].startswith("two.txt: ")
    assert not cancel["visible"]
    assert "2 of 3" in save["label"]


def test_a_file_that_is_gone_is_one_failure(session, files):
    *_, (save, _, failures) = batch.enlarge_all(session, [*files[:1], "/nowhere/it.png"], [], 0.5)
    assert "1 of 2" in save["label"]
    assert failures["value"] == f"it.png: {refusals.LOST_UPLOAD}"


def test_a_batch_outlives_its_uploads(session, files, tmp_path, monkeypatch):
    running = batch.enlarge_all(session, [files[0], files[2]], None, 0.5)
    next(running)
    for path in files:
        Path(path).unlink()
    hours_later = time.time() + 9 * 3600
    next(running)
    (zipped,) = tmp_path.glob("cache/**/enlarged.zip")
    os.utime(zipped.parent, (hours_later,) * 2)  # as by the tile just done
    with monkeypatch.context() as later:
        later.setattr(store, "time", SimpleNamespace(time=lambda: hours_later))
        store.sweep()
    *_, (save, _, failures) = running
    assert "2 of 2" in save["label"]
    assert not failures["visible"]


def test_a_batch_keeps_its_files_from_being_swept_with_every_tile(session, files, tmp_path):
    running = batch.enlarge_all(session, [files[0], files[2]], None, 0.5)
    next(running)
    (zipped,) = tmp_path.glob("cache/**/enlarged.zip")
    os.utime(zipped.parent, (0, 0))
    next(running)
    assert time.time() - zipped.parent.stat().st_mtime < 60


@pytest.mark.parametrize("is_through", [True, False])
def test_only_the_zip_stays_of_a_batch(session, files, tmp_path, is_through):
    running = batch.enlarge_all(session, [files[0], files[2]], None, 0.5)
    next(running)
    assert len(list(tmp_path.glob("cache/page/**/[01].png"))) == 2
    list(running) if is_through else running.close()
    left = [path.name for path in tmp_path.glob("cache/page/**/*") if path.is_file()]
    assert left.count("enlarged.zip") == is_through
    assert not {"0.png", "1.png"} & set(left)


def test_where_the_disk_has_no_links_a_batch_copies(session, files, monkeypatch):
    def refuse(*_):
        raise PermissionError

    monkeypatch.setattr(Path, "hardlink_to", refuse)
    *_, (save, _, _) = batch.enlarge_all(session, files[:1], None, 0.5)
    assert "1 of 1" in save["label"]


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


def test_of_a_folder_the_pictures_are_taken_and_twins_are_named_apart(session, tmp_path, photo):
    small = encode_png(Picture(photo[:8, :8]))
    names = ["a.jpg", "a.png", "a_png_esrgan_a1.00_x4.png", "._a.png", "notes.txt", "logo.svg"]
    for name in names:
        (tmp_path / name).write_bytes(small)
    folder = [str(tmp_path / name) for name in names]
    *_, (save, _, failures) = batch.enlarge_all(session, [], folder, 0.5)
    with zipfile.ZipFile(save["value"]) as archive:
        assert archive.namelist() == [
            f"{stem}_esrgan_a0.50_x4.png" for stem in ("a_jpg", "a_png", "logo")
        ]
    assert not failures["visible"]


def test_files_that_are_chosen_one_by_one_are_enlarged_whatever_their_names(
    session, tmp_path, photo
):
    names = ["a.png", "a_esrgan_a1.00_x4.png"]
    for name in names:
        (tmp_path / name).write_bytes(encode_png(Picture(photo[:8, :8])))
    *_, (save, _, _) = batch.enlarge_all(session, [str(tmp_path / name) for name in names], [], 0.5)
    with zipfile.ZipFile(save["value"]) as archive:
        assert len(archive.namelist()) == 2
