import numpy as np
import pytest

from esrgan.images import read
from examples import compare, enlarge, figure, pictures


def test_there_are_at_least_six_and_three_are_drawn_here():
    assert len(pictures.PICTURES) >= 6
    assert {"text", "zone plate", "thin lines"} <= set(pictures.PICTURES)


@pytest.mark.parametrize("name", pictures.PICTURES)
def test_every_picture_is_a_picture(name):
    pixels = np.asarray(pictures.PICTURES[name]())
    assert pixels.dtype == np.uint8
    assert pixels.shape[2] == 3
    assert min(pixels.shape[:2]) >= 192
    assert pixels.std() > 5
    assert np.array_equal(pixels, pictures.PICTURES[name]())


def test_the_zone_plate_reaches_the_finest_frequency_at_its_edge():
    middle = pictures.zone_plate()[256, :, 0].astype(int)
    rises = np.sign(np.diff(middle[-8:]))
    assert np.array_equal(rises[1:], -rises[:-1])
    assert np.abs(np.diff(middle[250:262])).max() < 60


def test_the_pictures_can_be_written(tmp_path, capsys):
    pictures.main(tmp_path)
    assert len(list(tmp_path.glob("*.png"))) == len(pictures.PICTURES)
    assert "zone-plate.png" in capsys.readouterr().out


def test_enlarge(tmp_path):
    enlarge.main(folder=tmp_path)
    written = sorted(tmp_path.iterdir())
    assert [path.name for path in written] == [
        f"cat_esrgan_a{a}_x4.png" for a in ("0.00", "0.50", "1.00")
    ]
    assert read(written[0]).pixels.shape == (400, 400, 3)


@pytest.mark.usefixtures("embedded")
def test_compare(capsys):
    compare.main()
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == ["cat", "bicubic", "srresnet", *["esrgan"] * 3]
    assert float(lines[3].split()[3]) > float(lines[1].split()[1])


def test_figure(tmp_path, capsys):
    figure.main(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["comparison.pdf", "comparison.png"]
    assert "comparison.pdf" in capsys.readouterr().out
    assert read(tmp_path / "comparison.png").pixels.shape[1] > 1000
