"""The packages of the extra `onnx`, imported when they are needed."""

import importlib
from typing import Any

INSTALL = "pip install onnx onnxscript onnxruntime"
MISSING = "ONNX graphs need the package {name}, which is not installed: {install}."


def package(name: str) -> Any:
    """Import a package of the extra `onnx`.

    Raises
    ------
    ValueError
        If it is not installed.
    """
    try:
        return importlib.import_module(name)
    except ImportError:
        raise ValueError(MISSING.format(name=name, install=INSTALL)) from None
