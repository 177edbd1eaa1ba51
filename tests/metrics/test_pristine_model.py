import hashlib
from pathlib import Path

import numpy as np
import pytest

from esrgan.metrics.pristine_model import EMBEDDED, load_model

PUBLIC_ARRAYS = "f6284a2b53fd40bbc960472b76ec55b67a299a0270294b804c847e99b8cc1e30"
"""SHA-256 of mean and covariance of the public model, as little-endian float64."""


def test_the_default_is_the_public_model():
    model = load_model()
    arrays = np.concatenate([model.mean, model.covariance.ravel()]).astype("<f8")
    assert hashlib.sha256(arrays.tobytes()).hexdigest() == PUBLIC_ARRAYS
    assert model.name == "LIVE's public one"
    assert model is not load_model("own-fit")


def test_it_equals_the_published_file(data_folder):
    published = load_model(data_folder / "niqe" / "niqe_pris_params.npz")
    assert np.array_equal(published.mean, load_model().mean)
    assert np.array_equal(published.covariance, load_model().covariance)


def test_its_terms_lie_beside_it():
    terms = EMBEDDED["live"].with_name("niqe-live-LICENSE.txt").read_text("utf-8")
    for words in ("Copyright (c) 2011 The University of Texas at Austin", "live.ece.utexas.edu"):
        assert words in terms


def test_the_own_fit_has_another_mean():
    own = load_model("own-fit")
    assert own.name == "our own fit"
    assert not np.allclose(own.mean, load_model().mean, rtol=0.05)


def test_a_missing_file_is_an_oserror(tmp_path: Path):
    with pytest.raises(OSError, match="absent"):
        load_model(tmp_path / "absent.npz")


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
