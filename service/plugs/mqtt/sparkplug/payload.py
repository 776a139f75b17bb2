"""The payload of Sparkplug B in Protocol Buffers: the fields that an edge node of plain metrics needs.

Names and numbers are those of chapter 6.4 of the specification; whatever else a payload holds is passed over.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final, NamedTuple

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory
from google.protobuf.message import DecodeError

from service.contract.errors import MalformedBody

INT64, DOUBLE, BOOLEAN, STRING, DATETIME = 4, 10, 11, 12, 13
"""Data types of metrics, by the specification's numbers."""

Value = str | bool | float | int | None

_OF_TYPE: Final[Mapping[int, str]] = {
    INT64: "long_value",
    DOUBLE: "double_value",
    BOOLEAN: "boolean_value",
    STRING: "string_value",
    DATETIME: "long_value",
}
_KIND = descriptor_pb2.FieldDescriptorProto
_PAYLOAD = {"timestamp": (1, _KIND.TYPE_UINT64), "seq": (3, _KIND.TYPE_UINT64)}
_METRIC = {
    "name": (1, _KIND.TYPE_STRING),
    "alias": (2, _KIND.TYPE_UINT64),
    "timestamp": (3, _KIND.TYPE_UINT64),
    "datatype": (4, _KIND.TYPE_UINT32),
    "is_historical": (5, _KIND.TYPE_BOOL),
    "is_null": (7, _KIND.TYPE_BOOL),
    "int_value": (10, _KIND.TYPE_UINT32),
    "long_value": (11, _KIND.TYPE_UINT64),
    "float_value": (12, _KIND.TYPE_FLOAT),
    "double_value": (13, _KIND.TYPE_DOUBLE),
    "boolean_value": (14, _KIND.TYPE_BOOL),
    "string_value": (15, _KIND.TYPE_STRING),
}


class Metric(NamedTuple):
    """One value at one time (milliseconds since 1970, UTC); without a datatype where a birth has named it."""

    name: str
    value: Value
    at: int
    datatype: int
    historical: bool = False


def encoded(at: int, metrics: list[Metric], *, seq: int | None = None, datatypes: bool = False) -> bytes:
    """Make a payload; ``datatypes`` belong into births and deaths alone."""
    payload = _Payload(timestamp=at)
    if seq is not None:
        payload.seq = seq
    for metric in metrics:
        _add(payload, metric, datatypes=datatypes)
    content: bytes = payload.SerializeToString()
    return content


def commands(content: bytes) -> Iterator[tuple[str, bool]]:
    """Give names and values of the Boolean metrics of a command.

    Raises:
        MalformedBody: it is no payload.
    """
    try:
        payload = _Payload.FromString(content)
    except DecodeError as error:
        raise MalformedBody("it is no payload of Sparkplug B") from error
    for metric in payload.metrics:
        if metric.HasField("boolean_value"):
            yield metric.name, metric.boolean_value


def _add(payload: Any, metric: Metric, *, datatypes: bool) -> None:  # noqa: ANN401  # made at run time
    added = payload.metrics.add(name=metric.name, timestamp=metric.at)
    if datatypes:
        added.datatype = metric.datatype
    if metric.historical:
        added.is_historical = True
    if metric.value is None:
        added.is_null = True
    else:
        setattr(added, _OF_TYPE[metric.datatype], metric.value)


def _message(name: str, fields: Mapping[str, tuple[int, Any]]) -> descriptor_pb2.DescriptorProto:
    made = descriptor_pb2.DescriptorProto(name=name)
    for field, (number, kind) in fields.items():
        made.field.add(name=field, number=number, type=kind, label=_KIND.LABEL_OPTIONAL)
    return made


def _payload_class() -> Any:  # noqa: ANN401
    """Describe the messages to the library, which generated code would do at import too."""
    payload = _message("Payload", _PAYLOAD)
    payload.nested_type.append(_message("Metric", _METRIC))
    payload.field.add(
        name="metrics",
        number=2,
        type=_KIND.TYPE_MESSAGE,
        label=_KIND.LABEL_REPEATED,
        type_name=".sparkplug_b.Payload.Metric",
    )
    file = descriptor_pb2.FileDescriptorProto(name="sparkplug_b.proto", package="sparkplug_b", syntax="proto2")
    file.message_type.append(payload)
    pool = descriptor_pool.DescriptorPool()  # of its own: another library in the process may know the same names
    pool.Add(file)
    return message_factory.GetMessageClass(pool.FindMessageTypeByName("sparkplug_b.Payload"))


_Payload = _payload_class()
