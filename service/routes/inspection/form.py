"""Forms: the pictures of a multipart body and their labels; whatever was sent counts, or is refused by name."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from service.contract.errors import BodyTooLarge, MalformedField
from service.edge.request.body import FormPart, parts_of
from service.edge.request.document import read_document
from service.edge.request.labels import FIELDS, NO_LABELS, Labels, completed, labels_of, merged

FILE = "file"
FILES = "files"
META = "meta"
MOST_FIELDS = len(FIELDS) + 2
"""Beside pictures; one more than there are, so that an unknown one is refused by its name."""


class LabelledPicture(NamedTuple):
    """A picture as it was sent, and whose it is."""

    image: bytes
    labels: Labels


def picture_of_form(body: bytes, boundary: str, labels: Labels = NO_LABELS) -> LabelledPicture:
    """Return the only picture of a form, with the labels of its query and of its form fields.

    Raises:
        MalformedBody, MalformedField, BodyTooLarge: the form is not one picture with its labels, each given once.
    """
    form = _Form(parts_of(body, boundary, MOST_FIELDS + 1), (FILE,))
    if len(form.pictures) != 1:
        raise MalformedField(f"{FILE}: exactly one picture is expected, or use /v1/inspect/batch")
    return LabelledPicture(form.pictures[0], merged(labels, form.labels))


def pictures_of_form(body: bytes, boundary: str, most: int, labels: Labels = NO_LABELS) -> list[LabelledPicture]:
    """Return the pictures of a batch; labels of the query and of form fields are those of all, ``meta`` of each.

    Raises:
        MalformedBody, MalformedField: the form is not pictures with their labels.
        BodyTooLarge: more than ``most`` pictures.
    """
    form = _Form(parts_of(body, boundary, most + MOST_FIELDS), (FILES, META))
    images = form.pictures
    if not images:
        raise MalformedField(f"{FILES}: at least one crop is expected")
    if len(images) > most:
        raise BodyTooLarge(f"more than {most} crops: send several batches")
    shared = merged(labels, form.labels)
    if shared.well_id is not None and len(images) > 1:
        raise MalformedField("well_id: a batch of several wells names each in meta")
    if form.meta is None:
        return [LabelledPicture(image, shared) for image in images]
    own = _labels_of_meta(form.meta.encode(), len(images))
    return [LabelledPicture(image, _joined(shared, one, at)) for at, (image, one) in enumerate(zip(images, own))]  # noqa: B905  # as long by construction


class _Form:
    """A form taken apart; the first of ``names`` is the field of pictures, the others are fields beside labels."""

    def __init__(self, parts: Iterable[FormPart], names: tuple[str, ...]) -> None:
        self.pictures: list[bytes] = []
        fields: dict[str, str] = {}
        for part in parts:
            if part.name == names[0]:
                self.pictures.append(part.content)
            elif part.name not in FIELDS and part.name not in names:
                known = ", ".join((*names, *sorted(FIELDS)))
                raise MalformedField(f"{part.name:.80}: unexpected field, the fields are {known}")
            elif part.name in fields:
                raise MalformedField(f"{part.name}: given twice, give it once")
            else:
                fields[part.name] = _text_of(part)
        self.meta = fields.pop(META, None)
        self.labels = labels_of(fields) if fields else NO_LABELS


def _text_of(part: FormPart) -> str:
    try:
        return part.content.decode()
    except UnicodeDecodeError as error:
        raise MalformedField(f"{part.name}: text in UTF-8 is expected") from error


def _joined(shared: Labels, own: Labels, place: int) -> Labels:
    """Labels of one picture of a batch; it may repeat what all have, and must not say otherwise."""
    if own == NO_LABELS:
        return shared
    for field, every, one in zip(Labels._fields, shared, own, strict=True):
        if every is not None and one is not None and every != one:
            raise MalformedField(f"meta[{place}].{field}: differs from the {field} of the whole batch")
    return completed(own, shared)


def _labels_of_meta(meta: bytes, count: int) -> Sequence[Labels]:
    try:
        items = read_document(meta)
    except ValueError as error:
        raise MalformedField(f"meta: not JSON ({error}): send a list of objects") from error
    if not isinstance(items, list) or len(items) != count:
        raise MalformedField(f"meta: a JSON list of {count} objects is expected, one a file, in the same order")
    labels = []
    for index, item in enumerate(items):
        if not isinstance(item, dict):
            raise MalformedField(f"meta[{index}]: an object is expected")
        try:
            labels.append(labels_of(item))
        except MalformedField as error:
            raise MalformedField(f"meta[{index}].{error}") from error
    return labels
