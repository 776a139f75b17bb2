"""From a torch module to the bytes of an ONNX graph that says nothing of the machine it was made on."""

import logging
import warnings
from collections.abc import Iterable, Mapping, Sequence

import onnx
import torch
from onnx import ModelProto, numpy_helper
from torch import nn

from service.contract.errors import ExportRefused
from service.contract.manifest import InputSpec
from training.models.byte_weights import store_in_bytes

OPSET = 18
BATCH = "N"
RANDOM_OPERATORS = frozenset(
    {"RandomNormal", "RandomNormalLike", "RandomUniform", "RandomUniformLike", "Multinomial", "Bernoulli", "Dropout"}
)


def to_onnx(module: nn.Module, spec: InputSpec, outputs: Sequence[str]) -> ModelProto:
    """Export a module that takes ``pixels`` uint8 [N, H, W, 3], N free, at opset 18.

    Raises:
        ExportRefused: the graph would draw random numbers, or the ONNX checker refuses it.
    """
    example = torch.zeros((2, spec.height, spec.width, 3), dtype=torch.uint8)
    logging.getLogger("torch.onnx").setLevel(logging.ERROR)  # it reports that torchvision is absent
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the exporter warns of its own insides
        program = torch.onnx.export(
            module.eval(),
            (example,),
            input_names=["pixels"],
            output_names=list(outputs),
            dynamic_shapes={"pixels": {0: torch.export.Dim(BATCH)}},
            opset_version=OPSET,
            dynamo=True,
            verbose=False,
        )
    if program is None:
        raise ExportRefused("PyTorch exported no graph: check the versions in constraints.txt")
    model = program.model_proto
    _keep_batch(model)
    _strip(model)
    store_in_bytes(model)
    require_sound(model)
    return model


def serialise(model: ModelProto, properties: Mapping[str, str]) -> bytes:
    """Write the graph with the properties as its metadata: the same graph gives the same bytes."""
    onnx.helper.set_model_props(model, dict(properties))
    data: bytes = model.SerializeToString(deterministic=True)
    return data


def _keep_batch(model: ModelProto) -> None:
    """Write that reshapes keep N: where onnxruntime knows that, it adds up convolutions in one step."""
    shapes = {value.name: value.type.tensor_type.shape.dim for value in model.graph.value_info}
    constants = {constant.name: constant for constant in model.graph.initializer}
    for node in model.graph.node:
        ends = [shapes.get(name) for name in (node.input[0], node.output[0])] if node.op_type == "Reshape" else []
        if ends and all(sizes and sizes[0].dim_param == BATCH for sizes in ends) and node.input[1] in constants:
            target = numpy_helper.to_array(constants[node.input[1]]).copy()
            target[0] = 0  # the size that comes in
            constants[node.input[1]].CopyFrom(numpy_helper.from_array(target, node.input[1]))
            del node.attribute[:]  # by which 0 would be a size


def _strip(model: ModelProto) -> None:
    """Remove what speaks of source files: stack traces, doc strings, names of modules."""
    model.doc_string = ""
    model.graph.doc_string = ""
    model.graph.name = "leak_inspection"
    del model.metadata_props[:]
    del model.graph.metadata_props[:]
    del model.graph.value_info[:]
    parts: Iterable[onnx.NodeProto | onnx.ValueInfoProto | onnx.TensorProto]
    for parts in (model.graph.node, model.graph.input, model.graph.output, model.graph.initializer):
        for part in parts:
            part.doc_string = ""
            del part.metadata_props[:]


def require_sound(model: ModelProto) -> None:
    """Do nothing where a graph always gives the same scores and the ONNX checker takes it.

    Raises:
        ExportRefused: it would draw random numbers, or the checker refuses it.
    """
    random = sorted({node.op_type for node in model.graph.node} & RANDOM_OPERATORS)
    if random:
        raise ExportRefused(f"the graph draws random numbers ({', '.join(random)}): score in mean mode")
    try:
        onnx.checker.check_model(model, full_check=True)
    except onnx.checker.ValidationError as error:
        raise ExportRefused(f"the ONNX checker refuses the graph: {error}") from error
