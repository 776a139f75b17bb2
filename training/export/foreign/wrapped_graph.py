"""Graphs of our own around a foreign one: ``pixels`` in, ``score`` out, or what a heatmap needs."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import onnx
from onnx import ModelProto, NodeProto, TensorProto, helper, numpy_helper

from training.export.foreign.model import LUMA, ForeignModel
from training.export.onnx_graph import BATCH, require_sound

THEIRS = "theirs/"
AXES_AS_INPUT = 18
"""The opset from which reductions take their axes as an input."""


class WrappedGraph:
    """A foreign graph fed with ``pixels`` uint8 [N, H, W, 3]; nodes and outputs are added behind it."""

    def __init__(self, model: ForeignModel) -> None:
        self._model = model
        self._opset = next(one.version for one in model.graph.opset_import if one.domain in {"", "ai.onnx"})
        self._nodes: list[NodeProto] = []
        self._constants: list[TensorProto] = []
        theirs = onnx.compose.add_prefix(model.graph, THEIRS)
        self.scaled = self._scaled()
        self.taken = self._arranged(self.scaled)
        self.add("Cast", [self.taken], THEIRS + model.input, to=model.input_type)
        self._nodes.extend(theirs.graph.node)
        self._theirs = theirs
        self.found = self.add("Cast", [THEIRS + model.output], to=TensorProto.FLOAT)

    def add(self, operator: str, inputs: Sequence[str], name: str = "", **attributes: Any) -> str:  # noqa: ANN401  # whatever the operator takes
        """Add a node with one output; return the name of that."""
        name = name or f"ours/{len(self._nodes)}"
        self._nodes.append(helper.make_node(operator, list(inputs), [name], **attributes))
        return name

    def constant(self, value: npt.ArrayLike, kind: type = np.float32) -> str:
        """Add a constant; return its name."""
        name = f"ours/constant_{len(self._constants)}"
        self._constants.append(numpy_helper.from_array(np.asarray(value, kind), name))
        return name

    def reduced(self, operator: str, source: str, axis: int, name: str = "") -> str:
        """Add a reduction over one axis, which goes."""
        if self._opset >= AXES_AS_INPUT:
            return self.add(operator, [source, self.constant([axis], np.int64)], name, keepdims=0)
        return self.add(operator, [source], name, axes=[axis], keepdims=0)

    def in_rows(self, source: str) -> str:
        """Add a flattening to one row a picture, of what holds as many numbers as a picture.

        Some exporters put all pictures into one column: the order is the same.
        """
        spec = self._model.spec
        size = spec.height * spec.width * self._model.depth
        return self.add("Reshape", [source, self.constant([-1, size], np.int64)])

    def as_picture(self, source: str) -> str:
        """Add what brings a tensor in the model's layout back to [N, H, W, C]."""
        spec, depth = self._model.spec, self._model.depth
        if self._model.layout == "nchw":
            shaped = self.add("Reshape", [source, self.constant([-1, depth, spec.height, spec.width], np.int64)])
            return self.add("Transpose", [shaped], perm=[0, 2, 3, 1])
        return self.add("Reshape", [source, self.constant([-1, spec.height, spec.width, depth], np.int64)])

    def finished(self, outputs: dict[str, list[str | int]]) -> ModelProto:
        """The whole graph with these float32 outputs and their shapes.

        Raises:
            ExportRefused: it draws random numbers, or the ONNX checker refuses it.
        """
        spec, theirs = self._model.spec, self._theirs
        graph = helper.make_graph(
            self._nodes,
            "leak_inspection",
            [helper.make_tensor_value_info("pixels", TensorProto.UINT8, [BATCH, spec.height, spec.width, 3])],
            [helper.make_tensor_value_info(name, TensorProto.FLOAT, shape) for name, shape in outputs.items()],
            [*theirs.graph.initializer, *self._constants],
        )
        graph.sparse_initializer.extend(theirs.graph.sparse_initializer)
        wrapped = helper.make_model(
            graph, opset_imports=theirs.opset_import, functions=theirs.functions, ir_version=theirs.ir_version
        )
        require_sound(wrapped)
        return wrapped

    def _scaled(self) -> str:
        """The picture [N, H, W, C] in the model's channels and numbers."""
        source = self.add("Cast", ["pixels"], to=TensorProto.FLOAT)
        if self._model.channels == "grey":
            source = self.add("MatMul", [source, self.constant(np.reshape(LUMA, (3, 1)))])
        elif self._model.channels == "bgr":
            source = self.add("Gather", [source, self.constant([2, 1, 0], np.int64)], axis=3)
        source = self.add("Mul", [source, self.constant(self._model.scale)])
        return self.add("Add", [source, self.constant(self._model.offset)])

    def _arranged(self, source: str) -> str:
        if self._model.layout == "nchw":
            return self.add("Transpose", [source], perm=[0, 3, 1, 2])
        return self.in_rows(source) if self._model.layout == "flat" else source


def scoring_graph(model: ForeignModel) -> ModelProto:
    """The graph that is served: ``pixels`` uint8 [N, H, W, 3] to ``score`` float32 [N].

    Of a reconstruction the score is the mean squared error in the model's own space, of a map the largest value.
    """
    graph = WrappedGraph(model)
    if model.output_is == "score":
        graph.add("Reshape", [graph.found, graph.constant([-1], np.int64)], "score")
    elif model.output_is == "map":
        graph.reduced("ReduceMax", graph.add("Flatten", [graph.found], axis=1), 1, "score")
    else:
        error = graph.add("Sub", [graph.in_rows(graph.taken), graph.in_rows(graph.found)])
        graph.reduced("ReduceMean", graph.add("Mul", [error, error]), 1, "score")
    return graph.finished({"score": [BATCH]})


def explaining_graph(model: ForeignModel) -> ModelProto:
    """``reconstruction`` float32 [N, H, W, 3] in 0..1 and ``error_map`` [N, H, W], whose mean is the score.

    A model that reconstructs nothing expects whatever it sees: there the reconstruction is the picture, the map 0.
    """
    graph, height, width = WrappedGraph(model), model.spec.height, model.spec.width
    expected = graph.as_picture(graph.found) if model.output_is == "reconstruction" else graph.scaled
    error = graph.add("Sub", [graph.scaled, expected])
    graph.reduced("ReduceMean", graph.add("Mul", [error, error]), 3, "error_map")
    bytes_again = graph.add("Sub", [expected, graph.constant(model.offset)])
    shares = graph.add("Div", [bytes_again, graph.constant(255 * model.scale)])
    if model.channels == "bgr":
        shares = graph.add("Gather", [shares, graph.constant([2, 1, 0], np.int64)], axis=3)
    thrice = graph.constant([1, 1, 1, 3 // model.depth], np.int64)
    limited = graph.add("Clip", [shares, graph.constant(0.0), graph.constant(1.0)])
    graph.add("Tile", [limited, thrice], "reconstruction")
    return graph.finished({"reconstruction": [BATCH, height, width, 3], "error_map": [BATCH, height, width]})
