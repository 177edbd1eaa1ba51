import os
import time
from pathlib import Path
from threading import Event
from types import SimpleNamespace

import pytest

from demo import refusals, store
from demo.layout import build


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("GRADIO_TEMP_DIR", str(tmp_path / "cache"))
    return tmp_path / "cache"


def aged(*paths, minutes=61):
    """Files or folders as if nobody had touched them for so long."""
    for path in paths:
        os.utime(path, (time.time() - 60 * minutes,) * 2)


def sent(data, name, visitor=""):
    """A file of the page."""
    return Path(store.put(data, name, visitor).path)


def test_what_was_never_sent_is_swept_after_an_hour():
    old, young = sent(b"old", "node.bin", "visitor"), sent(b"young", "crop.png")
    aged(old, old.parent)
    store.sweep()
    assert not old.exists()
    assert young.exists()
    aged(old.parent, minutes=2)
    store.sweep()
    assert not old.parent.exists()


def test_all_old_files_of_a_folder_go_at_once(cache):
    folder = cache / "page" / "token"
    folder.mkdir(parents=True)
    files = [folder / name for name in "abc"]
    for file in files:
        file.write_bytes(b"")
    aged(*files, folder)
    store.sweep()
    assert list(folder.iterdir()) == []


def test_files_in_use_stay_however_old():
    used = sent(b"zip", "enlarged.zip")
    aged(used)
    store.sweep()
    assert used.exists()


def test_what_others_keep_in_gradios_folder_is_left_alone(cache):
    stranger = cache / "other" / "kept.png"
    stranger.parent.mkdir(parents=True)
    stranger.write_bytes(b"")
    aged(stranger, stranger.parent, minutes=600)
    store.sweep()
    assert stranger.exists()


def test_empty_folders_are_swept(cache):
    for name in ("old", "fresh", "page/visitor/old"):
        (cache / name).mkdir(parents=True)
    aged(cache / "old", cache / "page/visitor/old", minutes=2)
    store.sweep()
    assert sorted(path.name for path in cache.iterdir()) == ["fresh", "page"]
    assert list((cache / "page" / "visitor").iterdir()) == []


def test_the_page_is_swept_at_its_start_and_then_again(monkeypatch):
    left, later = sent(b"1", "left.png"), sent(b"2", "later.png")
    aged(left, left.parent)
    naps, is_over = [], Event()

    def nap(seconds):
        naps.append((seconds, left.exists(), later.exists()))
        if len(naps) == 2:
            is_over.set()
            Event().wait()
        aged(later, later.parent)

    monkeypatch.setattr(store, "time", SimpleNamespace(time=time.time, sleep=nap))
    store.keep_swept()
    assert is_over.wait(10)
    assert naps == [(store.EVERY_SECONDS, False, True), (store.EVERY_SECONDS, False, False)]


def test_gradio_sweeps_as_often():
    page = build()
    assert page.delete_cache == (store.EVERY_SECONDS, store.OLD_SECONDS)
    assert sum(page.delete_cache) <= 3600


@pytest.mark.parametrize("path", ["a\0b", "a\udc80b"])
def test_a_path_that_no_file_can_have_is_a_lost_upload(path):
    with pytest.raises(ValueError, match="The upload was lost") as refusal:
        store.take(path)
    assert str(refusal.value) == refusals.LOST_UPLOAD
