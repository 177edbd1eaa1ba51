"""Fixture of a test set of two pictures."""

import pytest
from PIL import Image

from esrgan import imresize


@pytest.fixture
def folder(tmp_path, photo):
    """Folders `hr` and `lr`: two originals, one grey and no multiple of four, and one reduced."""
    (tmp_path / "hr").mkdir()
    (tmp_path / "lr").mkdir()
    Image.fromarray(photo).save(tmp_path / "hr" / "colour.png")
    Image.fromarray(photo[:95, :118, 1]).save(tmp_path / "hr" / "grey.png")
    Image.fromarray(imresize(photo, 0.25)).save(tmp_path / "lr" / "colour.png")
    return tmp_path
