"""The chunks of a PNG (3rd edition, section 5): its size, and whether every byte of the file is what was written."""

import zlib
from collections.abc import Iterator

from service.contract.errors import NotAPicture
from service.contract.header.header import PNG, PNG_START, Header

SIGNATURE_BYTES = 8
FRAME_BYTES = 12
"""Of a chunk beside its data: length, type and checksum."""

MOST_CHUNKS = 16_384
INTERLACE_PASSES = 7
DEEP_BITS = 16
TRUNCATED = "the picture is truncated: send the whole file"


def read(data: bytes) -> Header:
    """Read the size, and check every chunk up to the end, which must be the file's.

    An animation is refused: a still picture and frames are two pictures, and readers choose differently among them.

    Raises:
        NotAPicture: damaged, truncated, animated, or there is something behind the end.
    """
    kinds = set()
    for kind, end in _chunks(data):
        kinds.add(kind)
        if kind == b"IEND":
            if data[end:].strip(b"\0"):
                raise NotAPicture("there is something behind the end of the picture: send one picture, and it alone")
            break
    else:
        raise NotAPicture(TRUNCATED)
    if b"acTL" in kinds:
        raise NotAPicture("the PNG is an animation: send a still picture")
    if b"IDAT" not in kinds:
        raise NotAPicture(TRUNCATED)
    at = len(PNG_START)
    width, height = int.from_bytes(data[at : at + 4]), int.from_bytes(data[at + 4 : at + 8])
    passes = INTERLACE_PASSES if data[at + 12] else 1
    return Header(PNG, width, height, passes, b"eXIf" in kinds, deep=data[at + 8] == DEEP_BITS)


def _chunks(data: bytes) -> Iterator[tuple[bytes, int]]:
    """The chunks' types with the places where they end, as far as they are whole."""
    view = memoryview(data)
    position = SIGNATURE_BYTES
    for _ in range(MOST_CHUNKS):
        end = position + FRAME_BYTES + int.from_bytes(view[position : position + 4])
        if len(data) < end:
            return
        if zlib.crc32(view[position + 4 : end - 4]) != int.from_bytes(view[end - 4 : end]):
            raise NotAPicture("the picture is damaged and cannot be decoded: send it again")
        yield data[position + 4 : position + 8], end
        position = end
