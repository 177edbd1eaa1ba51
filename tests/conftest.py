"""Fixtures of all tests: data outside the repository, toy networks, caches, small pictures."""

import os
import shutil
import socket
import tempfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from skimage import data

ROOT = Path(__file__).parent.parent
DATA = Path(os.environ.get("ESRGAN_DATA", ROOT / "../shared/data"))
EMBEDDED = ROOT / "esrgan/weights"
"""The folder of the weights that the package ships; nearly all tests use toys in their place."""
TOYS = "esrgan-toys-"
# Before esrgan is imported; other processes inherit the first one's folder, and a benchmark that
# imports this file outside of pytest keeps the real weights.
if "PYTEST_VERSION" in os.environ and TOYS not in os.environ.get("ESRGAN_WEIGHTS", ""):
    os.environ["ESRGAN_WEIGHTS"] = tempfile.mkdtemp(prefix=TOYS)


def pytest_configure(config):
    """Replace the embedded weights by toy networks, for all tests and programs that they start."""
    if hasattr(config, "workerinput"):  # one of several processes: the first has done it
        return
    folder = os.environ["ESRGAN_WEIGHTS"]
    config.add_cleanup(lambda: shutil.rmtree(folder, ignore_errors=True))
    if config.getoption("numprocesses", None):  # each process computes on one core
        os.environ.setdefault("OMP_NUM_THREADS", "1")
    from tests import toy

    toy.write_embedded(Path(folder))


@pytest.fixture(scope="session", autouse=True)
def _own_cache(tmp_path_factory):
    """A cache of the tests' own, so that the user's cache does not change a result."""
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


@pytest.fixture
def embedded(monkeypatch):
    """The weights that the package ships, under their names, in this process."""
    from esrgan.weights import MODELS

    for name, model in MODELS.items():
        files = tuple(EMBEDDED / file.name for file in model.files)
        monkeypatch.setitem(MODELS, name, replace(model, files=files))


def free_port():
    """A port of this machine that no program listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
