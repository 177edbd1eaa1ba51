"""Keep ONNX Runtime's order of features through a network."""

from typing import TYPE_CHECKING

import numpy as np

from esrgan.onnx.extra import package

if TYPE_CHECKING:
    from onnx import GraphProto, NodeProto


def scale_by_normalisation(graph: "GraphProto") -> None:
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
    names = [f"{kind}_{channels}" for kind in (f"times_{factor!r}", "plus_0", "variance_1")]
    for name, value in zip(names, (factor, 0.0, 1.0), strict=True):
        if name not in known:
            values = np.full(channels, value, np.float32)
            graph.initializer.append(onnx.numpy_helper.from_array(values, name))
    scale, zero, one = names
    node.op_type = "BatchNormalization"
    node.input[:] = [node.input[0], scale, zero, zero, one]
    node.attribute.append(onnx.helper.make_attribute("epsilon", 0.0))
