import numpy as np
import pytest

from benchmarks import ablation
from benchmarks.ablation import COLUMNS, Budget
from esrgan.images import Picture, encode_png
from esrgan.weights import MODELS


@pytest.fixture
def runs(tmp_path):
    return tmp_path / "runs"


def commands(runs, tmp_path):
    """The training commands of all columns."""
    given = []

    def train(arguments):
        given.append(list(arguments))
        folder = runs / arguments[arguments.index("--run") + 1]
        folder.mkdir(parents=True, exist_ok=True)

    for _ in range(2):  # the second time all is done
        for column in COLUMNS:
            data = [tmp_path / "few"] + [tmp_path / "rest"] * (column == 7)
            ablation.train_column(column, data, runs, Budget(6, 3), tmp_path / "vgg.pth", train)
    return given


def test_each_column_starts_from_its_own_network_and_pictures(runs, tmp_path):
    given = commands(runs, tmp_path)
    starts = [it for it in given if "adversarial_weight=0" in it]
    gans = [it for it in given if it not in starts]
    assert [it[0] for it in starts] == [f"ablation-{n}-small" for n in (2, 3, 6, 7)]
    assert [it[0] for it in gans] == [f"ablation-{n}-small" for n in COLUMNS]
    assert all("steps=6" in it for it in starts)
    assert all("steps=3" in it for it in gans)
    inits = [next(field for field in it if field.startswith("init=")) for it in gans]
    assert [init.split("start-")[1][0] for init in inits] == list("233367")
    assert [str(tmp_path / "rest") in it for it in gans] == [False] * 5 + [True]


def test_few_pictures_are_spread_over_all(tmp_path, runs, monkeypatch):
    monkeypatch.setattr(ablation, "FEW", 3)
    for number in range(7):
        path = tmp_path / "photos" / f"{number}.png"
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(encode_png(Picture(np.zeros((4, 4, 3), np.uint8))))
    few, rest, count = ablation.select([path.parent], runs)
    assert count == 7
    assert [path.stem for path in sorted(few.iterdir())] == ["00000", "00003", "00006"]
    assert len(list(rest.iterdir())) == 4


def test_blotches_are_patches_of_another_brightness(photo):
    assert not ablation.has_blotches(photo, photo)
    noisy = np.random.default_rng(0).integers(-20, 21, photo.shape) + photo.astype(int)
    assert not ablation.has_blotches(np.clip(noisy, 0, 255).astype(np.uint8), photo)
    patched = photo.copy()
    patched[:32, :32] //= 2
    assert ablation.has_blotches(patched, photo)
    brighter = np.minimum(photo, 240) + np.uint8(10)
    assert ablation.brightness_shift(brighter, np.minimum(photo, 240)) == pytest.approx(
        8.59, abs=0.01
    )


def test_the_table_and_the_picture(photo, tmp_path):
    path = tmp_path / "a.png"
    path.write_bytes(encode_png(Picture(photo)))
    file = MODELS["srresnet"].files[0]
    models = ablation.MetricModels()
    measured = ablation.measure(file, ablation.find_pairs(tmp_path), models)
    assert measured["psnr_y"] > 5
    assert measured["niqe"] is None  # the picture is too small
    lines = ablation.table(dict.fromkeys(COLUMNS, measured)).splitlines()
    assert lines[0].startswith("| column | PSNR/dB | NIQE | PI proxy ± 0.35 | ST-LPIPS |")
    assert [line[2] for line in lines[2:]] == [str(column) for column in COLUMNS]
    assert ablation.draw({2: file, 3: file}).startswith(b"\x89PNG")
