"""Modules import only from the tiers below their own, or from their own without a circle."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import esrgan
from esrgan.cli import COMMANDS

ROOT = Path(__file__).parent.parent
TIERS = (
    {
        *("pixels", "precision", "images", "resize", "models", "files", "memory", "work"),
        *("allocator", "threads", "turns"),
        *("encoders", "jobs", "ray_places", "storage"),
    },
    {
        *("losses", "metrics", "interpolation", "weights", "tiles"),
        *("alpha_map", "back_projection", "borders", "cutout", "folders", "onnx", "seamless"),
    },
    {"devices", "engine", "inference", "setup", "symmetries", "tiled"},
    {"training", "evaluation", "plots", "verification", "enlarging", "ray_runner"},
    {"cli", "__main__"},
)
PACKAGES = ("esrgan", "examples", "demo", "benchmarks", "app")
EXTRAS = (
    *("gradio", "matplotlib", "accelerate", "tensorboard"),
    *("onnx", "onnxscript", "onnxruntime", "ray", "pyarrow"),
)
"""Packages that only the page, figures, training, graphs, or many machines need."""


def sources():
    yield ROOT / "app.py"
    for package in PACKAGES[:-1]:
        yield from (ROOT / package).rglob("*.py")


def module_name(path):
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES = {module_name(path) for path in sources()}


def imports(path):
    """Names that a file imports; a file with `importlib` imports the modules that it spells."""
    used = set(statements(path))
    if "importlib" in used:
        used |= {text for text in strings(path) if text in MODULES}
    return used


def strings(path):
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


def statements(path):
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path} has a relative import"
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def tier(name):
    part = name.split(".")[1]
    return next((index for index, parts in enumerate(TIERS) if part in parts), None)


def test_every_module_of_the_package_has_a_tier():
    inner = [module_name(p) for p in (ROOT / "esrgan").rglob("*.py")]
    assert [name for name in inner if "." in name and tier(name) is None] == []


def test_imports_point_one_way():
    wrong = []
    for path in sources():
        ours = module_name(path)
        top = ours.split(".")[0]
        for theirs in imports(path):
            other = theirs.split(".")[0]
            if top == other == "esrgan" and "." in theirs and "." in ours:
                upwards = tier(theirs) is not None and tier(theirs) > tier(ours)
                wrong += [f"{ours} imports {theirs}"] if upwards else []
            elif other in PACKAGES and PACKAGES.index(other) > PACKAGES.index(top):
                wrong.append(f"{ours} imports {theirs}")
            elif top == "esrgan" and other == "gradio":
                wrong.append(f"{ours} imports gradio")
    assert wrong == []


def test_there_are_no_circles():
    graph = {module_name(path): imports(path) for path in sources()}
    edges = {name: {x for x in used if x in graph and x != name} for name, used in graph.items()}
    while leaves := [name for name, used in edges.items() if not used]:
        edges = {name: used - set(leaves) for name, used in edges.items() if name not in leaves}
    assert edges == {}


def test_modules_that_are_imported_by_name_are_walked():
    commands = {name for name, _ in COMMANDS.values()}
    assert commands < imports(ROOT / "esrgan" / "cli" / "__init__.py")
    public = {getattr(esrgan, name).__module__ for name in esrgan.__all__}
    assert "esrgan.inference" in public
    assert all(name.startswith("esrgan.") for name in public)
    with pytest.raises(AttributeError, match="has no attribute 'upscaler'"):
        esrgan.upscaler  # noqa: B018


def execute(program):
    subprocess.run([sys.executable, "-c", program], check=True, cwd=ROOT)


def test_the_package_and_its_list_of_commands_import_only_the_standard_library():
    heavy = {"torch", "numpy", "PIL", "cv2", "tqdm", *EXTRAS}
    execute(f"import sys, esrgan.cli; assert not {heavy} & set(sys.modules)")


def test_import_touches_neither_network_nor_what_only_the_page_or_training_needs():
    modules = ["esrgan.plots", *(name for name, _ in COMMANDS.values())]
    execute(
        "import importlib, socket, sys; socket.socket.connect = None\n"
        f"sys.modules |= dict.fromkeys({EXTRAS})\n"
        "import esrgan; [getattr(esrgan, name) for name in esrgan.__all__]\n"
        f"[importlib.import_module(name) for name in {modules}]"
    )


def test_only_the_command_line_and_scripts_print():
    printing = {
        module_name(path)
        for path in (ROOT / "esrgan").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Name) and node.id == "print"
    }
    assert {name for name in printing if not name.startswith("esrgan.cli")} == set()
