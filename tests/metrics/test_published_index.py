import sys
import types

import numpy as np
import pytest

from esrgan.evaluation import MetricInput, score
from esrgan.metrics import published_index as module


@pytest.fixture(autouse=True)
def fresh():
    module._metric.cache_clear()
    yield
    module._metric.cache_clear()


def test_without_the_package_there_is_a_reason(photo, monkeypatch):
    monkeypatch.setitem(sys.modules, "pyiqa", None)
    scores = score("", MetricInput(photo), ["pi"])
    assert scores.values["pi"] is None
    assert "licence is non-commercial" in scores.reasons["pi"]


def test_with_the_package_it_is_asked(photo, monkeypatch):
    asked = []

    def create_metric(name, device):
        asked.append((name, device))
        return lambda batch: batch.mean()

    monkeypatch.setitem(sys.modules, "pyiqa", types.SimpleNamespace(create_metric=create_metric))
    expected = np.mean(photo / 255)
    assert module.published_index(photo) == pytest.approx(expected, rel=1e-5)
    assert asked == [("pi", "cpu")]
