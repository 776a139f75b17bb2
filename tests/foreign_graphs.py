"""Graphs as others export them: an input in their layout, and a reconstruction, a score or a map."""

from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

Axes = list[int | str]
KEPT = 0.9


def write_dimming(
    path: Path,
    taken: Axes,
    opset: int = 18,
    kind: int = TensorProto.FLOAT,
    extra: tuple[onnx.NodeProto, ...] = (),
    output: str = "dimmed",
) -> Path:
    """An autoencoder that gives back nine tenths of what it gets; ``extra`` nodes make something else of ``dimmed``."""
    share = numpy_helper.from_array(np.array(KEPT, helper.tensor_dtype_to_np_dtype(kind)), "share")
    nodes = [helper.make_node("Mul", ["picture", "share"], ["dimmed"]), *extra]
    value = helper.make_tensor_value_info("picture", kind, taken)
    given = onnx.ValueInfoProto()
    given.CopyFrom(helper.make_tensor_value_info(output, kind, None))
    graph = helper.make_graph(nodes, "theirs", [value], [given], [share])
    opsets = [helper.make_opsetid("", opset)]
    onnx.save(helper.make_model(graph, opset_imports=opsets, ir_version=10, producer_name="by hand"), path)
    return path


def brightness(opset: int = 17) -> tuple[onnx.NodeProto, ...]:
    """Makes the mean of all numbers the ``score``, [N, 1]."""
    assert opset < 18, "axes are an attribute"
    rows = helper.make_node("Flatten", ["dimmed"], ["rows"], axis=1)
    return rows, helper.make_node("ReduceMean", ["rows"], ["score"], axes=[1], keepdims=1)


def brightest_channel(opset: int = 17) -> tuple[onnx.NodeProto, ...]:
    """Makes the mean over channels of nchw a map [N, 1, H, W]."""
    assert opset < 18, "axes are an attribute"
    return (helper.make_node("ReduceMean", ["dimmed"], ["anomaly_map"], axes=[1], keepdims=1),)
