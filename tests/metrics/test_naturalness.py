import cv2
import numpy as np
import pytest
from skimage import data

from esrgan.images import read
from esrgan.metrics import niqe
from esrgan.metrics.naturalness import UndefinedError, load_model


def test_the_public_model_gives_the_published_value(data_folder):
    folder = data_folder / "niqe"
    model = load_model(folder / "niqe_pris_params.npz")
    assert niqe(read(folder / "baboon.png").pixels, model) == pytest.approx(5.72957, abs=1e-4)


def test_degradation_raises_it():
    photo = data.astronaut()
    blurred = cv2.GaussianBlur(photo, (0, 0), 3)
    noisy = np.random.default_rng(0).integers(0, 256, photo.shape, dtype=np.uint8)
    assert niqe(photo) + 1 < niqe(blurred)
    assert niqe(photo) + 1 < niqe(noisy)


def test_depth_does_not_matter():
    photo = data.astronaut()
    assert niqe(photo.astype(np.uint16) * 257) == pytest.approx(niqe(photo))
    assert niqe(photo / 255) == pytest.approx(niqe(photo), abs=1e-3)
    assert niqe((photo / 255).astype(np.float32)) == pytest.approx(niqe(photo), abs=1e-3)


def odd_pictures():
    rng = np.random.default_rng(0)
    half_flat = np.zeros((400, 400, 3), np.uint8)
    half_flat[:200] = rng.integers(0, 256, (200, 400, 3))
    checks, dot, stripes = (np.zeros((192, 384, 3), np.uint8) for _ in range(3))
    checks[::2, ::2], dot[150, 150], stripes[::3] = 255, 255, 200
    return {
        "half flat": half_flat,
        "checks": checks,
        "dot": dot,
        "stripes": stripes,
        "two grey levels": rng.integers(7, 9, (200, 300, 3), dtype=np.uint8),
        "huge": rng.integers(0, 256, (1920, 2880, 3), dtype=np.uint8),
    }


@pytest.mark.parametrize("name", odd_pictures())
def test_it_is_finite_or_refused(name):
    picture = odd_pictures()[name]
    try:
        value = niqe(picture)
    except UndefinedError:
        value = 0.0
    assert np.isfinite(value)


def test_small_and_flat_pictures_are_refused():
    with pytest.raises(ValueError, match="too small"):
        niqe(np.zeros((191, 300, 3), np.uint8))
    with pytest.raises(ValueError, match="too flat"):
        niqe(np.full((200, 200, 3), 9, np.uint8))


@pytest.mark.parametrize(
    "arrays",
    [
        {"a": np.zeros(3)},
        {"mean": np.zeros(35), "covariance": np.eye(36)},
        {"mean": np.zeros(36), "covariance": np.eye(3)},
        {"mean": np.full(36, np.nan), "covariance": np.eye(36)},
    ],
)
def test_other_arrays_are_no_model(tmp_path, arrays):
    np.savez(tmp_path / "other.npz", **arrays)
    with pytest.raises(ValueError, match=r"other\.npz is not a NIQE model"):
        load_model(tmp_path / "other.npz")


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04broken", b"text"])
def test_other_files_are_no_model(tmp_path, content):
    (tmp_path / "other.npz").write_bytes(content)
    with pytest.raises(ValueError, match=r"other\.npz is not a NIQE model"):
        load_model(tmp_path / "other.npz")
