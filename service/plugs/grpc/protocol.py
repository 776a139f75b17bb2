"""The messages of the protocol's package ``inference``: fields, their numbers and types.

They live in a pool of their own, so that a process may also hold the stubs of a client, which define them again. The
tests hold this table against the stubs that KServe publishes.
"""

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any, Final

from google.protobuf.descriptor_pb2 import DescriptorProto, FieldDescriptorProto, FileDescriptorProto
from google.protobuf.descriptor_pool import DescriptorPool
from google.protobuf.message_factory import GetMessageClassesForFiles

PACKAGE: Final = "inference"
SERVICE: Final = f"{PACKAGE}.GRPCInferenceService"
FILE: Final = "open_inference.proto"
MAP, REPEATED = "map", "repeated"
SCALARS: Final = MappingProxyType(
    {
        "double": FieldDescriptorProto.TYPE_DOUBLE,
        "float": FieldDescriptorProto.TYPE_FLOAT,
        "int64": FieldDescriptorProto.TYPE_INT64,
        "uint64": FieldDescriptorProto.TYPE_UINT64,
        "int32": FieldDescriptorProto.TYPE_INT32,
        "bool": FieldDescriptorProto.TYPE_BOOL,
        "string": FieldDescriptorProto.TYPE_STRING,
        "bytes": FieldDescriptorProto.TYPE_BYTES,
        "uint32": FieldDescriptorProto.TYPE_UINT32,
    }
)

_NAMED = ("string name", "string version")
_TENSOR = (
    "string name",
    "string datatype",
    "repeated int64 shape",
    "map InferParameter parameters",
    "InferTensorContents contents",
)
MESSAGES: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "ServerLiveRequest": (),
        "ServerLiveResponse": ("bool live",),
        "ServerReadyRequest": (),
        "ServerReadyResponse": ("bool ready",),
        "ModelReadyRequest": _NAMED,
        "ModelReadyResponse": ("bool ready",),
        "ServerMetadataRequest": (),
        "ServerMetadataResponse": (*_NAMED, "repeated string extensions"),
        "ModelMetadataRequest": _NAMED,
        "ModelMetadataResponse": (
            "string name",
            "repeated string versions",
            "string platform",
            "repeated ModelMetadataResponse.TensorMetadata inputs",
            "repeated ModelMetadataResponse.TensorMetadata outputs",
            "map string properties",
        ),
        "ModelMetadataResponse.TensorMetadata": ("string name", "string datatype", "repeated int64 shape"),
        "ModelInferRequest": (
            "string model_name",
            "string model_version",
            "string id",
            "map InferParameter parameters",
            "repeated ModelInferRequest.InferInputTensor inputs",
            "repeated ModelInferRequest.InferRequestedOutputTensor outputs",
            "repeated bytes raw_input_contents",
        ),
        "ModelInferRequest.InferInputTensor": _TENSOR,
        "ModelInferRequest.InferRequestedOutputTensor": ("string name", "map InferParameter parameters"),
        "ModelInferResponse": (
            "string model_name",
            "string model_version",
            "string id",
            "map InferParameter parameters",
            "repeated ModelInferResponse.InferOutputTensor outputs",
            "repeated bytes raw_output_contents",
        ),
        "ModelInferResponse.InferOutputTensor": _TENSOR,
        "InferParameter": (
            "bool bool_param",
            "int64 int64_param",
            "string string_param",
            "double double_param",
            "uint64 uint64_param",
        ),
        "InferTensorContents": (
            "repeated bool bool_contents",
            "repeated int32 int_contents",
            "repeated int64 int64_contents",
            "repeated uint32 uint_contents",
            "repeated uint64 uint64_contents",
            "repeated float fp32_contents",
            "repeated double fp64_contents",
            "repeated bytes bytes_contents",
        ),
    }
)
"""Fields in the order of their numbers, which start at 1; ``A.B`` is declared inside ``A``."""

ONE_OF: Final = MappingProxyType({"InferParameter": "parameter_choice"})
"""Messages of which one field alone is set."""


def message_classes() -> Mapping[str, Any]:
    """Make the classes of the messages that calls exchange, by name."""
    pool = DescriptorPool()
    pool.Add(described())
    found = GetMessageClassesForFiles([FILE], pool)
    return {name.removeprefix(f"{PACKAGE}."): message for name, message in found.items()}


def described() -> FileDescriptorProto:
    """Return the table as the protocol buffer compiler would."""
    file = FileDescriptorProto(name=FILE, package=PACKAGE, syntax="proto3")
    made: dict[str, DescriptorProto] = {}
    for name, fields in MESSAGES.items():
        owner, _, own = name.rpartition(".")
        message = made[owner].nested_type.add() if owner else file.message_type.add()
        message.name = own
        message.field.extend(_fields(message, name, fields))
        made[name] = message
    return file


def _fields(message: DescriptorProto, path: str, fields: tuple[str, ...]) -> Iterator[FieldDescriptorProto]:
    choice = ONE_OF.get(path)
    if choice is not None:
        message.oneof_decl.add().name = choice
    for number, declared in enumerate(fields, start=1):
        *label, kind, name = declared.split()
        if label == [MAP]:
            kind = _entry(message, path, name, kind)
        field = _field(name, number, kind, repeated=bool(label))
        if choice is not None:
            field.oneof_index = 0
        yield field


def _entry(message: DescriptorProto, path: str, name: str, kind: str) -> str:
    """Declare the pairs of a map, which are a message of their own; returns its name."""
    entry = message.nested_type.add()
    entry.name = f"{name.title()}Entry"
    entry.options.map_entry = True
    entry.field.extend([_field("key", 1, "string", repeated=False), _field("value", 2, kind, repeated=False)])
    return f"{path}.{entry.name}"


def _field(name: str, number: int, kind: str, *, repeated: bool) -> FieldDescriptorProto:
    label = FieldDescriptorProto.LABEL_REPEATED if repeated else FieldDescriptorProto.LABEL_OPTIONAL
    field = FieldDescriptorProto(name=name, number=number, label=label)
    if kind in SCALARS:
        field.type = SCALARS[kind]
    else:
        field.type = FieldDescriptorProto.TYPE_MESSAGE
        field.type_name = f".{PACKAGE}.{kind}"
    return field
