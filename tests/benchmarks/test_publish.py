import json
from pathlib import Path

import pytest

from benchmarks import planes, publish
from esrgan.weights import load
from tests.conftest import EMBEDDED

DOCS = Path(__file__).parents[2] / "docs"


@pytest.fixture
def reports(tmp_path):
    """Reports of bicubic and of both ends of a pair, each PSNR another."""
    for place, test_set in enumerate(publish.SETS):
        (tmp_path / test_set).mkdir()
        for row, (model, alpha) in enumerate([("esrgan", 1.0), ("esrgan", 0.0), ("bicubic", None)]):
            psnr_db = 20 + place + row / 10
            mean = {"psnr_y": psnr_db, "ssim_y": 0.5, "niqe": None, "perceptual_index": 3.0 + row}
            report = {"model": model, "alpha": alpha, "mean": mean, "convention": {"niqe": "luma"}}
            (tmp_path / test_set / f"{row}.json").write_text(json.dumps(report))
    return publish.read_reports(tmp_path)


def test_reports_come_in_the_order_of_the_table(reports):
    titles = list(dict.fromkeys(it.title for it in reports))
    ours = publish.TITLES["esrgan"]
    assert titles == ["Bicubic", f"{ours}, α = 0", f"{ours}, α = 1"]


def test_each_set_has_its_table_and_missing_figures_a_dash(reports):
    tables = publish.scores(reports)
    assert "| Bicubic | 20.20 | 0.5000 | – | 5.00 | – | – |" in tables
    assert f"| {publish.TITLES['esrgan']}, α = 1 | 22.00 |" in tables
    assert tables.count("NIQE: luma") == 1


def test_ours_stand_below_the_published_ones(reports):
    *_, bicubic, psnr_end, gan_end = publish.results(reports).strip().splitlines()
    assert "20.20 · 0.5000 | 21.20 · 0.5000 | 22.20 · 0.5000" in bicubic
    assert "α = 0" in psnr_end
    assert "α = 1" in gan_end


def test_planes_have_our_points_and_the_published_ones(reports):
    points = publish.plane_points("Set14", reports)
    assert points == [
        ("Bicubic", 21.2, 5.0),
        ("ESRGAN-small, α = 0", 21.1, 4.0),
        ("ESRGAN-small, α = 1", 21.0, 3.0),
    ]
    (axes,) = planes.draw("Set14", points).axes
    texts = [text.get_text() for text in axes.texts]
    assert {name for name, *_ in points} | {"ESRGAN, published"} <= set(texts)
    assert "RCAN, published PSNR " in texts
    table = publish.plane_table(reports)
    assert "| ESRGAN, published | 26.28 · 2.93 | 25.32 · 2.48 |" in table
    assert "| **ESRGAN-small, α = 1** | 21.00 · 3.00 | 22.00 · 3.00 |" in table


def test_no_or_unknown_reports_are_refused(tmp_path):
    with pytest.raises(ValueError, match="No reports in"):
        publish.read_reports(tmp_path)
    (tmp_path / "Set5").mkdir()
    (tmp_path / "Set5" / "x.json").write_text('{"model": "mine"}')
    with pytest.raises(ValueError, match="is of 'mine'"):
        publish.read_reports(tmp_path)


@pytest.mark.parametrize("path", sorted(EMBEDDED.glob("*.safetensors")), ids=lambda path: path.stem)
def test_the_model_card_says_what_the_files_say(path):
    card = (DOCS / "model-card.md").read_text("utf-8")
    assert f"`{path.name}`" in card
    assert load(path).metadata["licence"] in card
    for scores in json.loads(load(path).metadata["scores"]).values():  # NIQE there is our own fit's
        assert f"| {scores['psnr_y']:.2f} | {scores['ssim_y']:.4f} |" in card
