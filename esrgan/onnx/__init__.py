"""ONNX graphs of generators: for other programs, the browser and ONNX Runtime.

A graph reads `lr`, RGB in [0, 1], float32 (1, 3, height, width), of any height and width, and gives
`sr`, (1, 3, scale·height, scale·width), which is not clamped. Its weights are in one of three
places: `graph_of` stores one network, `graph_of_pair` both ends of a pair, which it mixes by the
input `alpha`, and `graph_without_weights` leaves them to the program that runs it.

- `tracing`: an architecture → a graph; `layout` makes it fast in ONNX Runtime.
- `graphs`: the weights in it; `session`: run it and compare it with PyTorch.
- `extra`: the packages that this needs, imported when they are needed.
"""

from esrgan.onnx.extra import package
from esrgan.onnx.graphs import graph_of, graph_of_pair, graph_without_weights, weight_names
from esrgan.onnx.session import largest_difference, open_session, run
from esrgan.onnx.tracing import describe, trace

__all__ = [
    "describe",
    "graph_of",
    "graph_of_pair",
    "graph_without_weights",
    "largest_difference",
    "open_session",
    "package",
    "run",
    "trace",
    "weight_names",
]
