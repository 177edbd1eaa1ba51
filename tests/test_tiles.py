import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.nn import functional as F

from esrgan.tiles import ALIGNMENT_PX, HALO_PX, enlarge, ramp, spans


@given(size=st.integers(1, 700), tile_px=st.integers(64, 200))
def test_weights_add_up_to_one_and_tiles_stay_small(size, tile_px):
    total = np.zeros(2 * size)
    for span in spans(size, tile_px):
        assert span.stop - span.start <= tile_px
        assert span.outer_start % ALIGNMENT_PX == 0
        assert span.outer_start > span.start - HALO_PX - ALIGNMENT_PX
        assert span.outer_start == 0 or span.outer_start <= span.start - HALO_PX
        assert span.outer_stop == size or span.outer_stop % ALIGNMENT_PX == 0
        assert span.outer_stop == size or span.outer_stop >= span.stop + HALO_PX
        total[2 * span.outer_start : 2 * span.outer_stop] += ramp(span, size, 2)
    np.testing.assert_allclose(total, 1, atol=1e-6)


def nearest(lr, _):
    return F.interpolate(lr, scale_factor=4)


@pytest.mark.parametrize(("height", "width"), [(1, 1), (64, 65), (200, 131), (30, 300)])
def test_nearest_enlargement_comes_back_exactly(height, width):
    picture = np.random.default_rng(0).integers(0, 256, (height, width, 3), dtype=np.uint8)
    rows = []
    progress = list(enlarge(picture, nearest, rows.append, scale=4, tile_px=64))
    assert [it.done for it in progress] == list(range(1, progress[-1].total + 1))
    assert np.array_equal(np.concatenate(rows), picture.repeat(4, 0).repeat(4, 1))


@pytest.mark.parametrize("written", [0, 1, 250, 257, 799])
def test_rows_that_are_written_already_are_left_out(written):
    picture = np.random.default_rng(0).integers(0, 256, (200, 70, 3), dtype=np.uint8)
    rows = []
    list(enlarge(picture, nearest, rows.append, scale=4, tile_px=64, written=written))
    assert np.array_equal(np.concatenate(rows), picture.repeat(4, 0).repeat(4, 1)[written:])


def test_an_abandoned_picture_costs_no_more_tiles():
    calls = []

    def render(lr, _):
        calls.append(lr.shape)
        return F.interpolate(lr, scale_factor=2)

    picture, rows = np.zeros((256, 256, 3), np.uint8), []
    work = enlarge(picture, render, rows.append, scale=2, tile_px=64)
    next(work)
    work.close()
    assert len(calls) == 1
    assert rows == []
    assert isinstance(calls[0], torch.Size)
