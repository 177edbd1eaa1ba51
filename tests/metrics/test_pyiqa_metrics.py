import sys
import types

import numpy as np
import pytest

from esrgan.evaluation import MetricInput, find_metric, score
from esrgan.evaluation import catalogue as catalogue_module
from esrgan.metrics import pyiqa_metrics as module
from esrgan.metrics.naturalness import UndefinedError

MODES = {"pi": "NR", "dists": "FR", "musiq": "NR", "lpips": "FR", "broken": "NR"}


class StandIn:
    """A metric as pyiqa makes them: the mean of a picture, or the mean difference of two."""

    def __init__(self, name, device):
        assert device == "cpu"
        self.name, self.metric_mode = name, MODES[name]
        self.lower_better = name != "musiq"

    def __call__(self, *batches):
        assert len(batches) == (2 if self.metric_mode == "FR" else 1)
        assert all(batch.ndim == 4 and batch.shape[1] == 3 for batch in batches)
        if self.name == "broken":
            raise AssertionError("the picture is too small")
        return abs(batches[0] - batches[-1] if self.metric_mode == "FR" else batches[0]).mean()


@pytest.fixture(autouse=True)
def fresh():
    caches = (module.load_pyiqa, catalogue_module._pyiqa_metric)
    for cache in caches:
        cache.cache_clear()
    yield
    for cache in caches:
        cache.cache_clear()


@pytest.fixture
def pyiqa(monkeypatch):
    package = types.SimpleNamespace(create_metric=StandIn, list_models=lambda: list(MODES))
    monkeypatch.setitem(sys.modules, "pyiqa", package)


@pytest.fixture
def no_pyiqa(monkeypatch):
    monkeypatch.setitem(sys.modules, "pyiqa", None)


@pytest.mark.usefixtures("no_pyiqa")
def test_without_the_package_there_is_a_reason(photo):
    scores = score("", MetricInput(photo), ["pi", "lpips"])
    assert scores.values == {"pi": None, "lpips": None}
    assert "licence is non-commercial: PolyForm Noncommercial" in scores.reasons["pi"]
    assert "see --lpips" in scores.reasons["lpips"]
    with pytest.raises(ValueError, match=r"Unknown metric 'dists'; .* package pyiqa \(non-comm"):
        find_metric("dists")


@pytest.mark.usefixtures("pyiqa")
def test_its_metrics_are_found_by_name(photo):
    brighter = np.minimum(photo, 245) + np.uint8(10)
    names = ["dists", "musiq", "lpips", "pi"]
    scores = score("", MetricInput(brighter, np.minimum(photo, 245)), names)
    mean = pytest.approx(np.mean(brighter / 255), rel=1e-5)
    difference = pytest.approx(10 / 255, rel=1e-4)
    assert scores.values == {"dists": difference, "musiq": mean, "lpips": difference, "pi": mean}
    assert find_metric("musiq").higher_is_better
    assert not find_metric("dists").higher_is_better
    conventions = catalogue_module.conventions(names)
    assert all("PolyForm Noncommercial" in text for text in conventions.values())


@pytest.mark.usefixtures("pyiqa")
def test_what_it_refuses_has_a_reason(photo):
    scores = score("", MetricInput(photo), ["dists", "broken"])
    assert scores.reasons["dists"] == "no original to compare with"
    assert scores.reasons["broken"] == "pyiqa refuses this picture: the picture is too small"
    with pytest.raises(UndefinedError, match="no metric 'none'"):
        module.load_pyiqa("none")
    with pytest.raises(ValueError, match="Unknown metric 'none'"):
        find_metric("none")


@pytest.mark.usefixtures("pyiqa")
def test_the_command_line_takes_them(tmp_path, photo, capsys):
    from esrgan.cli import main
    from esrgan.images import Picture, encode_png

    (tmp_path / "hr").mkdir()
    (tmp_path / "hr" / "a.png").write_bytes(encode_png(Picture(photo)))
    folder = ["--hr", str(tmp_path / "hr"), "--metrics", "psnr_y,dists,musiq"]
    table = tmp_path / "a.csv"
    assert main(["evaluate", *folder, "--model", "bicubic", "--csv", str(table)]) == 0
    assert table.read_text().startswith("name,psnr_y,dists,musiq,reasons\na,")
    assert "pyiqa's musiq" in capsys.readouterr().out
    assert main(["sweep", *folder, "--alphas", "0,1", "--csv", str(table)]) == 0
    assert table.read_text().startswith("method,alpha,psnr_y,dists,musiq,rmse_y,perceptual_index\n")
