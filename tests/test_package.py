"""Dependencies are declared as they are imported; the wheel holds the package and its weights."""

import ast
import email
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import numpy as np
import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from PIL import Image

import esrgan

try:
    import tomllib
except ModuleNotFoundError:  # before Python 3.11
    import tomli as tomllib

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
DEPENDENCIES, EXTRAS = PROJECT["dependencies"], PROJECT["optional-dependencies"]
DISTRIBUTIONS = {
    "PIL": "pillow",
    "cv2": "opencv-python-headless",
    "skimage": "scikit-image",
    "pillow_heif": "pillow-heif",
}
"""Distributions that are called otherwise than what they let import."""
LARGEST_WHEEL = 12e6


def requirement(text):
    """A requirement in one spelling."""
    parsed = Requirement(text)
    parsed.name = canonicalize_name(parsed.name)
    return str(parsed)


def requirements(lines):
    """Those of a list; another file that is named, comments and empty lines are left out."""
    texts = [line.split("#")[0].strip() for line in lines]
    return {requirement(text) for text in texts if text and not text.startswith("-r")}


def lines(name):
    return (ROOT / name).read_text("utf-8").splitlines()


def test_the_pages_requirements_are_those_of_the_package_and_its_extra():
    assert requirements(lines("requirements.txt")) == requirements(DEPENDENCIES + EXTRAS["demo"])


def test_the_developers_requirements_hold_the_pages_and_those_of_the_other_extras():
    assert "-r requirements.txt" in lines("requirements-dev.txt")
    added = requirements(lines("requirements-dev.txt"))
    extras = [text for name in ("train", "onnx", "heic", "ray") for text in EXTRAS[name]]
    assert requirements(extras) < added
    assert not added & requirements(lines("requirements.txt"))


def test_what_builds_the_wheel_is_among_the_developers_requirements():
    build = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["build-system"]
    assert requirements(build["requires"]) < requirements(lines("requirements-dev.txt"))


def test_every_place_that_names_the_version_or_the_licence_names_the_same():
    citation = lines("CITATION.cff")
    assert f"version: {esrgan.__version__}" in citation
    assert "license: Apache-2.0" in citation
    assert any(line.startswith(f"## {esrgan.__version__}") for line in lines("CHANGELOG.md"))
    assert "Version 2.0, January 2004" in (ROOT / "LICENSE").read_text("utf-8")
    assert PROJECT["license"].startswith("Apache-2.0 AND LicenseRef-weights-research")
    assert "research and education only" in (ROOT / "esrgan/weights/LICENSE.md").read_text("utf-8")


def imported():
    """Names of the packages that `esrgan` imports, but for itself and the standard library."""
    names = set()
    for path in (ROOT / "esrgan").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Import):
                names |= {alias.name.split(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom):
                names.add(node.module.split(".")[0])
    return names - {"esrgan"} - sys.stdlib_module_names


def test_every_import_of_the_package_is_a_requirement():
    named = {Requirement(text).name for text in DEPENDENCIES}
    others = [text for name in ("train", "onnx", "heic", "ray") for text in EXTRAS[name]]
    extra = {Requirement(text).name for text in others}
    used = {DISTRIBUTIONS.get(name, name) for name in imported()}
    assert named <= used
    assert used <= named | extra
    assert "gradio" not in used


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    (path,) = folder.glob("*.whl")
    return path


@pytest.mark.slow
def test_the_wheel_holds_the_package_and_its_weights_only(wheel):
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
        (metadata,) = (name for name in names if name.endswith("/METADATA"))
        described = email.message_from_string(archive.read(metadata).decode())
    information = f"esrgan-{esrgan.__version__}.dist-info"
    assert {name.split("/")[0] for name in names} == {"esrgan", information}
    sources = {it.relative_to(ROOT).as_posix() for it in (ROOT / "esrgan").rglob("*.py")}
    assert sources <= names
    weights = [line.split()[1] for line in lines("esrgan/weights/SHA256SUMS")]
    assert {"esrgan/py.typed", *(f"esrgan/weights/{it}" for it in weights)} <= names
    assert {"esrgan/weights/SHA256SUMS", "esrgan/weights/LICENSE.md"} <= names
    constants = {it.relative_to(ROOT).as_posix() for it in (ROOT / "esrgan/metrics").glob("niqe*")}
    assert len(constants) >= 3  # two models and a notice
    assert constants <= names
    assert f"{information}/licenses/LICENSE" in names
    assert wheel.stat().st_size < LARGEST_WHEEL
    assert described["Version"] == esrgan.__version__
    assert requirements(described.get_all("Requires-Dist")) >= requirements(DEPENDENCIES)


@pytest.mark.slow
def test_the_wheel_enlarges_a_picture_outside_the_repository(wheel, tmp_path):
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path / "site")
    environment = os.environ | {"PYTHONPATH": str(tmp_path / "site"), "PYTHONUTF8": "1"}

    def execute(*arguments):
        command = [sys.executable, *arguments]
        done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True)
        assert done.returncode == 0, done.stderr
        return done.stdout.decode().strip()

    Image.fromarray(np.full((8, 9, 3), 99, np.uint8)).save(tmp_path / "grey.png")
    package = execute("-c", "import esrgan; print(esrgan.__file__)")
    assert Path(package).is_relative_to(tmp_path / "site")
    assert "esrgan-official" in execute("-m", "esrgan", "models")
    execute("-m", "esrgan", "upscale", "grey.png", "-o", "out")
    with Image.open(tmp_path / "out" / "grey_esrgan_a1.00_x4.png") as large:
        assert large.size == (36, 32)
