"""Engines that `benchmarks.engines` compares: each opens a model and gives functions to run it."""

import importlib.util
from collections.abc import Callable
from dataclasses import dataclass, replace
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import torch
from torch import Tensor

from esrgan import Upscaler
from esrgan.engine import Engine
from esrgan.interpolation import interpolate
from esrgan.weights import Generator

ALPHA = 0.5
"""α of the networks whose α is fixed."""


@dataclass(frozen=True)
class Functions:
    """What an engine does with a picture, float32 (1, 3, h, w).

    Attributes
    ----------
    fixed
        Enlarges it by the network at `ALPHA`, or by a single network.
    mixing
        Enlarges it by a pair's network at any α; None for single networks, and where an engine
        cannot mix weights.
    """

    fixed: Callable[[Tensor], Tensor]
    mixing: Callable[[Tensor, float], Tensor] | None = None


@dataclass(frozen=True)
class Peer:
    """An engine: its name, the packages that it needs, and what opens a model in it."""

    name: str
    packages: tuple[str, ...]
    open: Callable[[Upscaler], Functions]

    @property
    def is_installed(self) -> bool:
        """Whether all its packages are there."""
        return all(importlib.util.find_spec(package) for package in self.packages)


def _engine(dtype: torch.dtype) -> Callable[[Upscaler], Functions]:
    """The engine of this package at a precision."""

    def opened(upscaler: Upscaler) -> Functions:
        engine = Engine(upscaler.ends, dtype)
        if not upscaler.model.is_pair:
            return Functions(lambda lr: engine.run(lr, None))
        return Functions(lambda lr: engine.run(lr, ALPHA), engine.run)

    return opened


def _bare(upscaler: Upscaler) -> Functions:
    """The network's forward pass in PyTorch and nothing else, in channels-last order."""
    network = _at_alpha(upscaler).network()

    @torch.no_grad()
    def forward(lr: Tensor) -> Tensor:
        return network(lr.contiguous(memory_format=torch.channels_last))

    return Functions(forward)


def _onnx_runtime(upscaler: Upscaler) -> Functions:
    """ONNX Runtime, one thread for each of PyTorch's."""
    import onnxruntime

    from esrgan.onnx import open_session, run

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = torch.get_num_threads()
    fixed, mixing = (open_session(graph, options) if graph else None for graph in _graphs(upscaler))
    mix = (
        None
        if mixing is None
        else lambda lr, alpha: torch.from_numpy(run(mixing, lr.numpy(), alpha))
    )
    return Functions(lambda lr: torch.from_numpy(run(fixed, lr.numpy())), mix)


def _openvino(precision: str) -> Callable[[Upscaler], Functions]:
    """OpenVINO at a precision, 'f32' or 'bf16'."""

    def opened(upscaler: Upscaler) -> Functions:
        openvino = import_module("openvino")
        settings = {
            "INFERENCE_PRECISION_HINT": precision,
            "INFERENCE_NUM_THREADS": torch.get_num_threads(),
        }
        core = openvino.Core()
        fixed, mixing = (
            core.compile_model(core.read_model(graph), "CPU", settings) if graph else None
            for graph in _graphs(upscaler)
        )

        def run(compiled: Any, *inputs: Any) -> Tensor:
            return torch.from_numpy(compiled(list(inputs))[0])

        return Functions(
            lambda lr: run(fixed, lr.numpy()),
            mixing and (lambda lr, alpha: run(mixing, lr.numpy(), np.float32(alpha))),
        )

    return opened


def _ncnn(upscaler: Upscaler) -> Functions:
    """Ncnn, of the network that pnnx translates."""
    ncnn, pnnx = import_module("ncnn"), import_module("pnnx")
    network = _at_alpha(upscaler).network()
    net = ncnn.Net()
    net.opt.num_threads = torch.get_num_threads()
    with TemporaryDirectory() as folder:
        file = Path(folder, "network.pt")
        examples = (torch.rand(1, 3, 64, 64), torch.rand(1, 3, 96, 80))
        pnnx.export(network, str(file), examples[0], examples[1], fp16=False)
        net.load_param(str(file.with_suffix(".ncnn.param")))
        net.load_model(str(file.with_suffix(".ncnn.bin")))

    def fixed(lr: Tensor) -> Tensor:
        extractor = net.create_extractor()
        extractor.input("in0", ncnn.Mat(lr[0].numpy()))
        return torch.from_numpy(np.array(extractor.extract("out0")[1]))[None]

    return Functions(fixed)


def _at_alpha(upscaler: Upscaler) -> Generator:
    """The single network, or the pair's at `ALPHA`."""
    if not upscaler.model.is_pair:
        return upscaler.ends[0]
    psnr, gan = upscaler.ends
    return replace(psnr, state=interpolate(psnr.state, gan.state, ALPHA))


def _graphs(upscaler: Upscaler) -> tuple[bytes, bytes | None]:
    """ONNX graphs: of one network, and of a pair with α as an input."""
    from esrgan.onnx import graph_of, graph_of_pair

    pair = graph_of_pair(*upscaler.ends).SerializeToString() if upscaler.model.is_pair else None
    return graph_of(_at_alpha(upscaler)).SerializeToString(), pair


PEERS: dict[str, Peer] = {
    peer.name: peer
    for peer in (
        Peer("esrgan fp32", (), _engine(torch.float32)),
        Peer("esrgan bf16", (), _engine(torch.bfloat16)),
        Peer("bare PyTorch fp32", (), _bare),
        Peer("ONNX Runtime fp32", ("onnx", "onnxscript", "onnxruntime"), _onnx_runtime),
        Peer("OpenVINO fp32", ("onnx", "onnxscript", "openvino"), _openvino("f32")),
        Peer("OpenVINO bf16", ("onnx", "onnxscript", "openvino"), _openvino("bf16")),
        Peer("ncnn fp32", ("ncnn", "pnnx"), _ncnn),
    )
}


def call(upscaler: Upscaler, picture: Any) -> Any:
    """Enlarge pixels to pixels by this package, at `ALPHA` or by a single network."""
    return upscaler(picture, ALPHA if upscaler.model.is_pair else None)
