"""Where the data outside the repository lies, and small pictures that several tests use."""

import os
from pathlib import Path

import numpy as np
import pytest
from skimage import data

ROOT = Path(__file__).parent.parent
DATA = Path(os.environ.get("ESRGAN_DATA", ROOT / "../shared/data"))


@pytest.fixture(scope="session", autouse=True)
def _own_cache(tmp_path_factory):
    """A cache of the tests' own: what a page or a download has kept changes nothing."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ESRGAN_CACHE", str(tmp_path_factory.mktemp("caches")))
        yield


@pytest.fixture(scope="session")
def data_folder() -> Path:
    """Benchmark and training pictures, whose licence keeps them out of the repository."""
    if not (DATA / "benchmarks").is_dir():
        pytest.skip(f"no benchmark pictures at {DATA}: set ESRGAN_DATA")
    return DATA


@pytest.fixture(scope="session")
def photo() -> np.ndarray:
    """A photograph, uint8 (96, 120, 3)."""
    return np.ascontiguousarray(data.astronaut()[20:116, 160:280])


@pytest.fixture
def noise() -> np.ndarray:
    """Random pixels, uint8 (24, 30, 3)."""
    return np.random.default_rng(0).integers(0, 256, (24, 30, 3), dtype=np.uint8)
