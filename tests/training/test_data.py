import os
from itertools import pairwise

import numpy as np
import pytest
import torch

from esrgan.images import Picture, encode_png, read
from esrgan.resize import imresize
from esrgan.training.cache import OVERLAP_PX, SUBIMAGE_PX, open_cache, subimages
from esrgan.training.config import DataConfig
from esrgan.training.data import Loader, hold_out, open_training_set, to_tensor

CONFIG = DataConfig(batch_size=4, patch_px=32, held_out=0)


def write(path, height, width, dtype=np.uint8):
    pixels = np.random.default_rng(height).integers(0, 256, (height, width, 3)).astype(dtype)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(encode_png(Picture(pixels * (257 if dtype == np.uint16 else 1))))


def test_the_cache_holds_hr_and_its_matlab_reduction(folder):
    cache = open_cache(folder / "data", folder / "caches")
    hr = read(folder / "data" / "a.png").pixels
    lr, cached_hr = cache.views(cache.pictures["a.png"][0])
    np.testing.assert_array_equal(cached_hr, hr)
    np.testing.assert_array_equal(lr, imresize(hr, 0.25))
    assert list(cache.pictures) == ["a.png", "inner/b.png"]


def test_the_cache_is_made_once_and_again_when_a_picture_changes(folder):
    seen = []

    def progress(items, total):
        seen.append(total)
        return items

    for _ in range(2):
        open_cache(folder / "data", folder / "caches", progress)
    assert seen == [2]
    write(folder / "data" / "c.png", 40, 40)
    open_cache(folder / "data", folder / "caches", progress)
    assert seen == [2, 3]
    assert not list((folder / "caches").glob("*.partial*"))


def test_a_half_written_cache_is_removed_when_it_is_old(folder):
    fresh, stale = (folder / "caches" / f"pictures-0.partial-{name}" for name in "ab")
    for left in (fresh, stale):
        left.mkdir(parents=True)
        (left / "hr.bin").write_bytes(b"half")
    for path in (stale / "hr.bin", stale):
        os.utime(path, (0, 0))
    open_cache(folder / "data", folder / "caches")
    assert fresh.exists()
    assert not stale.exists()


def test_a_picture_of_16_bits_is_rounded_to_8(tmp_path):
    write(tmp_path / "data" / "deep.png", 40, 44, np.uint16)
    write(tmp_path / "flat" / "flat.png", 40, 44)
    deep, flat = (open_cache(tmp_path / name, tmp_path / "caches") for name in ("data", "flat"))
    np.testing.assert_array_equal(deep.hr, flat.hr)


def test_large_pictures_are_cut_into_overlapping_parts_that_cover_them():
    covered = np.zeros((1000, 700), int)
    for top, left, height, width in subimages(1000, 700):
        assert max(height, width) == SUBIMAGE_PX
        assert top % 4 == left % 4 == height % 4 == 0
        covered[top : top + height, left : left + width] += 1
    assert covered.min() == 1
    tops = sorted({top for top, *_ in subimages(1000, 700)})
    assert all(b - a <= SUBIMAGE_PX - OVERLAP_PX for a, b in pairwise(tops))
    assert list(subimages(480, 320)) == [(0, 0, 480, 320)]


def test_sub_images_of_a_large_picture_are_its_pixels(tmp_path):
    write(tmp_path / "data" / "large.png", 600, 500)
    cache = open_cache(tmp_path / "data", tmp_path / "caches")
    hr = read(tmp_path / "data" / "large.png").pixels
    lr = imresize(hr, 0.25)
    places = list(subimages(600, 500))
    assert len(places) == len(cache.pictures["large.png"]) == 4
    for (top, left, height, width), item in zip(places, cache.pictures["large.png"], strict=True):
        low, high = cache.views(item)
        np.testing.assert_array_equal(high, hr[top : top + height, left : left + width])
        rows, columns = slice(top // 4, (top + height) // 4), slice(left // 4, (left + width) // 4)
        np.testing.assert_array_equal(low, lr[rows, columns])


def test_a_sample_is_a_pure_function_of_seed_step_and_index(folder):
    pictures = open_training_set({folder / "data": None}, CONFIG, folder / "caches")
    lr, hr = pictures.batch(CONFIG, 0, 3, range(4))
    assert lr.shape == (4, 8, 8, 3)
    assert hr.shape == (4, 32, 32, 3)
    for again in (pictures.batch(CONFIG, 0, 3, [2, 3]),):
        np.testing.assert_array_equal(again[0], lr[2:])
        np.testing.assert_array_equal(again[1], hr[2:])
    for other in (pictures.batch(CONFIG, 0, 4, range(4)), pictures.batch(CONFIG, 1, 3, range(4))):
        assert not np.array_equal(other[1], hr)


def test_lr_and_hr_patches_show_the_same_place_turned_the_same_way(folder):
    pictures = open_training_set({folder / "data": None}, CONFIG, folder / "caches")
    lr, hr = (to_tensor(patches) for patches in pictures.batch(CONFIG, 0, 0, range(40)))
    inner = (slice(None), slice(None), slice(2, -2), slice(2, -2))
    assert (torch.nn.functional.avg_pool2d(hr, 4) - lr)[inner].abs().mean() < 0.02


def test_the_loader_gives_the_batch_of_any_step(folder):
    pictures = open_training_set({folder / "data": None}, CONFIG, folder / "caches")
    loader = Loader(pictures, CONFIG, 0, range(4))
    for step in (5, 6, 2, 3):
        lr, hr = loader.batch(step)
        expected = pictures.batch(CONFIG, 0, step, range(4))
        torch.testing.assert_close(lr, to_tensor(expected[0]), rtol=0, atol=0)
        torch.testing.assert_close(hr, to_tensor(expected[1]), rtol=0, atol=0)
    loader.close()


def test_folders_share_patches_by_their_weights(tmp_path):
    for name, value in (("dark", 0), ("light", 255)):
        (tmp_path / name).mkdir()
        flat = Picture(np.full((32, 32, 3), value, np.uint8))
        (tmp_path / name / "flat.png").write_bytes(encode_png(flat))
    folders = {tmp_path / "dark": 3.0, tmp_path / "light": 1.0}
    pictures = open_training_set(folders, CONFIG, tmp_path / "caches")
    _, hr = pictures.batch(CONFIG, 0, 0, range(400))
    assert 0.18 < hr.mean() / 255 < 0.32
    only = DataConfig(patch_px=32, more_data=False)
    assert len(open_training_set(folders, only, tmp_path / "caches").sources) == 1
    with pytest.raises(ValueError, match="every folder a weight, or none"):
        open_training_set({tmp_path / "dark": None, tmp_path / "light": 1.0}, CONFIG, tmp_path)
    with pytest.raises(ValueError, match="must not be negative nor all 0"):
        open_training_set(dict.fromkeys(folders, 0.0), CONFIG, tmp_path / "caches")


def test_pictures_that_cannot_be_used_are_named(folder):
    (folder / "data" / "broken.png").write_bytes(b"\x89PNG\r\n\x1a\nbroken")
    write(folder / "data" / "small.png", 20, 64)
    write(folder / "data" / "tiny.png", 3, 3)
    (folder / "data" / "link.png").symlink_to(folder / "nowhere.png")
    pictures = open_training_set({folder / "data": None}, CONFIG, folder / "caches")
    reasons = {os.path.basename(name): reason for name, reason in pictures.skipped.items()}  # noqa: PTH119
    assert set(reasons) == {"broken.png", "small.png", "tiny.png", "link.png"}
    assert reasons["small.png"] == "its 20 px are less than a patch of 32 px"
    assert [list(source.names) for source in pictures.sources] == [["a.png", "inner/b.png"]]


def test_pictures_are_held_out_evenly(tmp_path):
    assert hold_out([str(i) for i in range(80)], 4) == ["10", "30", "50", "70"]
    assert hold_out(["a", "b"], 4) == []
    for index in range(16):
        write(tmp_path / "data" / f"{index:02}.png", 32, 32 + index)
    config = DataConfig(patch_px=32, held_out=2)
    pictures = open_training_set({tmp_path / "data": None}, config, tmp_path / "caches")
    assert [path.name for path in pictures.held_out] == ["04.png", "12.png"]
    assert len(pictures.sources[0].names) == 14


def test_folders_without_pictures_are_refused(tmp_path):
    caches = tmp_path / "caches"
    with pytest.raises(ValueError, match="There is no folder"):
        open_cache(tmp_path / "missing", caches)
    (tmp_path / "data").mkdir()
    with pytest.raises(ValueError, match="There is no picture below"):
        open_cache(tmp_path / "data", caches)
    (tmp_path / "data" / "a.png").write_bytes(b"no picture")
    with pytest.raises(ValueError, match=r"No picture below .* can be read"):
        open_cache(tmp_path / "data", caches)
    write(tmp_path / "data" / "b.png", 16, 16)
    with pytest.raises(ValueError, match=r"No picture below .* has 32 px a side"):
        open_training_set({tmp_path / "data": None}, CONFIG, caches)


def test_transparent_pictures_are_laid_on_white(tmp_path):
    pixels = np.random.default_rng(0).integers(0, 256, (64, 64, 3), dtype=np.uint8)
    opacity = np.full((64, 64), 255, np.uint8)
    opacity[:, :32] = 0
    opacity[:, 32:40] = 128
    (tmp_path / "pictures").mkdir()
    path = tmp_path / "pictures" / "a.png"
    path.write_bytes(encode_png(Picture(pixels, opacity)))
    cache = open_cache(tmp_path / "pictures", tmp_path / "caches")
    ((item,),) = cache.pictures.values()
    lr, hr = cache.views(item)
    assert np.all(hr[:, :32] == 255)
    assert np.array_equal(hr[:, 40:], pixels[:, 40:])
    assert np.abs(hr[:, 32:40] - (255 + pixels[:, 32:40].astype(int)) / 2).max() <= 1
    assert np.array_equal(lr, imresize(hr, 1 / 4))
