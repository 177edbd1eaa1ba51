"""ONNX graphs of generators: for other programs, the browser and ONNX Runtime.

A graph reads `lr`, RGB in [0, 1], float32 (1, 3, height, width), of any height and width, and gives
`sr`, (1, 3, scale·height, scale·width), which is not clamped. Its weights are in one of three
places: `graph_of` stores one network, `graph_of_pair` both ends of a pair, which it mixes by the
input `alpha`, and `graph_without_weights` leaves them to the program that runs it.

The packages that this needs are the extra `onnx`; they are imported when they are needed.
"""

import importlib
import json
import logging
import warnings
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch import Tensor, nn

from esrgan.interpolation import check_pair
from esrgan.models import build
from esrgan.weights.generator import Generator

if TYPE_CHECKING:
    from onnx import GraphProto, ModelProto, NodeProto

OPSET = 18
LR, SR, ALPHA = "lr", "sr", "alpha"
"""Names of a graph's inputs and of its output."""
EXAMPLE_SIZE = (17, 23)
"""Height and width of the picture by which a network is traced."""
MISSING = "ONNX graphs need the package {name}, which is not installed: pip install 'esrgan[onnx]'."


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
        raise ValueError(MISSING.format(name=name)) from None


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
    _scale_by_normalisation(model.graph)
    _keep_what_runs(model)
    inputs = {value.name: value for value in model.graph.input}
    del model.graph.input[:]
    model.graph.input.extend(inputs[name] for name in (LR, *weights))
    scale = str(int(sizes.get("scale", 4)))
    describe(model, {"architecture": architecture, "scale": scale, "config": config})
    package("onnx").checker.check_model(model, full_check=True)
    return model.SerializeToString()


def graph_of(generator: Generator) -> "ModelProto":
    """Make the graph of one network, its weights inside.

    Parameters
    ----------
    generator
        A single network, or a pair's at one α.

    Raises
    ------
    ValueError
        As `trace` does.
    """
    model = trace(generator.architecture, generator.config)
    _store(model, {name: generator.state[name] for name in weight_names(model)})
    package("onnx").checker.check_model(model, full_check=True)
    return model


def graph_of_pair(psnr: Generator, gan: Generator) -> "ModelProto":
    """Make the graph of a pair, both ends inside, which mixes the weights by the input `alpha`.

    It takes about 1.6 times as long as the graph of the network at one α, whose constant weights
    ONNX Runtime prepares once.

    Parameters
    ----------
    psnr, gan
        The two ends: the network at α = 0 and at α = 1.

    Returns
    -------
    ModelProto
        Inputs `lr` and `alpha`, a float32 scalar in [0, 1], which the graph does not check.

    Raises
    ------
    ValueError
        As `trace` does, or if the ends differ in a key or a shape.
    """
    check_pair(psnr.state, gan.state)
    onnx = package("onnx")
    model = trace(psnr.architecture, psnr.config)
    graph, names = model.graph, weight_names(model)
    values = {"one": torch.ones(())} | {f"psnr.{name}": psnr.state[name] for name in names}
    values |= {f"gan.{name}": gan.state[name] for name in names}
    nodes = [*_mixing(names), *graph.node]
    del graph.node[:]
    graph.node.extend(nodes)
    _store(model, values)
    graph.input.append(onnx.helper.make_tensor_value_info(ALPHA, onnx.TensorProto.FLOAT, ()))
    onnx.checker.check_model(model, full_check=True)
    return model


def graph_without_weights(architecture: str, config: Mapping[str, float]) -> "ModelProto":
    """Make the graph of an architecture whose weights are constants that a program hands in.

    For ONNX Runtime: `SessionOptions.add_external_initializers(names, values)` with the tensors of
    a state dict as values, before the session is made. Weights that are constants it prepares
    once, so that such a graph is as fast as one with its weights inside.

    Returns
    -------
    ModelProto
        Its `weight_names` are the names, in the order of the network's `state_dict()`.

    Raises
    ------
    ValueError
        As `trace` does.
    """
    onnx = package("onnx")
    model = trace(architecture, config)
    inputs = {value.name: value for value in model.graph.input}
    for name in weight_names(model):
        value = inputs[name].type.tensor_type
        weight = onnx.TensorProto(name=name, data_type=value.elem_type)
        weight.dims.extend(dimension.dim_value for dimension in value.shape.dim)
        weight.data_location = onnx.TensorProto.EXTERNAL
        weight.external_data.add(key="location", value="weights")
        model.graph.initializer.append(weight)
    del model.graph.input[1:]
    return model


def weight_names(model: "ModelProto") -> list[str]:
    """List the weights that a graph lacks: its inputs beside `lr` and `alpha`, or external ones."""
    outside = package("onnx").TensorProto.EXTERNAL
    external = [it.name for it in model.graph.initializer if it.data_location == outside]
    inputs = [it.name for it in model.graph.input if it.name not in (LR, ALPHA)]
    return inputs + external


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


def _scale_by_normalisation(graph: "GraphProto") -> None:
    """Replace products of features and a number by batch normalisations that only scale.

    ONNX Runtime keeps features in blocks of channels from one convolution to the next. It can
    normalise a batch in this order, but not multiply by a number: after RRDB's residual scaling all
    later layers would be reordered before and after each convolution, for 5 % of the time. A
    product that follows a convolution stays, because it is multiplied into the weights.
    """
    onnx = package("onnx")
    numbers = {it.name: onnx.numpy_helper.to_array(it) for it in graph.initializer}
    origins = {output: node.op_type for node in graph.node for output in node.output}
    shapes = {it.name: it.type.tensor_type.shape.dim for it in graph.value_info}
    for node in graph.node:
        if node.op_type != "Mul" or node.input[1] not in numbers:
            continue
        features, factor = node.input
        shape = shapes.get(features, ())
        if numbers[factor].size != 1 or len(shape) != 4 or not shape[1].dim_value:
            continue
        if origins.get(features) != "Conv":
            _become_normalisation(graph, node, shape[1].dim_value, float(numbers[factor]))


def _become_normalisation(
    graph: "GraphProto", node: "NodeProto", channels: int, factor: float
) -> None:
    """Turn a product with a number into a batch normalisation of mean 0 and variance 1."""
    onnx = package("onnx")
    known = {it.name for it in graph.initializer}
    names = [f"{kind}_{channels}" for kind in (f"times_{factor:g}", "plus_0", "variance_1")]
    for name, value in zip(names, (factor, 0.0, 1.0), strict=True):
        if name not in known:
            values = np.full(channels, value, np.float32)
            graph.initializer.append(onnx.numpy_helper.from_array(values, name))
    scale, zero, one = names
    node.op_type = "BatchNormalization"
    node.input[:] = [node.input[0], scale, zero, zero, one]
    node.attribute.append(onnx.helper.make_attribute("epsilon", 0.0))


def _mixing(names: Iterable[str]) -> list["NodeProto"]:
    """Nodes that mix each weight: θ = (1 − α) θ_PSNR + α θ_GAN (section 3.4)."""
    make = package("onnx").helper.make_node
    nodes = [make("Sub", ["one", ALPHA], ["one_minus_alpha"])]
    for name in names:
        nodes.append(make("Mul", [f"psnr.{name}", "one_minus_alpha"], [f"{name}.psnr_part"]))
        nodes.append(make("Mul", [f"gan.{name}", ALPHA], [f"{name}.gan_part"]))
        nodes.append(make("Add", [f"{name}.psnr_part", f"{name}.gan_part"], [name]))
    return nodes


def _store(model: "ModelProto", values: Mapping[str, Tensor]) -> None:
    """Store tensors as a graph's constants; only `lr` stays an input."""
    from_array = package("onnx").numpy_helper.from_array
    del model.graph.input[1:]
    for name, value in values.items():
        model.graph.initializer.append(from_array(value.float().numpy(), name))
