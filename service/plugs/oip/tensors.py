"""Tensors as the protocol sends them: JSON data, nested or flat, or little-endian bytes behind the JSON."""

import binascii
import math
from base64 import b64decode
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
from pydantic import JsonValue

from service.contract.errors import MalformedBody
from service.contract.picture import Pixels

BYTES = "BYTES"
UINT8 = "UINT8"
LENGTH_BYTES = 4
LARGEST_BYTE = 255
MOST_DIMENSIONS = 8


class Tensor(NamedTuple):
    """One input: ``raw`` holds its bytes, or ``data`` its JSON; the other one is None."""

    name: str
    datatype: str
    shape: tuple[int, ...]
    data: list[JsonValue] | None
    raw: memoryview | None

    @property
    def size(self) -> int:
        """How many elements the shape promises."""
        return math.prod(self.shape)


def shape_of(value: JsonValue, name: str) -> tuple[int, ...]:
    """Validate a shape.

    Raises:
        MalformedBody: it is not a list of whole numbers of at least 1.
    """
    if not isinstance(value, list) or not 1 <= len(value) <= MOST_DIMENSIONS:
        raise MalformedBody(f"{name}: shape is expected as a list of 1 to {MOST_DIMENSIONS} numbers")
    sides = [side for side in value if isinstance(side, int) and not isinstance(side, bool) and side > 0]
    if len(sides) != len(value):
        raise MalformedBody(f"{name}: each number of the shape is expected to be a whole one of at least 1")
    return tuple(sides)


def byte_strings(tensor: Tensor) -> list[bytes]:
    """Return the elements of a BYTES tensor; JSON has them as base64, since pictures are no text.

    Raises:
        MalformedBody: lengths or number of the elements differ from what was announced.
    """
    found = list(_split(tensor.raw, tensor.name) if tensor.raw is not None else _decoded(tensor))
    if len(found) != tensor.size:
        raise MalformedBody(f"{tensor.name}: {len(found)} elements came, the shape promises {tensor.size}")
    return found


def pixels(tensor: Tensor) -> Pixels:
    """Return the elements of a UINT8 tensor in its shape.

    Raises:
        MalformedBody: their number differs from the shape, or they are no whole numbers of 0 to 255.
    """
    flat = np.frombuffer(tensor.raw, np.uint8) if tensor.raw is not None else _numbers(tensor)
    if flat.size != tensor.size:
        raise MalformedBody(f"{tensor.name}: {flat.size} elements came, the shape promises {tensor.size}")
    return flat.reshape(tensor.shape)


def packed(elements: Sequence[bytes]) -> bytes:
    """Write the elements of a BYTES tensor, each behind its length."""
    return b"".join(len(element).to_bytes(LENGTH_BYTES, "little") + element for element in elements)


def _split(raw: memoryview, name: str) -> Iterator[bytes]:
    place = 0
    while place < len(raw):
        begin = place + LENGTH_BYTES
        place = begin + int.from_bytes(raw[place:begin], "little")
        if begin > len(raw) or place > len(raw):
            raise MalformedBody(f"{name}: an element is longer than what is left of its {len(raw)} bytes")
        yield bytes(raw[begin:place])


def _decoded(tensor: Tensor) -> Iterator[bytes]:
    for element in _flat(tensor.data or [], len(tensor.shape)):
        try:
            if isinstance(element, str):
                yield b64decode(element, validate=True)
                continue
        except (binascii.Error, ValueError):
            pass
        raise MalformedBody(f"{tensor.name}: JSON data of BYTES is expected as base64; binary tensors are shorter")


def _flat(data: list[JsonValue], depth: int) -> Iterator[JsonValue]:
    for element in data:
        if isinstance(element, list):
            if depth <= 1:
                raise MalformedBody("data is nested deeper than its shape")
            yield from _flat(element, depth - 1)
        else:
            yield element


def _numbers(tensor: Tensor) -> Pixels:
    try:
        found = np.asarray(tensor.data)
    except ValueError as error:  # rows of different lengths
        raise MalformedBody(f"{tensor.name}: the rows of data differ in length") from error
    if found.shape not in {tensor.shape, (found.size,)}:
        raise MalformedBody(f"{tensor.name}: data is nested as {list(found.shape)}, not as its shape")
    if found.dtype.kind not in "iu" or found.size == 0 or found.min() < 0 or found.max() > LARGEST_BYTE:
        raise MalformedBody(f"{tensor.name}: UINT8 is expected as whole numbers of 0 to {LARGEST_BYTE}")
    return found.astype(np.uint8).reshape(-1)
