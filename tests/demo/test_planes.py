import numpy as np

from demo.planes import STEPS, decode, encode


def test_planes_come_back_and_high_bytes_cost_little():
    plane = np.random.default_rng(0).integers(-(2**15), 2**15, (5, 7, 3)).astype(np.int16)
    assert np.array_equal(decode(encode(plane), 5, 7), plane)
    smooth = (np.random.default_rng(0).normal(size=(64, 64, 3)) * 2 / STEPS[512]).astype(np.int16)
    assert len(encode(smooth)) < 1.5 * smooth.size
