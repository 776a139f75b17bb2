"""From the tensor of a request to crops: one a row, with the labels that its parameters give."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from itertools import repeat

from pydantic import JsonValue

from service.contract.artifact import sha256_hex
from service.contract.crop import Crop
from service.contract.errors import BodyTooLarge, MalformedBody
from service.contract.header.header import PNG, Header
from service.contract.lossless import pngs_of
from service.contract.picture import Pixels
from service.edge.request.labels import NO_LABELS, Labels, labels_of, merged
from service.plugs.oip.request import IMAGE, InferRequest
from service.plugs.oip.tensors import BYTES, UINT8, Tensor, byte_strings, pixels

PIXELS = "pixels"
INPUTS = {IMAGE: (BYTES, [-1]), PIXELS: (UINT8, [-1, -1, -1, 3])}
"""Datatype and shape of each input; a request brings one of them."""

COLOURS = 3
OF_THE_PROTOCOL = frozenset(
    ("binary_data_output", "timeout", "priority", "sequence_id", "sequence_start", "sequence_end", "headers")
)


def crops_of(
    request: InferRequest, most: int, request_id: str, arrived: float, query: Labels = NO_LABELS
) -> list[Crop]:
    """Turn a request into crops; labels of its query are those of every row.

    Pixels are judged as they are, and kept as a PNG, which loses nothing.

    Raises:
        MalformedBody: the tensor or a parameter does not fit.
        MalformedField: a label does not have its form, or is given in the query too.
        BodyTooLarge: more than ``most`` rows.
    """
    tensor = request.tensor
    if tensor.name not in INPUTS:
        raise MalformedBody(f"{tensor.name:.80}: unknown input, send image (BYTES) or pixels (UINT8)")
    datatype, shape = INPUTS[tensor.name]
    if tensor.datatype != datatype:
        raise MalformedBody(f"{tensor.name}: the datatype is {datatype}, not {tensor.datatype:.20}")
    if tensor.name == IMAGE and tensor.shape[1:] not in {(), (1,)}:
        raise MalformedBody(f"{tensor.name}: shape [N] is expected, a picture an element")
    if tensor.name == PIXELS and (len(tensor.shape) != len(shape) or tensor.shape[-1] != COLOURS):
        raise MalformedBody(f"{tensor.name}: shape [N, height, width, {COLOURS}] is expected, in RGB")
    if tensor.shape[0] > most:
        raise BodyTooLarge(f"{tensor.shape[0]} pictures, more than the {most} allowed: send fewer at once")
    labels = [merged(query, own) for own in labels_of_rows(request.parameters, tensor.shape[0])]
    received_at = datetime.now(UTC)
    if tensor.name == PIXELS:
        return [
            Crop(image, sha256_hex(image), request_id, received_at, arrived, *own, pixels=picture, header=header)
            for (picture, image, header), own in zip(_pictures(tensor), labels, strict=True)
        ]
    return [
        Crop(image, sha256_hex(image), request_id, received_at, arrived, *own)
        for image, own in zip(byte_strings(tensor), labels, strict=True)
    ]


def labels_of_rows(parameters: Mapping[str, JsonValue], rows: int) -> list[Labels]:
    """Read the labels of every row: a parameter is one value for all, or as many with commas between as there are rows.

    Raises:
        MalformedBody: a parameter is not known, or has another number of values.
        MalformedField: a value does not have its form.
    """
    fields = {name: value for name, value in parameters.items() if name not in OF_THE_PROTOCOL}
    columns = {name: _column(name, value, rows) for name, value in fields.items()}
    return [labels_of({name: column[row] for name, column in columns.items()}) for row in range(rows)]


def _column(name: str, value: JsonValue, rows: int) -> list[object]:
    values = value.split(",") if isinstance(value, str) else value if isinstance(value, list) else [value]
    if len(values) == 1:
        return [values[0]] * rows
    if len(values) != rows:
        raise MalformedBody(f"{name:.80}: {len(values)} values for {rows} pictures: give one, or one for each")
    return [None if each == "" else each for each in values]


def _pictures(tensor: Tensor) -> Iterator[tuple[Pixels, bytes, Header]]:
    """Each picture, as the file that is kept of it, with its header: it is not decoded again."""
    pictures = pixels(tensor)
    header = Header(PNG, pictures.shape[2], pictures.shape[1])
    return zip(pictures, pngs_of(pictures), repeat(header))
