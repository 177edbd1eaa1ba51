"""Put a network's weights into a graph: one network, both ends of a pair, or none."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from esrgan.interpolation import check_pair
from esrgan.onnx.extra import package
from esrgan.onnx.tracing import LR, trace
from esrgan.weights.generator import Generator

if TYPE_CHECKING:
    from onnx import ModelProto, NodeProto

ALPHA = "alpha"
"""Name of the input of a pair's graph that mixes the ends."""


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
