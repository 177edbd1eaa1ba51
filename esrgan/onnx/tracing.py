"""Trace an architecture by PyTorch's exporter: a graph with the weights as inputs."""

import json
import logging
import warnings
from collections.abc import Mapping
from functools import lru_cache
from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn

from esrgan.models import build
from esrgan.onnx.extra import package
from esrgan.onnx.layout import scale_by_normalisation

if TYPE_CHECKING:
    from onnx import ModelProto

OPSET = 18
LR, SR = "lr", "sr"
"""Names of a graph's picture and of its output."""
EXAMPLE_SIZE = (17, 23)
"""Height and width of the picture by which a network is traced."""


class _WeightsAsArguments(nn.Module):
    """A network whose weights are arguments: tracing folds nothing into them."""

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.network = network

    def forward(self, weights: dict[str, Tensor], lr: Tensor) -> Tensor:
        """Enlarge (1, 3, H, W) by the network with these weights."""
        return torch.func.functional_call(self.network, weights, (lr,))


def trace(architecture: str, config: Mapping[str, float]) -> "ModelProto":
    """Make the graph of an architecture, with its weights as further inputs; it is made once.

    Parameters
    ----------
    architecture, config
        Arguments of `esrgan.models.build`.

    Returns
    -------
    ModelProto
        Input `lr`, then each floating-point tensor of the network's `state_dict()` under its key
        and in its order; output `sr`.

    Raises
    ------
    ValueError
        If a package of the extra `onnx` is missing, or the operations of the architecture depend
        on the size of the picture (SRCNN and EnhanceNet, which begin with bicubic enlargement).
    """
    onnx = package("onnx")
    package("onnxscript")
    return onnx.load_from_string(_traced(architecture, json.dumps(dict(config))))


@lru_cache(maxsize=8)
def _traced(architecture: str, config: str) -> bytes:
    """Make the graph of an architecture; `config` is JSON."""
    sizes: dict[str, float] = json.loads(config)
    network = build(architecture, **sizes).eval().requires_grad_(False)
    weights = _floating_point(network.state_dict())
    model = _export(network, weights, architecture)
    scale_by_normalisation(model.graph)
    _keep_what_runs(model)
    inputs = {value.name: value for value in model.graph.input}
    del model.graph.input[:]
    model.graph.input.extend(inputs[name] for name in (LR, *weights))
    scale = str(int(sizes.get("scale", 4)))
    describe(model, {"architecture": architecture, "scale": scale, "config": config})
    package("onnx").checker.check_model(model, full_check=True)
    return model.SerializeToString()


def describe(model: "ModelProto", texts: Mapping[str, str]) -> None:
    """Write texts by name into a graph's metadata, in place of former ones of these names."""
    known = {entry.key: entry.value for entry in model.metadata_props}
    package("onnx").helper.set_model_props(model, known | dict(texts))


def _floating_point(state: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Leave out the integers of a state dict, which count training steps only."""
    return {name: value for name, value in state.items() if value.is_floating_point()}


def _export(network: nn.Module, weights: dict[str, Tensor], architecture: str) -> "ModelProto":
    """Trace a network by PyTorch's exporter, without its messages."""
    sides = {2: torch.export.Dim("height", min=4), 3: torch.export.Dim("width", min=4)}
    logger = logging.getLogger("torch.onnx._internal.exporter._registration")
    level = logger.level
    logger.setLevel(logging.ERROR)  # it misses torchvision, which is not needed
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            program = torch.onnx.export(
                _WeightsAsArguments(network),
                (weights, torch.zeros(1, 3, *EXAMPLE_SIZE)),
                dynamo=True,
                verbose=False,
                opset_version=OPSET,
                input_names=[*weights, LR],
                output_names=[SR],
                dynamic_shapes=({name: {} for name in weights}, sides),
            )
    except torch.onnx.OnnxExporterError:
        raise ValueError(
            f"{architecture} cannot be written as a graph for pictures of any size: PyTorch does "
            "not trace it."
        ) from None
    finally:
        logger.setLevel(level)
    assert program is not None  # it is with dynamo=True
    return program.model_proto


def _keep_what_runs(model: "ModelProto") -> None:
    """Remove shapes of intermediate results and notes on the Python source."""
    del model.graph.value_info[:]
    for part in (model.graph, *model.graph.node, *model.graph.input, *model.graph.output):
        del part.metadata_props[:]
        part.ClearField("doc_string")
    del model.metadata_props[:]
