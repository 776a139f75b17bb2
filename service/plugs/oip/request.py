"""An inference request: JSON, and behind it the bytes of its binary tensors."""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from pydantic import JsonValue

from service.contract.errors import MalformedBody
from service.edge.request.document import read_document
from service.plugs.oip.answer import OUTPUTS
from service.plugs.oip.tensors import BYTES, LENGTH_BYTES, Tensor, shape_of

Parameters = Mapping[str, JsonValue]

HEADER_LENGTH = b"inference-header-content-length"
IMAGE = "image"
SIZE = "binary_data_size"
MOST_DIGITS = 19
LONGEST_US = 60_000_000
OF_REQUEST = frozenset(("id", "model_name", "model_version", "parameters", "inputs", "outputs"))
OF_INPUT = frozenset(("name", "datatype", "shape", "data", "parameters"))
UNSUPPORTED = frozenset(("shared_memory_region", "shared_memory_offset", "shared_memory_byte_size", "classification"))


class WantedOutput(NamedTuple):
    """An output that was asked for, and whether as bytes."""

    name: str
    binary: bool


class InferRequest(NamedTuple):
    """What was asked: ``parameters`` are those of the request with those of its input."""

    id: str | None
    parameters: Parameters
    tensor: Tensor
    outputs: Sequence[WantedOutput]


def read_request(body: bytes, header_length: bytes | None) -> InferRequest:
    """Take a body apart.

    Args:
        body: all of it.
        header_length: the header ``Inference-Header-Content-Length``: how many bytes are JSON; None means all, and 0
            that the body is one encoded picture.

    Raises:
        MalformedBody: says what does not fit.
    """
    length = _length(header_length, len(body))
    if length == 0 and header_length is not None:
        return _raw(body)
    return request_of(_json(body[:length]), memoryview(body)[length:])


def request_of(given: JsonValue, rest: memoryview) -> InferRequest:
    """Read a request: its JSON, and the bytes that follow it.

    Raises:
        MalformedBody: says what does not fit.
    """
    document = _members(given, OF_REQUEST, "the request")
    inputs = document.get("inputs")
    if not isinstance(inputs, list) or len(inputs) != 1:
        raise MalformedBody("inputs: exactly one is expected, image (BYTES) or pixels (UINT8)")
    tensor = _members(inputs[0], OF_INPUT, "inputs[0]")
    own = _parameters(tensor, "inputs[0]")
    parameters = _parameters(document, "the request")
    outputs = tuple(_outputs(document, parameters))
    return InferRequest(_id(document), _joined(parameters, own), _tensor(tensor, own, rest), outputs)


def timeout_s(request: InferRequest) -> float:
    """Read Triton's parameter ``timeout``, microseconds; 0 and none are no bound of the caller's.

    Raises:
        MalformedBody: it is no whole number, or out of range.
    """
    given = request.parameters.get("timeout", 0)
    if not isinstance(given, int) or isinstance(given, bool) or not 0 <= given <= LONGEST_US:
        raise MalformedBody(f"timeout: a whole number of 0 to {LONGEST_US} microseconds is expected")
    return (given or LONGEST_US) / 1e6


def _raw(body: bytes) -> InferRequest:
    raw = memoryview(len(body).to_bytes(LENGTH_BYTES, "little") + body)
    outputs = tuple(WantedOutput(name, binary=True) for name in OUTPUTS)
    return InferRequest(None, {}, Tensor(IMAGE, BYTES, (1,), None, raw), outputs)


def _length(header_length: bytes | None, size: int) -> int:
    if header_length is None:
        return size
    if not header_length.isdigit() or len(header_length) > MOST_DIGITS:
        raise MalformedBody("Inference-Header-Content-Length: a whole number of bytes is expected")
    if int(header_length) > size:
        raise MalformedBody(f"Inference-Header-Content-Length: the body has {size} bytes, not {int(header_length)}")
    return int(header_length)


def _json(text: bytes) -> JsonValue:
    try:
        return read_document(text)
    except ValueError as error:
        raise MalformedBody(
            f"the request is no JSON ({error}): name the JSON's length where bytes follow it"
        ) from error


def _object(value: JsonValue, place: str) -> dict[str, JsonValue]:
    if not isinstance(value, dict):
        raise MalformedBody(f"{place} is expected to be a JSON object")
    return value


def _members(value: JsonValue, known: frozenset[str], place: str) -> dict[str, JsonValue]:
    """An object of which every member is known: a label beside the parameters must not be lost."""
    members = _object(value, place)
    unknown = sorted(members.keys() - known)
    if unknown:
        raise MalformedBody(f"{unknown[0]:.80}: no member of {place}, labels are given in its parameters")
    return members


def _parameters(owner: dict[str, JsonValue], place: str) -> dict[str, JsonValue]:
    given = owner.get("parameters")
    parameters = {} if given is None else _object(given, f"parameters of {place}")
    unsupported = sorted(UNSUPPORTED & parameters.keys())
    if unsupported and parameters[unsupported[0]] != 0:
        raise MalformedBody(f"{unsupported[0]} is not supported: send tensors in the body and ask for outputs by name")
    return parameters


def _joined(parameters: Parameters, own: Parameters) -> Parameters:
    twice = sorted(parameters.keys() & own.keys())
    if twice:
        raise MalformedBody(f"{twice[0]}: given for the request and for its input, give it once")
    return {name: value for name, value in {**parameters, **own}.items() if name != SIZE}


def _id(document: dict[str, JsonValue]) -> str | None:
    given = document.get("id")
    if given is not None and not isinstance(given, str):
        raise MalformedBody("id is expected to be a text")
    return given


def _tensor(given: dict[str, JsonValue], parameters: Parameters, rest: memoryview) -> Tensor:
    name, datatype, data = given.get("name"), given.get("datatype"), given.get("data")
    if not isinstance(name, str) or not isinstance(datatype, str):
        raise MalformedBody("inputs[0]: name and datatype are expected as texts")
    shape = shape_of(given.get("shape"), name)
    if SIZE not in parameters:
        if not isinstance(data, list):
            raise MalformedBody(f"{name}: data is expected as a list, or {SIZE} with bytes behind the JSON")
        if rest:
            raise MalformedBody(f"{len(rest)} bytes follow the JSON, and no input says that they are its own by {SIZE}")
        return Tensor(name, datatype, shape, data, None)
    if data is not None:
        raise MalformedBody(f"{name}: data and {SIZE} are both given: send the tensor once")
    size = parameters[SIZE]
    if not isinstance(size, int) or isinstance(size, bool) or size != len(rest):
        raise MalformedBody(f"{name}: {SIZE} is {size!r:.40}, and {len(rest)} bytes follow the JSON")
    return Tensor(name, datatype, shape, None, rest)


def _outputs(document: dict[str, JsonValue], parameters: Parameters) -> Iterator[WantedOutput]:
    everywhere = _flag(parameters, "binary_data_output", default=False)
    wanted = document.get("outputs")
    if wanted is None or wanted == []:
        yield from (WantedOutput(name, everywhere) for name in OUTPUTS)
        return
    if not isinstance(wanted, list):
        raise MalformedBody("outputs is expected to be a list")
    seen: set[str] = set()
    for place, each in enumerate(wanted):
        output = _object(each, f"outputs[{place}]")
        name = output.get("name")
        if not isinstance(name, str) or name not in OUTPUTS or name in seen:
            raise MalformedBody(f"outputs[{place}]: each of {', '.join(OUTPUTS)} may be asked for once")
        seen.add(name)
        own = _parameters(output, f"outputs[{place}]")
        yield WantedOutput(name, _flag(own, "binary_data", default=everywhere))


def _flag(parameters: Parameters, name: str, *, default: bool) -> bool:
    value = parameters.get(name, default)
    if not isinstance(value, bool):
        raise MalformedBody(f"{name}: true or false is expected")
    return value
