import numpy as np
import pytest

from esrgan.back_projection import back_project
from esrgan.resize import imresize


def test_the_result_reduces_to_the_reduced_picture(photo):
    lr = imresize(photo, 0.25)
    sr = imresize(lr, 4)
    errors = [
        np.abs(imresize(back_project(sr, lr, n), 0.25).astype(float) - lr).mean() for n in (0, 20)
    ]
    assert errors[1] < 0.4 < errors[0]


def test_no_iterations_change_nothing_and_the_type_stays(photo):
    lr = imresize(photo, 0.25)
    sr = imresize(lr, 4)
    assert back_project(sr, lr, 0) is sr
    deep = back_project(sr.astype(np.uint16) * 257, lr.astype(np.uint16) * 257, 2)
    assert deep.dtype == np.uint16
    assert np.abs(deep / 257 - back_project(sr, lr, 2)).max() < 1


def test_refusals(photo):
    lr = imresize(photo, 0.25)
    with pytest.raises(ValueError, match="must not be negative"):
        back_project(photo, lr, -1)
    with pytest.raises(ValueError, match="no multiple"):
        back_project(photo[:-1], lr)
