import json

import numpy as np
import pytest
from PIL import Image

from esrgan import Upscaler, imresize
from esrgan.evaluation import evaluate, find_pairs, report
from esrgan.metrics import psnr
from esrgan.resize import crop_to_multiple

KEYS = {"psnr_y", "ssim_y", "niqe", "perceptual_index", "lr_psnr"}


@pytest.fixture
def folder(tmp_path, photo):
    """Two originals, one of them grey and not a multiple of four, and one reduced form."""
    (tmp_path / "hr").mkdir()
    (tmp_path / "lr").mkdir()
    Image.fromarray(photo).save(tmp_path / "hr" / "colour.png")
    Image.fromarray(photo[:95, :118, 1]).save(tmp_path / "hr" / "grey.png")
    Image.fromarray(imresize(photo, 0.25)).save(tmp_path / "lr" / "colour.png")
    return tmp_path


def test_without_reduced_forms_they_are_made(folder, photo):
    bicubic = Upscaler("bicubic")
    scores = list(evaluate(bicubic, find_pairs(folder / "hr")))
    table = report(bicubic, None, scores)
    assert json.loads(json.dumps(table, allow_nan=False)) == table
    assert (table["model"], table["alpha"], table["scale"]) == ("bicubic", None, 4)
    colour, grey = table["images"]
    assert colour["psnr_y"] == psnr(imresize(imresize(photo, 0.25), 4), photo)
    assert grey["psnr_y"] > 20
    for image in (colour, grey):
        assert set(image) == KEYS | {"name", "reasons"}
        assert image["niqe"] is None
        assert "too small" in image["reasons"]["niqe"]
        assert image["reasons"]["perceptual_index"]
    assert table["mean"]["psnr_y"] == pytest.approx((colour["psnr_y"] + grey["psnr_y"]) / 2)
    assert table["mean"]["niqe"] is None
    assert table["count"]["psnr_y"] == 2
    assert table["count"]["niqe"] == 0


def test_reduced_forms_are_matched_by_name(folder):
    (folder / "hr" / "grey.png").unlink()
    with_lr, without = (
        list(evaluate(Upscaler("bicubic"), find_pairs(folder / "hr", lr)))
        for lr in (folder / "lr", None)
    )
    assert with_lr == without


def test_identical_pictures_have_a_reason(folder, monkeypatch, photo):
    (folder / "hr" / "grey.png").unlink()
    monkeypatch.setattr(Upscaler, "__call__", lambda *_: photo)
    (scores,) = evaluate(Upscaler("bicubic"), find_pairs(folder / "hr"), metrics=["psnr_y"])
    assert scores.values == {"psnr_y": None}
    assert "identical" in scores.reasons["psnr_y"]


def test_an_empty_table_has_no_means():
    assert report(Upscaler("esrgan"), None, [])["mean"] == {}
    assert report(Upscaler("esrgan"), None, [])["alpha"] == 1.0


def test_refusals(folder, tmp_path, photo):
    with pytest.raises(ValueError, match="has no picture for 'grey'"):
        find_pairs(folder / "hr", folder / "lr")
    with pytest.raises(ValueError, match="no folder"):
        find_pairs(tmp_path / "gone")
    (tmp_path / "empty").mkdir()
    with pytest.raises(ValueError, match="holds no picture"):
        find_pairs(tmp_path / "empty")
    (tmp_path / "empty" / "a.png").touch()
    (tmp_path / "empty" / "a.bmp").touch()
    with pytest.raises(ValueError, match="two pictures named 'a'"):
        find_pairs(tmp_path / "empty")
    with pytest.raises(ValueError, match=r"Unknown metric 'lpips'.*psnr_y"):
        list(evaluate(Upscaler("bicubic"), find_pairs(folder / "hr"), metrics=["lpips"]))
    with pytest.raises(ValueError, match="too small to shrink"):
        crop_to_multiple(np.zeros((3, 9, 3), np.uint8), 4)
    (folder / "hr" / "grey.png").unlink()
    Image.fromarray(photo[:40, :40]).save(folder / "lr" / "colour.png")
    with pytest.raises(ValueError, match="is not 4 times"):
        list(evaluate(Upscaler("bicubic"), find_pairs(folder / "hr", folder / "lr")))


@pytest.mark.parametrize(
    ("name", "bicubic", "faithful"),
    [("Set5", 28.430, 30.9), ("Set14", 26.091, 27.85)],
)
def test_benchmarks(data_folder, name, bicubic, faithful):
    folder = data_folder / "benchmarks" / name
    pairs = find_pairs(folder / "HR", folder / "LRx4")
    means = {}
    for model, alpha in (("bicubic", None), ("esrgan", 0.0)):
        upscaler = Upscaler(model)
        scores = list(evaluate(upscaler, pairs, alpha=alpha, metrics=["psnr_y"]))
        means[model] = report(upscaler, alpha, scores)["mean"]["psnr_y"]
    assert means["bicubic"] == pytest.approx(bicubic, abs=0.01)
    assert means["esrgan"] >= faithful


@pytest.mark.slow
def test_benchmark_bsd100(data_folder):
    test_benchmarks(data_folder, "BSD100", 25.962, 27.1)
