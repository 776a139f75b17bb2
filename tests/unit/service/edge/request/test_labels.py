"""The labels of a crop."""

from datetime import UTC, datetime

import pytest

from service.contract.errors import MalformedField
from service.edge.request.labels import NO_LABELS, labels_of, labels_of_query

TIME = datetime(2026, 5, 4, 8, 11, 12, 123000, tzinfo=UTC)


def test_everything_is_optional() -> None:
    assert labels_of_query(b"") == NO_LABELS == labels_of({})


@pytest.mark.parametrize(
    "captured_at", ["2026-05-04T08:11:12.123Z", "2026-05-04t10:11:12.123+02:00", "2026-05-04T08:11:12.123000000z"]
)
def test_times_are_brought_to_utc(captured_at: str) -> None:
    assert labels_of({"captured_at": captured_at}).captured_at == TIME


def test_a_query_is_decoded() -> None:
    labels = labels_of_query(b"camera_id=cam-7&well_id=12a&cast_id=C%3A1&captured_at=2026-05-04T10:11:12.123%2B02:00")
    assert labels == ("cam-7", "12a", "C:1", TIME)


@pytest.mark.parametrize(
    "query",
    [
        b"camera_id=cam-7&well_id=12a&captured_at=2026-05-04T08:11:12.123Z",
        b"&camera_id=cam-7&&well_id=12a&captured_at=2026-05-04T08:11:12.123Z&",
        b"camera_id=cam%2D7&well_id=12a&captured_at=2026-05-04T08%3A11%3A12.123Z",
        b"captured_at=2026-05-04T08:11:12.123Z&camera_id=cam-7&well_id=12a",
        b"camera_id=cam-7&captured_at=2026-05-04T08:11:12.123Z&&well_id=12a",
        b"camera_id=cam-7&well_id=12a&captured%5Fat=2026-05-04T08:11:12.123Z",
    ],
)
def test_a_query_reads_the_same_escaped_or_not(query: bytes) -> None:
    assert labels_of_query(query) == ("cam-7", "12a", None, TIME)


@pytest.mark.parametrize(
    ("query", "said"),
    [
        (b"camera_id=", "camera_id"),
        (b"camera_id=" + b"x" * 65, "camera_id"),
        (b"well_id=1%20a", "well_id"),
        (b"well_id=1%0A", "well_id"),
        (b"cast_id=<b>", "cast_id"),
        (b"captured_at=2026-05-04T10:11:12", "captured_at"),
        (b"captured_at=2026-02-30T10:11:12Z", "captured_at"),
        (b"captured_at=2026-05-04T10:11:12%2B02:60", "captured_at"),
        (b"captured_at=2026-05-04", "captured_at"),
        (b"captured_at=0001-01-01T00:00:00%2B05:00", "captured_at"),
        (b"camera=cam-1", "camera: unknown field"),
        (b"camera_id=a&camera_id=b", "twice"),
        (b"captured_at=2026-05-04T10:11:12Z&captured_at=2026-05-04T10:11:12Z", "twice"),
        (b"captured%5Fat=2026-05-04T10:11:12Z&captured_at=2026-05-04T10:11:12Z", "twice"),
        (b"xcaptured_at=2026-05-04T10:11:12Z", "xcaptured_at: unknown field"),
        (b"captured_at=2026-05-04T10:11:12+02:00", "captured_at"),
        (b"camera_id=a&captured_at", "captured_at"),
        (b"camera_id=a&captured_at=", "captured_at"),
        (b"captured_at=2026-05-04T10:11:12Z\n", "captured_at"),
        (b"camera_id", "camera_id"),
        (b"camera_id=a=b", "camera_id"),
    ],
)
def test_a_malformed_label_is_named(query: bytes, said: str) -> None:
    with pytest.raises(MalformedField, match=said):
        labels_of_query(query)


def test_each_picture_of_a_well_has_its_own_time() -> None:
    queries = [b"camera_id=cam-7&well_id=12a&captured_at=2026-05-04T08:11:%02dZ" % second for second in (1, 2, 1)]
    times = [labels_of_query(query).captured_at for query in queries]
    assert [time and time.second for time in times] == [1, 2, 1]


def test_a_malformed_label_is_refused_again_and_again() -> None:
    for _ in range(2):
        with pytest.raises(MalformedField, match="camera_id"):
            labels_of_query(b"camera_id=a%20b")


@pytest.mark.parametrize("value", [7, ["a"], True])
def test_ids_are_text(value: object) -> None:
    with pytest.raises(MalformedField, match="well_id"):
        labels_of({"well_id": value})
