import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from esrgan.images import read
from esrgan.resize import cubic, imresize, imresize_tensor


@pytest.mark.parametrize("name", ["Set5", "Set14", "BSD100"])
def test_matlab_made_benchmarks_bit_for_bit(data_folder, name):
    folder = data_folder / "benchmarks" / name
    paths = sorted((folder / "HR").iterdir())
    assert len(paths) == {"Set5": 5, "Set14": 14, "BSD100": 100}[name]
    for path in paths:
        lr = read(folder / "LRx4" / path.name).pixels
        hr = read(path).pixels[: 4 * lr.shape[0], : 4 * lr.shape[1]]
        assert np.array_equal(imresize(hr, 1 / 4), lr), path.name


def test_kernel_is_keys_with_a_of_minus_a_half():
    assert cubic(np.array([0, 0.5, 1, 1.5, 2, 3])).tolist() == [1, 0.5625, 0, -0.0625, 0, 0]


@settings(max_examples=30, deadline=None)
@given(
    height=st.integers(1, 23),
    width=st.integers(1, 23),
    scale=st.sampled_from([0.25, 0.5, 0.7, 1.0, 2.0, 4.0]),
    edges=st.sampled_from(["replicate", "mirror"]),
    level=st.integers(0, 255),
)
def test_flat_pictures_stay_flat(height, width, scale, edges, level):
    picture = np.full((height, width, 3), level, np.uint8)
    resized = imresize(picture, scale, edges=edges)
    assert resized.shape == (*(int(np.ceil(side * scale)) for side in (height, width)), 3)
    assert (resized == level).all()


def test_scale_one_is_the_identity(noise):
    assert np.array_equal(imresize(noise, 1.0), noise)


def test_enlarging_mirrors_with_the_picture(noise):
    assert np.array_equal(imresize(noise[:, ::-1], 4), imresize(noise, 4)[:, ::-1])


def test_edges_differ_only_near_the_border(noise):
    replicated, mirrored = imresize(noise, 0.25), imresize(noise, 0.25, edges="mirror")
    assert not np.array_equal(replicated, mirrored)
    assert np.array_equal(replicated[2:-2, 2:-2], mirrored[2:-2, 2:-2])


@pytest.mark.parametrize("dtype", [np.uint16, np.float64])
def test_other_types_agree_with_uint8(noise, dtype):
    wide = imresize(noise.astype(dtype), 0.25)
    assert wide.dtype == dtype
    assert np.abs(wide.astype(float) - imresize(noise, 0.25)).max() <= 1.01


@pytest.mark.parametrize("scale", [0.25, 4.0])
def test_tensor_form_agrees_with_the_float_form(noise, scale):
    batch = torch.from_numpy(noise.astype(np.float64)).permute(2, 0, 1)[None]
    ours = imresize_tensor(batch, scale)[0].permute(1, 2, 0).numpy()
    np.testing.assert_allclose(ours, imresize(noise.astype(np.float64), scale), atol=1e-9)


def test_tensor_form_is_differentiable():
    batch = torch.rand(2, 1, 5, 6, dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(lambda x: imresize_tensor(x, 0.5), batch)


def test_refusals(noise):
    with pytest.raises(ValueError, match="scale must be above 0"):
        imresize(noise, 0)
    with pytest.raises(ValueError, match="at least one pixel"):
        imresize(np.empty((0, 4, 3), np.uint8), 2)
    with pytest.raises(ValueError, match="'replicate' or 'mirror'"):
        imresize(noise, 0.25, edges="wrap")
