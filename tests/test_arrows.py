"""Which module may import which."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
TIERS = (
    {"images", "resize", "models", "files", "memory"},
    {
        *("losses", "metrics", "interpolation", "weights", "tiles"),
        *("alpha_map", "back_projection"),
    },
    {"inference"},
    {"training", "evaluation", "plots", "verification"},
    {"cli", "__main__"},
)
PACKAGES = ("esrgan", "examples", "demo", "benchmarks", "app")


def sources():
    yield ROOT / "app.py"
    for package in PACKAGES[:-1]:
        yield from (ROOT / package).rglob("*.py")


def module_name(path):
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imports(path):
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
    graph = {module_name(path): set(imports(path)) for path in sources()}
    edges = {name: {x for x in used if x in graph and x != name} for name, used in graph.items()}
    while leaves := [name for name, used in edges.items() if not used]:
        edges = {name: used - set(leaves) for name, used in edges.items() if name not in leaves}
    assert edges == {}


@pytest.mark.parametrize("package", ["esrgan", "esrgan.cli"])
def test_import_touches_neither_network_nor_gradio(package):
    program = (
        "import socket, sys; socket.socket.connect = None; sys.modules['gradio'] = None;"
        f"import {package}; assert 'matplotlib' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", program], check=True, cwd=ROOT)


def test_only_the_command_line_and_scripts_print():
    printing = {
        module_name(path)
        for path in (ROOT / "esrgan").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Name) and node.id == "print"
    }
    assert {name for name in printing if not name.startswith("esrgan.cli")} == set()
