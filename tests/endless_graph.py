"""A graph that computes one score a picture and then never ends: for faults."""

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

ENDLESS = 2**62


def with_endless_loop(model: bytes) -> bytes:
    """Let a graph's score go through a loop of so many turns that no machine sees its end."""
    loaded = onnx.load_from_string(model)
    graph = loaded.graph
    last = graph.node[-1]
    last.output[0] = "first_score"
    graph.initializer.extend(
        [numpy_helper.from_array(np.array(ENDLESS), "turns"), numpy_helper.from_array(np.array(True), "go_on")]
    )
    graph.node.append(helper.make_node("Loop", ["turns", "go_on", "first_score"], ["score"], body=_turn()))
    changed: bytes = loaded.SerializeToString()
    return changed


def _turn() -> onnx.GraphProto:
    nodes = [helper.make_node("Identity", ["before"], ["after"]), helper.make_node("Abs", ["value"], ["next"])]
    inputs = [
        helper.make_tensor_value_info("turn", TensorProto.INT64, []),
        helper.make_tensor_value_info("before", TensorProto.BOOL, []),
        helper.make_tensor_value_info("value", TensorProto.FLOAT, ["N"]),
    ]
    outputs = [
        helper.make_tensor_value_info("after", TensorProto.BOOL, []),
        helper.make_tensor_value_info("next", TensorProto.FLOAT, ["N"]),
    ]
    return helper.make_graph(nodes, "turn", inputs, outputs)
