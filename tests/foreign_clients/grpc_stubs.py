"""The protocol as KServe's stubs declare it, in an environment of its own: a line of JSON, fields by message."""

import json

from google.protobuf.descriptor_pb2 import DescriptorProto, FileDescriptorProto
from kserve.protocol.grpc import grpc_predict_v2_pb2


def fields(message: DescriptorProto, path: str) -> dict[str, list[list[object]]]:
    found = {path: [[field.name, field.number, field.label, field.type, field.type_name] for field in message.field]}
    for inner in message.nested_type:
        found |= fields(inner, f"{path}.{inner.name}")
    return found


file = FileDescriptorProto()
grpc_predict_v2_pb2.DESCRIPTOR.CopyToProto(file)
declared: dict[str, list[list[object]]] = {}
for each in file.message_type:
    declared |= fields(each, each.name)
calls = {call.name: [call.input_type, call.output_type] for service in file.service for call in service.method}
print(json.dumps({"messages": declared, "calls": calls, "package": file.package}))  # noqa: T201
