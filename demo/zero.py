"""GPUs that are lent per call (ZeroGPU): one call computes all that a window needs of one.

`spaces` is there on such a Space only, and must be imported before CUDA is touched; elsewhere its
decorator does nothing. The embedded pair never asks for a GPU: the CPU is fast enough for it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import gradio as gr
import httpx
import numpy as np
from numpy.typing import NDArray

try:
    import spaces  # pyright: ignore[reportMissingImports]
except ImportError:
    spaces = None

from demo import device
from demo.planes import STEPS
from demo.scene import WINDOW_TILE_PX, Scene
from esrgan import AlphaCurve, Upscaler
from esrgan.weights import MODELS, Model, first_cached

FALLBACK = MODELS["esrgan"]
"""The embedded pair, which the CPU draws."""
SHORTEST_S, LONGEST_S = 3, 20
SECONDS_PER_KILOPIXEL = 0.2
"""Eleven runs of the official pair, and what it takes to get the GPU, with room to spare."""
LOST = (gr.Error, RuntimeError, OSError, httpx.HTTPError)
"""Quota spent, queue full, worker gone, scheduler out of reach."""


class LostGpuError(Exception):
    """No GPU was lent."""


@dataclass(frozen=True)
class Lent:
    """What one call computed of a window: the pair at several α, and the methods without α."""

    nodes: Mapping[float, NDArray[np.float32]]
    methods: Mapping[str, NDArray]
    step: float

    @property
    def curve(self) -> AlphaCurve:
        """The window at every α; growing it computes nothing anew."""
        return AlphaCurve(self.nodes.__getitem__, step=self.step)


def lends(pair: Model) -> bool:
    """Whether a GPU is asked for this pair: then none is at rest, where the curve answers."""
    return device.on_zero_gpu() and pair != FALLBACK


def lend(scene: Scene, pair: Model, methods: Sequence[str]) -> Lent:
    """One call to a lent GPU.

    Raises
    ------
    LostGpuError
        If none can be had: the caller goes on with `FALLBACK`.
    """
    try:
        return _on_gpu(scene, pair, methods)
    except LOST as error:
        raise LostGpuError from error


def seconds(scene: Scene, pair: Model, methods: Sequence[str]) -> int:  # noqa: ARG001
    """How long a call may take, at most 20 s: a visitor has few of them a day."""
    kilopixels = scene.context.width * scene.context.height / 1000
    return min(LONGEST_S, SHORTEST_S + round(SECONDS_PER_KILOPIXEL * kilopixels))


def _compute(scene: Scene, pair: Model, methods: Sequence[str]) -> Lent:
    """Every node that the curve needs, and the methods; runs where the GPU is."""
    source = _on_device(pair).new_curve(scene.lr, cutout=scene.cutout)
    nodes: dict[float, NDArray[np.float32]] = {}

    def render(alpha: float) -> NDArray[np.float32]:
        if alpha not in nodes:
            nodes[alpha] = scene.crop(source.render(alpha))
        return nodes[alpha]

    step = STEPS[scene.side]
    AlphaCurve(render, step=step).complete()
    rebuilt = {
        name: scene.crop(_on_device(MODELS[name])(scene.lr, cutout=scene.cutout))
        for name in methods
    }
    return Lent(nodes, rebuilt, step)


_on_gpu = _compute if spaces is None else spaces.GPU(duration=seconds)(_compute)


def _on_device(model: Model) -> Upscaler:
    """A model on the GPU: loaded when the page started, where it was known by then."""
    return _PLACED.get(model.name) or _placed(model)


def _placed(model: Model) -> Upscaler:
    """A model on the GPU (on the CPU where a test has none)."""
    return Upscaler(model, device="auto", tile_px=WINDOW_TILE_PX)


_PLACED = (
    {
        name: _placed(MODELS[name])
        for name in (first_cached(("esrgan-official", "esrgan")), "srresnet")
    }
    if device.on_zero_gpu()
    else {}
)
