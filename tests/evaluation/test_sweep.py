import csv
import io
import json

import pytest
from PIL import Image
from skimage import data

from esrgan import Upscaler, imresize
from esrgan.evaluation import (
    find_pairs,
    report,
    sweep,
    sweep_report,
    sweep_rows,
    to_csv,
    to_markdown,
)
from esrgan.evaluation.scores import Scores
from esrgan.evaluation.sweep import PictureSweep, plane_point
from esrgan.evaluation.tables import picture_rows
from esrgan.interpolation import interpolate_images
from esrgan.metrics import perceptual_index, psnr, rmse
from esrgan.metrics.plane import Point
from tests.weights.conftest import write_doubling_pair


@pytest.fixture(scope="module")
def table(tmp_path_factory):
    folder = tmp_path_factory.mktemp("hr")
    Image.fromarray(data.astronaut()[:208, :208]).save(folder / "a|b.png")
    pairs = find_pairs(folder)
    alphas = (0.0, 0.4, 1.0)
    bicubic = Upscaler("bicubic")
    swept = list(sweep(Upscaler("esrgan"), pairs, alphas, methods=[bicubic], metrics=["psnr_y"]))
    return sweep_report(Upscaler("esrgan"), alphas, swept)


def test_both_paths_share_their_ends_and_differ_between(table):
    assert json.loads(json.dumps(table, allow_nan=False)) == table
    network, image = ([entry["mean"] for entry in table[path]] for path in ("network", "image"))
    assert (network[0], network[2]) == (image[0], image[2])
    assert network[1] != image[1]
    assert [entry["alpha"] for entry in table["image"]] == [0, 0.4, 1]
    assert set(network[0]) == {"psnr_y", "rmse_y", "perceptual_index"}
    assert set(table["convention"]) == set(network[0])


def test_values_are_those_of_the_pictures(table):
    hr = data.astronaut()[:208, :208]
    upscaler, bicubic = Upscaler("esrgan"), Upscaler("bicubic")
    lr = imresize(hr, 0.25)
    mixed = interpolate_images(upscaler(lr, 0.0), upscaler(lr, 1.0), 0.4)
    for sr, mean in (
        (mixed, table["image"][1]["mean"]),
        (upscaler(lr, 0.4), table["network"][1]["mean"]),
        (bicubic(lr), table["methods"]["bicubic"]["mean"]),
    ):
        assert mean["psnr_y"] == psnr(sr, hr)
        assert mean["rmse_y"] == pytest.approx(rmse(sr, hr))
        assert mean["perceptual_index"] == perceptual_index(sr)
    original = table["methods"]["original"]
    assert original["mean"]["rmse_y"] == 0
    assert original["images"][0]["reasons"]["psnr_y"] == "infinite: the pictures are identical"


def made_up(rmse, index):
    return Scores("x", {"rmse_y": rmse, "perceptual_index": index}, {})


def test_regions_name_the_best_alpha_or_none():
    network = (made_up(11.6, 6.0), made_up(12.4, 4.0), made_up(15.0, 2.0))
    image = (made_up(17.0, 6.0), made_up(17.0, 4.0), made_up(17.0, 2.0))
    swept = [PictureSweep({"network": network, "image": image}, {"original": made_up(0.0, 2.0)})]
    regions = sweep_report(Upscaler("esrgan"), (0.0, 0.5, 1.0), swept)["regions"]
    assert [region["network"] for region in regions] == [None, 0.5, 1.0]
    assert [region["image"] for region in regions] == [None, None, None]
    assert regions[0]["reasons"] == {"network": "no α qualifies", "image": "no α qualifies"}
    assert regions[2]["reasons"] == {"image": "no α qualifies"}
    assert [region["rmse_limit"] for region in regions] == [11.5, 12.5, 16.0]


def test_best_alpha_zero_is_an_alpha():
    path = (made_up(5.0, 2.0), made_up(6.0, 3.0))
    swept = [PictureSweep({"network": path, "image": path}, {"original": made_up(0.0, 2.0)})]
    regions = sweep_report(Upscaler("esrgan"), (0.0, 1.0), swept)["regions"]
    assert all(region["network"] == 0.0 and not region["reasons"] for region in regions)


def test_a_single_model_has_no_path():
    with pytest.raises(ValueError, match="a sweep needs a pair"):
        list(sweep(Upscaler("bicubic"), [], (0.0,)))
    with pytest.raises(ValueError, match="between 0 and 1"):
        list(sweep(Upscaler("esrgan"), [], (2.0,)))


def test_methods_beside_are_single_and_of_the_same_scale(tmp_path):
    doubling = Upscaler(write_doubling_pair(tmp_path))
    for upscaler, method in ((Upscaler("esrgan"), "srgan"), (doubling, "bicubic")):
        with pytest.raises(ValueError, match=f"which {method} is not"):
            list(sweep(upscaler, [], (0.0,), methods=[Upscaler(method)]))


def test_points_come_from_values():
    point = plane_point("here", {"rmse_y": 9.0, "perceptual_index": None}, 0.3)
    assert point == Point("here", 9.0, None, 0.3)


def test_tables_of_a_sweep(table):
    rows = sweep_rows(table)
    assert len(rows) == 2 + 2 * 3
    read = list(csv.DictReader(io.StringIO(to_csv(rows))))
    assert [row["alpha"] for row in read] == ["", "", *["0.0", "0.4", "1.0"] * 2]
    assert float(read[1]["psnr_y"]) == table["methods"]["bicubic"]["mean"]["psnr_y"]
    text = to_markdown(rows, table["convention"])
    assert text.startswith(
        "| method | α | PSNR/dB | RMSE | PI proxy ± 0.35 |\n|---|---|---:|---:|---:|\n"
    )
    assert "- PI proxy: Ma's half is estimated" in text


def test_tables_of_pictures():
    scores = [Scores("a|b", {"psnr_y": 30.0, "niqe": None}, {"niqe": "too flat"})]
    table = report(Upscaler("bicubic"), None, scores)
    rows = picture_rows(table)
    assert to_csv(rows) == "name,psnr_y,niqe,reasons\na|b,30.0,,niqe: too flat\nmean,30.0,,\n"
    assert "| a\\|b | 30.00 | – |" in to_markdown(rows, table["convention"])
