import numpy as np
import pytest

from esrgan import Upscaler
from esrgan.symmetries import SYMMETRIES, symmetric_tiles


def test_the_symmetries_are_eight_and_undone(noise):
    turned = [symmetry.apply(noise) for symmetry in SYMMETRIES]
    assert len({(array.shape, array.tobytes()) for array in turned}) == 8
    for symmetry, array in zip(SYMMETRIES, turned, strict=True):
        assert np.array_equal(symmetry.undo(array), noise)
        assert np.array_equal(symmetry.undo(symmetry.apply(noise[..., 0])), noise[..., 0])


@pytest.mark.parametrize(("dtype", "bound"), [(np.uint8, 0.51), (np.uint16, 1.01)])
def test_the_result_is_the_mean_of_the_eight_in_floating_point(noise, dtype, bound):
    upscaler = Upscaler("esrgan")
    picture = noise.astype(dtype) * (257 if dtype == np.uint16 else 1)
    enlarged = symmetric_tiles(upscaler, picture, 0.7).result()
    assert enlarged.p99 is None
    results = [
        symmetry.undo(upscaler.new_curve(symmetry.apply(picture)).render(0.7)).clip(0, 1)
        for symmetry in SYMMETRIES
    ]
    expected = np.mean(results, axis=0, dtype=np.float64) * np.iinfo(dtype).max
    assert enlarged.pixels.dtype == dtype
    assert np.abs(enlarged.pixels - expected).max() < bound
    plain = upscaler(picture, 0.7)
    assert not np.array_equal(enlarged.pixels, plain)


def test_the_result_turns_with_the_picture(noise):
    upscaler = Upscaler("esrgan")
    upright = symmetric_tiles(upscaler, noise, 1).result().pixels
    turned = symmetric_tiles(upscaler, np.ascontiguousarray(np.rot90(noise)), 1).result().pixels
    difference = np.abs(turned.astype(int) - np.rot90(upright).astype(int))
    assert difference.max() <= 1
    assert (difference > 0).mean() < 0.01


def test_bicubic_is_symmetric_already(photo):
    upscaler, calm = Upscaler("bicubic"), photo // 2 + 64  # nothing is clipped between two passes
    difference = symmetric_tiles(upscaler, calm).result().pixels.astype(int) - upscaler(calm)
    assert np.abs(difference).max() <= 1


def test_a_map_turns_with_the_picture(noise):
    upscaler = Upscaler("esrgan")
    half = np.zeros((24, 30), np.float32)
    half[:, 15:] = 1
    work = symmetric_tiles(upscaler, noise, half)
    steps = list(work)
    assert steps[-1].done == steps[-1].total == 8
    enlarged = work.result()
    assert enlarged.p99 is not None
    for alpha, columns in ((0.0, slice(56)), (1.0, slice(64, None))):
        exact = symmetric_tiles(upscaler, noise, alpha).result().pixels
        assert np.abs(enlarged.pixels.astype(int) - exact)[:, columns].max() <= 1
