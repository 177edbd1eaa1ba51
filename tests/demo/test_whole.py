import numpy as np
import pytest
from gradio.data_classes import FileData

from demo import whole
from esrgan.images import Picture, read


class Visitor:
    """Keeps what it is sent."""

    def __init__(self, folder):
        self.folder = folder

    def put(self, data, name):
        (self.folder / name).write_bytes(data)
        return FileData(path=str(self.folder / name))


@pytest.mark.parametrize(
    ("small", "scale", "shown"), [((30, 40), 4, (120, 160)), ((300, 900), 4, (683, 2048))]
)
def test_both_pictures_have_one_size_that_fits_a_screen(tmp_path, small, scale, shown):
    before, after = (
        Picture(np.full((size * small[0], size * small[1], 3), grey, np.uint8))
        for size, grey in ((1, 50), (scale, 200))
    )
    found = whole.before_after(Visitor(tmp_path), before, after, 0.3)
    assert found.alpha == 0.3
    for file, grey in ((found.before, 50), (found.after, 200)):
        pixels = read(file.path).pixels
        assert pixels.shape[:2] == shown
        assert abs(float(pixels.mean()) - grey) < 1


def test_deep_and_translucent_pictures_are_shown_on_white(tmp_path):
    opacity = np.full((20, 20), 65535, np.uint16)
    opacity[:, :10] = 0
    deep = Picture(np.full((20, 20, 3), 30 * 257, np.uint16), opacity)
    found = whole.before_after(Visitor(tmp_path), deep, deep, None)
    row = read(found.after.path).pixels[10, :, 0].astype(int)
    assert row[2] > 240
    assert abs(row[17] - 30) < 8


def test_a_reduced_picture_keeps_its_shape(tmp_path):
    wide = Picture(np.zeros((3, 4000, 3), np.uint8))
    (tmp_path / "small.png").write_bytes(whole.reduced(wide, 640))
    assert read(tmp_path / "small.png").pixels.shape == (1, 640, 3)


def test_the_overview_lies_on_white_whatever_is_hidden():
    pixels = np.full((60, 80, 3), (200, 40, 90), np.uint8)
    opacity = np.full((60, 80), 255, np.uint8)
    opacity[:, :40] = 0
    found = []
    for hidden in (0, (0, 255, 0)):
        pixels[:, :40] = hidden
        found.append(read(whole.reduced(Picture(pixels.copy(), opacity), 40)))
    assert np.array_equal(found[0].pixels, found[1].pixels)
    assert found[0].opacity is None
    assert np.all(found[0].pixels[:, :20] == 255)
