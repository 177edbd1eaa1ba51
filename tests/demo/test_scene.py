import numpy as np
import pytest
import torch
from skimage import data

from demo.scene import (
    Box,
    Mode,
    curve,
    original_scores,
    place,
    rebuild,
    scores,
    sides,
    upscaler,
    window_upscaler,
)
from esrgan import Upscaler, imresize
from esrgan.images import Picture, encode_png, read
from esrgan.metrics import lr_psnr, niqe, perceptual_index, psnr, rmse, ssim
from esrgan.pixels import has_colour
from esrgan.resize import crop_to_multiple
from esrgan.weights import resolve
from tests.weights.conftest import passing

PLACES = [(0.5, 0.5), (0.0, 0.0), (1.0, 1.0), (0.31, 0.77)]


@pytest.fixture(scope="module")
def large():
    """A picture larger than the window, with sides that are no multiples of four."""
    return np.ascontiguousarray(np.tile(data.astronaut(), (3, 3, 1))[:1101, :1307])


@pytest.mark.parametrize(("x", "y"), PLACES)
def test_compare_sees_a_part_of_the_whole_reduced_picture(large, x, y):
    scene = place(Picture(large), Mode.COMPARE, x, y, 4)
    whole = imresize(crop_to_multiple(large, 4), 1 / 4)
    box = scene.box
    assert scene.small == (326, 275)
    assert (box.width, box.height) == (128, 128)
    window = whole[box.top : box.top + 128, box.left : box.left + 128]
    assert np.array_equal(scene.window_lr, window)
    hr = large[4 * box.top :, 4 * box.left :][:512, :512]
    assert np.array_equal(scene.hr, hr)


@pytest.mark.parametrize(("x", "y"), PLACES)
def test_the_window_is_a_part_of_the_whole_enlarged_picture(large, x, y):
    small = large[:300, :310]
    scene = place(Picture(small), Mode.ENLARGE, x, y, 4)
    assert scene.hr is None
    rows, columns = (slice(4 * a, 4 * a + 512) for a in (scene.box.top, scene.box.left))
    assert np.array_equal(rebuild(scene, "bicubic"), imresize(small, 4)[rows, columns])
    whole = Upscaler("esrgan", tile_px=512)(small, 0.8)[rows, columns]
    difference = np.abs(rebuild(scene, "esrgan", 0.8).astype(int) - whole).max(axis=2)
    assert np.mean(difference <= 1) >= 0.999


@pytest.mark.parametrize("scale", [2, 8])
def test_compare_follows_the_scale(large, scale):
    scene = place(Picture(large), Mode.COMPARE, 0.31, 0.77, scale)
    whole = imresize(crop_to_multiple(large, scale), 1 / scale)
    box, side = scene.box, 512 // scale
    window = whole[box.top : box.top + side, box.left : box.left + side]
    assert scene.hr.shape == (512, 512, 3)
    assert np.array_equal(scene.window_lr, window)
    assert np.array_equal(scene.hr, large[scale * box.top :, scale * box.left :][:512, :512])


@pytest.mark.parametrize("scale", [1, 2])
def test_a_window_is_unshuffled_as_the_whole_picture_is(large, scale, tmp_path):
    network = passing(noise=0.02, scale=scale)
    files = [tmp_path / name for name in ("psnr.pth", "gan.pth")]
    for file in files:
        torch.save({"params": network.state_dict()}, file)
    pair = upscaler(resolve(*map(str, files))).model
    scene = place(Picture(large), Mode.ENLARGE, 0.313, 0.771, scale)
    assert scene.box.left % 4
    assert scene.box.top % 4
    whole = Upscaler(tuple(files), tile_px=2048)(large, 0.5)
    rows, columns = scene.box.within(Box(0, 0, 1307, 1101), scale)
    assert np.abs(rebuild(scene, pair, 0.5).astype(int) - whole[rows, columns]).max() <= 1


def test_a_small_picture_is_covered_whole_and_exactly(photo):
    scene = place(Picture(photo), Mode.ENLARGE, 0.2, 0.9, 4)
    assert (scene.box.width, scene.box.height) == (120, 96)
    assert np.array_equal(rebuild(scene, "esrgan", 0.3), Upscaler("esrgan")(photo, 0.3))


def test_the_window_is_as_large_as_is_asked_and_as_the_picture_fills(large):
    for side, given in ((512, 512), (768, 768), (1024, 768)):
        scene = place(Picture(large[:200, :270]), Mode.ENLARGE, 0.5, 0.5, 4, side=side)
        assert scene.side == given
        assert (scene.box.width, scene.box.height) == (given // 4, given // 4)
    assert sides((270, 200), 4) == [512, 768]
    assert sides((270, 256), 4) == [512, 768, 1024]
    assert sides((1, 1), 4) == [512]
    widest = place(Picture(large), Mode.ENLARGE, 0.5, 0.5, 4, side=1024).context
    assert max(widest.width, widest.height) <= window_upscaler("esrgan").tile_px


@pytest.mark.parametrize("mode", Mode)
def test_a_window_does_not_keep_its_picture(mode):
    tall = np.zeros((1300, 100, 3), np.uint8)
    scene = place(Picture(tall), mode, 0.5, 0.5, 4)
    kept = [pixels for pixels in (scene.lr, scene.hr) if pixels is not None]
    assert not any(np.shares_memory(pixels, tall) for pixels in kept)


def test_opacity_of_the_window(large):
    opacity = large[..., 0]
    scene = place(Picture(large, opacity), Mode.ENLARGE, 0.4, 0.6, 4)
    rows, columns = scene.box.within(Box(0, 0, 1307, 1101))
    outer = imresize(
        opacity[rows.start - 8 : rows.stop + 8, columns.start - 8 : columns.stop + 8], 4
    )
    assert np.array_equal(scene.opacity, outer[32:-32, 32:-32])
    assert place(Picture(large, opacity), Mode.COMPARE, 0.4, 0.6, 4).opacity is None


def test_figures_are_those_of_the_metrics(large):
    scene = place(Picture(large), Mode.COMPARE, 0.5, 0.5, 4)
    sr = rebuild(scene, "bicubic")
    assert scores(scene, sr).values == {
        "psnr_y": psnr(sr, scene.hr),
        "ssim_y": ssim(sr, scene.hr),
        "rmse_y": rmse(sr, scene.hr),
        "perceptual_index": perceptual_index(sr),
        "niqe": niqe(sr),
    }
    assert original_scores(scene.hr).values == {
        "perceptual_index": perceptual_index(scene.hr),
        "niqe": niqe(scene.hr),
    }
    scene = place(Picture(large), Mode.ENLARGE, 0.5, 0.5, 4)
    sr = rebuild(scene, "bicubic")
    assert scores(scene, sr).values == {
        "lr_psnr": lr_psnr(sr, scene.window_lr),
        "perceptual_index": perceptual_index(sr),
        "niqe": niqe(sr),
    }


@pytest.mark.parametrize("side", [1, 2, 3, 4, 5, 9])
@pytest.mark.parametrize("mode", Mode)
def test_tiny_pictures_work_or_are_refused_in_one_sentence(side, mode):
    picture = Picture(np.full((side, side, 3), 99, np.uint8))
    if mode is Mode.COMPARE and side < 4:
        with pytest.raises(ValueError, match="at least 4 px"):
            place(picture, mode, 0.5, 0.5, 4)
        return
    scene = place(picture, mode, 0.5, 0.5, 4)
    for model, alpha in (("bicubic", None), ("srresnet", None), ("esrgan", 0.5)):
        found = scores(scene, rebuild(scene, model, alpha))
        assert all(found.values[name] is not None or found.reasons[name] for name in found.values)


def shaped(hidden, dtype=np.uint8):
    """A coloured disc with a soft rim; `hidden` is what lies under opacity 0."""
    rows, columns = np.mgrid[:600, :640]
    largest = np.iinfo(dtype).max
    rim = ((220 - np.hypot(rows - 301, columns - 318)) / 3).clip(0, 1)
    opacity = np.rint(rim * largest).astype(dtype)
    pixels = np.random.default_rng(0).integers(0, largest, (600, 640, 3), dtype)
    pixels[opacity == 0] = hidden
    return read(encode_png(Picture(pixels, opacity)))


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
@pytest.mark.parametrize("mode", Mode)
def test_a_window_does_not_depend_on_hidden_colours(mode, dtype):
    one, other = (place(shaped(it, dtype), mode, 0.2, 0.3, 4) for it in (0, (9, 200, 0)))
    assert np.array_equal(one.lr, other.lr)
    if mode is Mode.COMPARE:
        assert one.opacity is None
        assert np.array_equal(one.hr, other.hr)
        assert np.all(one.hr[0, 0] == np.iinfo(dtype).max)
        assert np.abs(imresize(one.hr, 1 / 4).astype(int) - one.window_lr)[2:-2, 2:-2].max() <= 1
    else:
        assert np.array_equal(one.opacity, other.opacity)


@pytest.mark.parametrize("mode", Mode)
def test_a_picture_without_colour_has_none_in_any_window(large, mode):
    grey = read(encode_png(Picture(large[..., [1, 1, 1]])))
    scene = place(grey, mode, 0.31, 0.77, 4)
    for sr in (
        *(rebuild(scene, "esrgan", alpha) for alpha in (0.0, 0.8)),
        rebuild(scene, "bicubic"),
    ):
        assert not has_colour(sr)
    assert not has_colour(curve(scene, "esrgan").complete().at(0.6))


def test_a_grey_window_of_a_coloured_picture_is_that_of_the_whole(large):
    small = large[:300, :310].copy()
    small[:, :200] = small[:, :200, [1, 1, 1]]
    scene = place(Picture(small), Mode.ENLARGE, 0.0, 0.5, 4)
    assert not has_colour(scene.lr)
    rows, columns = (slice(4 * a, 4 * a + 512) for a in (scene.box.top, scene.box.left))
    whole = Upscaler("esrgan", tile_px=512)(small, 1.0)[rows, columns]
    difference = np.abs(rebuild(scene, "esrgan", 1.0).astype(int) - whole).max(axis=2)
    assert np.mean(difference <= 1) >= 0.999
