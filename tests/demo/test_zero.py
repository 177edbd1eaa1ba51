import importlib
import sys
from types import SimpleNamespace

import gradio as gr
import numpy as np
import pytest

from demo import handlers, refusals, views, zero
from demo.scene import Mode
from demo.session import Latest
from esrgan import Upscaler
from esrgan.images import Picture, read
from esrgan.weights import MODELS, Model

LARGE = Model("large", "Large", MODELS["esrgan"].files)
"""A pair that the CPU is not asked to draw: which weights it has makes no difference here."""


class Scheduler:
    """Stands where `spaces` stands on ZeroGPU: lends a GPU for a call, or refuses."""

    def __init__(self):
        self.durations, self.refusal = [], None

    def GPU(self, duration):  # noqa: N802
        def decorate(task):
            def call(*arguments):
                self.durations.append(duration(*arguments))
                if self.refusal:
                    raise self.refusal
                return task(*arguments)

            return call

        return decorate


@pytest.fixture
def scheduler(tmp_path, monkeypatch):
    monkeypatch.setenv("GRADIO_TEMP_DIR", str(tmp_path))
    monkeypatch.setenv("SPACES_ZERO_GPU", "true")
    lender = Scheduler()
    monkeypatch.setattr(zero, "_on_gpu", lender.GPU(duration=zero.seconds)(zero._compute))
    return lender


@pytest.fixture
def session(photo):
    return views.first_view(
        views.open_picture("mine.png", Picture(photo), Mode.ENLARGE, Latest(), LARGE)
    )[0]


def event(**data):
    return SimpleNamespace(_data=data)


def grown(session):
    return list(handlers.grow(session, event(revision=session.revision)))


def test_one_call_computes_what_a_picture_needs(scheduler, session, photo):
    _, first = views.first_view(session)
    assert scheduler.durations == []
    last = grown(session)[-1][1]
    assert len(scheduler.durations) == 1
    assert zero.SHORTEST_S <= scheduler.durations[0] <= zero.LONGEST_S
    assert last.p99
    assert [pane.id for pane in last.panes] == ["srresnet"]
    shown = read(last.panes[0].image.path).pixels
    assert np.array_equal(shown, Upscaler("srresnet")(photo))
    assert not first.rests


def test_a_release_asks_for_no_gpu(scheduler, session):
    with pytest.raises(gr.Error, match="not understood"):
        next(handlers.rest(session, event(alpha=0.5)))
    small = session.with_pair(zero.FALLBACK)
    ((_, view),) = handlers.rest(small, event(alpha=0.5))
    assert view.exact.alpha == 0.5
    assert scheduler.durations == []


@pytest.mark.parametrize("refusal", [gr.Error("quota"), RuntimeError("CUDA"), OSError("gone")])
def test_without_a_gpu_the_small_pair_goes_on(scheduler, session, refusal):
    scheduler.refusal = refusal
    ((small, view),) = grown(session)
    assert refusals.NO_GPU in view.place.notes
    assert small.pair == zero.FALLBACK
    assert view.rests
    assert view.revision > session.revision
    assert grown(small)[-1][1].p99
    assert len(scheduler.durations) == 1


def test_the_decorator_is_taken_from_spaces(monkeypatch):
    lender = Scheduler()
    monkeypatch.setitem(sys.modules, "spaces", lender)
    try:
        importlib.reload(zero)
        assert zero._on_gpu.__qualname__.startswith("Scheduler.GPU")
    finally:
        monkeypatch.undo()
        importlib.reload(zero)
