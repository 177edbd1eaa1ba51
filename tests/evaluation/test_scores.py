import json

import numpy as np
import pytest
from PIL import Image
from skimage import data

from esrgan import Upscaler, imresize
from esrgan.evaluation import (
    MetricInput,
    MetricModels,
    caption,
    evaluate,
    find_pairs,
    footnote,
    report,
    score,
)
from esrgan.evaluation.pictures import load
from esrgan.metrics import niqe, perceptual_index, psnr, rmse
from esrgan.metrics.pristine_model import PristineModel, load_model
from esrgan.resize import crop_to_multiple

KEYS = {"psnr_y", "ssim_y", "rmse_y", "niqe", "perceptual_index", "lr_psnr"}


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
        assert image["perceptual_index"] is None
        assert "too small" in image["reasons"]["perceptual_index"]
    assert table["mean"]["psnr_y"] == pytest.approx((colour["psnr_y"] + grey["psnr_y"]) / 2)
    squares = (colour["rmse_y"] ** 2 + grey["rmse_y"] ** 2) / 2
    assert table["mean"]["rmse_y"] == pytest.approx(squares**0.5)
    assert table["convention"]["psnr_y"] == "BT.601 studio luma, 4-px border cut"
    assert set(table["convention"]) == KEYS
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


def test_rgb_by_choice(photo):
    worse = photo ^ np.uint8(4)
    names = ["psnr_rgb", "ssim_rgb", "rmse_rgb"]
    scores = score("", MetricInput(worse, photo), names)
    assert scores.values["psnr_rgb"] == psnr(worse, photo, rgb=True)
    assert scores.values["rmse_rgb"] == pytest.approx(rmse(worse, photo, rgb=True)) == 4
    assert footnote(names[:1]) == "PSNR (RGB): RGB, 4-px border cut"


def test_a_value_that_is_no_number_is_null(photo, monkeypatch):
    monkeypatch.setattr("esrgan.evaluation.catalogue.psnr", lambda *_, **__: float("nan"))
    scores = score("", MetricInput(photo, photo), ["psnr_y"])
    assert scores.values == {"psnr_y": None}
    assert scores.reasons["psnr_y"].startswith("not a number")


def test_without_an_original_there_are_reasons():
    scores = score("", MetricInput(data.astronaut()))
    undefined = {"psnr_y", "ssim_y", "rmse_y", "lr_psnr"}
    assert set(scores.reasons) == undefined
    assert all(text.startswith("no ") for text in scores.reasons.values())
    index = perceptual_index(data.astronaut())
    assert scores.values["perceptual_index"] == index
    assert f"PI proxy {index:.2f} ± 0.35" in caption(scores)
    assert "LR-PSNR –" in caption(scores)


def test_another_pristine_model_changes_niqe_alone():
    ours = load_model()
    other = PristineModel(ours.mean + 0.1, ours.covariance, "other.npz")
    metric_models = MetricModels(pristine=other)
    names = ["niqe", "perceptual_index"]
    scores = score("", MetricInput(data.astronaut(), metric_models=metric_models), names)
    assert scores.values["niqe"] == niqe(data.astronaut(), other) != niqe(data.astronaut())
    assert scores.values["perceptual_index"] == perceptual_index(data.astronaut())
    assert "other.npz" in footnote(["niqe"], metric_models)


def test_an_empty_table_has_no_means():
    assert report(Upscaler("esrgan"), None, [])["mean"] == {}
    assert report(Upscaler("esrgan"), None, [])["alpha"] == 1.0


def test_refusals(folder, tmp_path, photo):
    with pytest.raises(ValueError, match="has no picture for 'grey'"):
        list(evaluate(Upscaler("bicubic"), find_pairs(folder / "hr", folder / "lr")))
    with pytest.raises(ValueError, match="no folder"):
        find_pairs(tmp_path / "gone")
    (tmp_path / "empty").mkdir()
    with pytest.raises(ValueError, match="holds no picture"):
        find_pairs(tmp_path / "empty")
    (tmp_path / "empty" / "other.png").touch()
    with pytest.raises(ValueError, match="has no picture for 'colour'"):
        find_pairs(folder / "hr", tmp_path / "empty")
    with pytest.raises(ValueError, match=r"Unknown metric 'vmaf'.*psnr_y"):
        list(evaluate(Upscaler("bicubic"), find_pairs(folder / "hr"), metrics=["vmaf"]))
    with pytest.raises(ValueError, match="too small to shrink"):
        crop_to_multiple(np.zeros((3, 9, 3), np.uint8), 4)
    (folder / "hr" / "grey.png").unlink()
    Image.fromarray(photo[:40, :40]).save(folder / "lr" / "colour.png")
    with pytest.raises(ValueError, match="is not 4 times"):
        list(evaluate(Upscaler("bicubic"), find_pairs(folder / "hr", folder / "lr")))


@pytest.mark.usefixtures("embedded")
@pytest.mark.parametrize(
    ("name", "bicubic", "similarity", "faithful"),
    [
        ("Set5", 28.430, 0.8111, 30.9),
        pytest.param("Set14", 26.091, 0.7048, 27.85, marks=pytest.mark.slow),
    ],
)
def test_benchmarks(data_folder, name, bicubic, similarity, faithful):
    folder = data_folder / "benchmarks" / name
    pairs = find_pairs(folder / "HR", folder / "LRx4")
    means = {}
    for model, alpha in (("bicubic", None), ("esrgan", 0.0)):
        upscaler = Upscaler(model)
        scores = list(evaluate(upscaler, pairs, alpha=alpha, metrics=["psnr_y", "ssim_y"]))
        means[model] = report(upscaler, alpha, scores)["mean"]
    assert means["bicubic"]["psnr_y"] == pytest.approx(bicubic, abs=0.01)
    assert means["bicubic"]["ssim_y"] == pytest.approx(similarity, abs=0.001)
    assert means["esrgan"]["psnr_y"] >= faithful


@pytest.mark.usefixtures("embedded")
@pytest.mark.slow
def test_benchmark_bsd100(data_folder):
    test_benchmarks(data_folder, "BSD100", 25.962, 0.6681, 27.1)


def test_transparent_pictures_are_measured_on_white(tmp_path, photo):
    opacity = np.full(photo.shape[:2], 255, np.uint8)
    opacity[:40] = 0
    tables = []
    for name, hidden in (("a", 0), ("b", (0, 255, 0))):
        pixels = photo.copy()
        pixels[:40] = hidden
        (tmp_path / name).mkdir()
        Image.fromarray(np.dstack((pixels, opacity))).save(tmp_path / name / "picture.png")
        (pair,) = find_pairs(tmp_path / name)
        hr, lr = load(pair, 4)
        assert np.all(hr[:40] == 255)
        assert np.array_equal(hr[40:], photo[40:])
        assert np.array_equal(lr, imresize(hr, 1 / 4))
        tables += list(evaluate(Upscaler("esrgan"), [pair], alpha=0.5))
    assert tables[0].values == tables[1].values
