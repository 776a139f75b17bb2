"""Pictures of a form, and their labels."""

import json

import pytest

from service.contract.errors import BodyTooLarge, MalformedBody, MalformedField
from service.edge.request.labels import Labels, labels_of
from service.routes.inspection.form import picture_of_form, pictures_of_form
from tests.unit.service.edge.request.test_body import BOUNDARY, multipart

CAM = Labels(camera_id="cam-1")


def batch(*fields: tuple[str, bytes], query: Labels = CAM) -> list[Labels]:
    """The labels of a batch of two crops with these fields beside them."""
    body = multipart(("files", b"1"), ("files", b"2"), *fields)
    pictures = pictures_of_form(body, BOUNDARY, 2, query)
    assert [picture.image for picture in pictures] == [b"1", b"2"]
    return [picture.labels for picture in pictures]


def meta(*items: object) -> tuple[str, bytes]:
    return "meta", json.dumps(items).encode()


def test_labels_beside_the_file_count_as_those_of_the_query_do() -> None:
    fields = {"well_id": "12a", "cast_id": "C-7", "captured_at": "2026-05-04T10:11:12Z"}
    body = multipart(("file", b"x"), *((name, value.encode()) for name, value in fields.items()))
    expected = labels_of({"camera_id": "cam-1", **fields})
    assert picture_of_form(body, BOUNDARY, CAM) == (b"x", expected)


@pytest.mark.parametrize(
    ("parts", "said"),
    [
        ([("file", b"x"), ("camera_id", b"cam-2")], "camera_id: given in the query and in the body"),
        ([("file", b"x"), ("camera_id", b"cam-1")], "camera_id: given in the query and in the body"),
        ([("file", b"x"), ("well_id", b"1"), ("well_id", b"1")], "well_id: given twice"),
        ([("file", b"x"), ("well_id", b"")], "well_id"),
        ([("file", b"x"), ("well_id", b"\xff")], "well_id: text in UTF-8"),
        ([("file", b"x"), ("captured_at", b"yesterday")], "captured_at"),
        ([("file", b"x"), ("cameraid", b"1")], "cameraid: unexpected field"),
        ([("file", b"x"), ("meta", b"[]")], "meta: unexpected field"),
        ([("file", b"x"), ("file", b"y")], "file: exactly one"),
        ([("well_id", b"1")], "file: exactly one"),
    ],
)
def test_what_does_not_count_is_refused_by_name(parts: list[tuple[str, bytes]], said: str) -> None:
    with pytest.raises(MalformedField, match=said):
        picture_of_form(multipart(*parts), BOUNDARY, CAM)


def test_labels_of_the_query_and_of_fields_are_those_of_every_crop() -> None:
    assert batch() == [CAM, CAM]
    assert batch(("cast_id", b"C-7")) == [CAM._replace(cast_id="C-7")] * 2


def test_meta_adds_to_what_all_share_and_may_repeat_it() -> None:
    own = batch(meta({"well_id": "1a"}, {"camera_id": "cam-1", "well_id": "1b"}), ("cast_id", b"C-7"))
    assert own == [Labels("cam-1", "1a", "C-7"), Labels("cam-1", "1b", "C-7")]


@pytest.mark.parametrize(
    ("field", "said"),
    [
        (meta({}, {"camera_id": "cam-2"}), r"meta\[1\].camera_id: differs"),
        (("camera_id", b"cam-1"), "camera_id: given in the query and in the body"),
        (("well_id", b"1a"), "well_id: a batch of several wells"),
        (("meta", b'[{}, {"well_id": "1a", "well_id": "1b"}]'), "twice"),
        (("meta", b"[" * 3000), "meta: not JSON"),
        (("meta", b"[" * 900 + b"]" * 900), "meta"),
        (("meta", b"[NaN, {}]"), "meta: not JSON"),
        (("meta", b"\xff"), "meta: text in UTF-8"),
        (("file", b"x"), "file: unexpected field"),
    ],
)
def test_labels_that_contradict_each_other_are_refused(field: tuple[str, bytes], said: str) -> None:
    with pytest.raises(MalformedField, match=said):
        batch(field)


def test_the_only_crop_of_a_batch_may_be_labelled_anywhere() -> None:
    body = multipart(("files", b"1"), ("well_id", b"1a"))
    assert pictures_of_form(body, BOUNDARY, 2, CAM)[0].labels == Labels("cam-1", "1a")


def test_too_many_crops_are_too_large_and_broken_forms_malformed() -> None:
    with pytest.raises(BodyTooLarge):
        pictures_of_form(multipart(*[("files", b"1")] * 3), BOUNDARY, 2)
    with pytest.raises(BodyTooLarge):
        pictures_of_form(multipart(*[("files", b"1")] * 30), BOUNDARY, 2)
    with pytest.raises(MalformedBody):
        picture_of_form(b"--b\r\nbroken", BOUNDARY)
