"""Graphs in ONNX Runtime: open one, run it, compare it with its networks in PyTorch."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from numpy.typing import NDArray

from esrgan.interpolation import check_alpha, interpolate
from esrgan.onnx.extra import package
from esrgan.onnx.graphs import ALPHA
from esrgan.onnx.tracing import EXAMPLE_SIZE, LR, SR
from esrgan.weights.generator import Generator

if TYPE_CHECKING:
    from onnx import ModelProto

TEST_SIZES = (EXAMPLE_SIZE, (24, 12))
TEST_ALPHAS = (0.0, 0.5, 1.0)
FATAL = 4
"""Only messages of this severity are printed: all others come as exceptions, too."""


def open_session(graph: bytes | Path, options: Any = None) -> Any:
    """Open a graph in ONNX Runtime on the CPU.

    Parameters
    ----------
    graph
        Its bytes or its file.
    options
        `onnxruntime.SessionOptions`; None has its defaults, without its own error messages.

    Returns
    -------
    onnxruntime.InferenceSession

    Raises
    ------
    ValueError
        If ONNX Runtime is not installed, or the graph is damaged, missing, or not readable by this
        version of it.
    """
    runtime = package("onnxruntime")
    name = graph.name if isinstance(graph, Path) else "The graph"
    source = str(graph) if isinstance(graph, Path) else graph
    if options is None:
        options = runtime.SessionOptions()
        options.log_severity_level = FATAL
    try:
        return runtime.InferenceSession(source, options, providers=["CPUExecutionProvider"])
    except Exception as error:  # its errors have no common class of their own
        raise ValueError(
            f"{name} is not a graph that ONNX Runtime can run: {_first_line(error)}"
        ) from None


def run(session: Any, lr: NDArray[np.float32], alpha: float | None = None) -> NDArray[np.float32]:
    """Enlarge a picture by a graph in ONNX Runtime.

    Parameters
    ----------
    session
        From `open_session`.
    lr
        RGB in [0, 1], (1, 3, H, W).
    alpha
        In [0, 1] for a pair's graph, None for any other.

    Returns
    -------
    NDArray
        (1, 3, scale·H, scale·W), not clamped.

    Raises
    ------
    ValueError
        If α is outside [0, 1], or is missing or superfluous, or the picture is too small: for an
        RRDBNet that begins with a pixel-unshuffle a side has at least 3 pixels at scale 1 and 2 at
        scale 2.
    """
    inputs = {LR: lr}
    if alpha is not None:
        inputs[ALPHA] = np.array(check_alpha(alpha), np.float32)
    try:
        return session.run([SR], inputs)[0]
    except Exception as error:  # its errors have no common class of their own
        height, width = lr.shape[-2:]
        raise ValueError(
            f"The graph cannot enlarge a picture of {width}x{height} pixels: {_first_line(error)}"
        ) from None


def largest_difference(model: "ModelProto", psnr: Generator, gan: Generator | None = None) -> float:
    """Compare a graph with its networks in PyTorch, on random pictures of two sizes.

    Parameters
    ----------
    model
        From `graph_of`, or with `gan` from `graph_of_pair`.
    psnr, gan
        Its single network, or the two ends, which are compared at α = 0, ½ and 1.

    Returns
    -------
    float
        Largest difference of a pixel, in grey levels, after clamping to [0, 1].

    Raises
    ------
    ValueError
        As `open_session` does.
    """
    session, largest = open_session(model.SerializeToString()), 0.0
    random = torch.Generator().manual_seed(0)
    for alpha in TEST_ALPHAS if gan else (None,):
        state = None if gan is None or alpha is None else interpolate(psnr.state, gan.state, alpha)
        network = psnr.network(state)
        for size in TEST_SIZES:
            lr = torch.rand(1, 3, *size, generator=random)
            sr = torch.from_numpy(run(session, lr.numpy(), alpha))
            with torch.no_grad():
                difference = (sr.clamp(0, 1) - network(lr).clamp(0, 1)).abs().max()
            largest = max(largest, 255 * float(difference))
    return largest


def _first_line(error: Exception) -> str:
    """The first line of an error's message."""
    return str(error).partition("\n")[0]
