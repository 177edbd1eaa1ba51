import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from fastapi.testclient import TestClient
from gradio.routes import App

from demo import first_sight, handlers, networks, views, warm
from demo.layout import build
from demo.session import Latest
from esrgan.files import write_atomically
from esrgan.weights import MODELS

PAIR = MODELS["esrgan"]
VISITOR = SimpleNamespace(query_params={})


@pytest.fixture(autouse=True)
def kept(tmp_path, monkeypatch, photo):
    """One small example, kept in a folder of this test."""
    monkeypatch.setenv("ESRGAN_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("GRADIO_TEMP_DIR", str(tmp_path / "gradio"))
    monkeypatch.setattr(networks, "first_pair", lambda: PAIR)
    monkeypatch.setattr(views, "_example", lambda _: views.Picture(photo))
    first_sight.folder.cache_clear()
    first_sight.keep("cat", PAIR)
    yield
    first_sight.folder.cache_clear()


def test_the_first_sight_is_whole_and_runs_no_network(monkeypatch):
    monkeypatch.setattr(views, "rebuild", lambda *_: pytest.fail("a network ran"))
    monkeypatch.setattr(views, "curve", lambda *_: pytest.fail("a curve was made"))
    session, view = handlers.start(VISITOR)
    assert session.is_current
    assert view.revision == session.revision
    assert len(view.nodes) >= 2
    assert view.p99
    assert view.exact.alpha == 0.8
    assert [pane.id for pane in view.panes] == ["esrgan", "original", "bicubic", "srresnet"]
    assert all(pane.image for pane in view.panes if not pane.live)
    assert len(view.traces[0].values) == 11
    assert session.overview == view.place.overview.path


def test_what_is_kept_is_what_would_be_computed():
    session, _ = views.first_view(views.open_example("cat", Latest(), PAIR))
    *_, fresh = views.growth(session)
    found = first_sight.find("cat", PAIR)
    assert found.p99 == fresh.p99
    assert found.traces == fresh.traces
    assert [Path(node.file.path).read_bytes() for node in found.nodes] == [
        Path(node.file.path).read_bytes() for node in fresh.nodes
    ]


def test_kept_files_lie_outside_the_swept_folder_and_are_served(tmp_path):
    view = first_sight.find("cat", PAIR)
    path = Path(view.nodes[0].file.path)
    assert path.is_relative_to(tmp_path / "cache")
    page = build()
    with TestClient(App.create_app(page)) as client:
        answer = client.get(f"/gradio_api/file={path}")
        assert answer.content == path.read_bytes()
        secret = tmp_path / "cache" / "files" / "weights.pth"
        write_atomically(secret, b"secret")
        assert client.get(f"/gradio_api/file={secret}").status_code == 403


def test_other_weights_another_format_or_a_lost_file_are_not_found(monkeypatch):
    assert first_sight.find("astronaut", PAIR) is None
    assert first_sight.find("cat", MODELS["esrgan-official"]) is None
    Path(first_sight.find("cat", PAIR).nodes[1].file.path).unlink()
    assert first_sight.find("cat", PAIR) is None
    _, view = handlers.start(VISITOR)
    assert view.nodes == []
    before = first_sight.folder(PAIR)
    monkeypatch.setattr(first_sight, "FORMAT", first_sight.FORMAT + 1)
    first_sight.folder.cache_clear()
    assert first_sight.folder(PAIR) != before


def test_the_first_example_is_the_first_to_be_kept(monkeypatch):
    assert "cat" not in warm.missing(PAIR)
    monkeypatch.setattr(first_sight, "find", lambda *_: None)
    assert warm.missing(PAIR)[0] == handlers.FIRST_EXAMPLE
    assert len(warm.missing(PAIR)) == len(warm.PICTURES)


def test_nothing_is_started_where_everything_is_kept(monkeypatch):
    started = []
    monkeypatch.setattr(subprocess, "Popen", lambda command, **_: started.append(command))
    warm.beside()
    assert started == [[sys.executable, "-m", "demo.warm"]]
    monkeypatch.setattr(warm, "PICTURES", ("cat",))
    warm.beside()
    assert len(started) == 1


def test_a_strangers_pair_has_no_kept_examples(photo):
    other = networks.Model("esrgan", "Mine", PAIR.files)
    assert first_sight.find("cat", other) is None
    session, view = first_sight.open_example("cat", Latest(), other)
    assert view.nodes == []
    assert np.array_equal(session.picture.pixels, photo)
