"""Weights in one byte each: a quarter of the file, with scores that are the same to the last bit.

A weight is a whole number from -127 to 127 times a power of two that all weights of one output share. Such a product is
exact in 32 bits, so what is written as bytes comes back as it was.
"""

from typing import Any

import numpy as np
import onnx
import torch
from numpy.typing import NDArray
from onnx import ModelProto, NodeProto, TensorProto, helper, numpy_helper
from torch import nn

MOST = 127
FEWEST = 1024
"""Smaller weights stay as they are: their nodes would cost more than they save."""


def round_to_bytes(module: nn.Module) -> None:
    """Round every weight (not what is added: biases have one dimension) to what a byte can hold."""
    with torch.no_grad():
        for weight in module.parameters():
            if weight.ndim > 1:
                values = weight.numpy()
                scale = _scale(values)
                weight.copy_(torch.from_numpy(np.rint(values / scale) * scale))


def store_in_bytes(model: ModelProto) -> None:
    """Store those weights as bytes that lose nothing by it.

    The nodes that restore them depend on nothing else, so that onnxruntime runs them once, when it opens the graph.
    """
    restoring: list[NodeProto] = []
    for weight in list(model.graph.initializer):
        values = numpy_helper.to_array(weight)
        if values.dtype == np.float32 and values.ndim > 1 and values.size >= FEWEST:
            scale = _scale(values)
            numbers = values / scale
            if np.array_equal(numbers, np.rint(numbers)):
                restoring += _restore(model, weight, numbers.astype(np.int8), scale)
    nodes = [*restoring, *model.graph.node]
    del model.graph.node[:]
    model.graph.node.extend(nodes)


def _scale(values: NDArray[Any]) -> NDArray[np.float32]:
    """The smallest power of two of each row by which its numbers stay within 127, in a shape to multiply with."""
    largest = np.abs(values).reshape(len(values), -1).max(axis=1)
    exponent = np.ceil(np.log2(np.maximum(largest, np.finfo(np.float32).tiny) / MOST))
    scale: NDArray[np.float32] = np.exp2(exponent).astype(np.float32)
    return scale.reshape(-1, *(1,) * (values.ndim - 1))


def _restore(
    model: ModelProto, weight: TensorProto, numbers: NDArray[np.int8], scale: NDArray[np.float32]
) -> list[NodeProto]:
    name = weight.name
    weight.CopyFrom(numpy_helper.from_array(numbers, f"{name}_bytes"))
    model.graph.initializer.append(numpy_helper.from_array(scale, f"{name}_scale"))
    return [
        helper.make_node(
            "Cast", [f"{name}_bytes"], [f"{name}_numbers"], name=f"{name}_cast", to=onnx.TensorProto.FLOAT
        ),
        helper.make_node("Mul", [f"{name}_numbers", f"{name}_scale"], [name], name=f"{name}_restore"),
    ]
