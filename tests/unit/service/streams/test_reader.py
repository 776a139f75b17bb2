"""What a reader hands over, and what it says at the end."""

import json
from io import BytesIO
from pathlib import Path
from time import perf_counter

import pytest

from service.streams.newest import ArrivedFrame, Newest
from service.streams.order import Head, Order
from tests.ports import free_port

pytest.importorskip("av", reason="needs the extra streams")

from service.streams.reader import _next, hand_over, read  # which needs it

ORDER = Order("http://user:s3cret@127.0.0.1:{port}/mjpeg", 10.0, 1000, 100)


def test_a_frame_goes_out_behind_its_head_and_the_end_says_why() -> None:
    newest, out = Newest(), BytesIO()
    arrived = perf_counter()
    newest.put(ArrivedFrame(arrived, lambda: b"file\n"))
    newest.end("the stream ended")
    hand_over(ORDER, newest, BytesIO(b"+++"), out)
    first, _, rest = out.getvalue().partition(b"\n")
    assert Head(*json.loads(first)) == Head(1, 0, 0, arrived, 5)
    assert rest.startswith(b"file\n")
    assert Head(*json.loads(rest.removeprefix(b"file\n"))) == Head(1, 0, 0, 0, 0, "the stream ended")


def test_a_file_with_too_many_bytes_ends_the_reader_unsent() -> None:
    newest, out = Newest(), BytesIO()
    newest.put(ArrivedFrame(perf_counter(), lambda: b"x" * 101))
    hand_over(ORDER, newest, BytesIO(b"+"), out)
    assert Head(*json.loads(out.getvalue())).ended == "a picture is too large"


@pytest.mark.parametrize("late_s", [-0.1, 0.0, 0.1])
def test_as_many_frames_as_ordered_are_wanted_whatever_their_jitter(late_s: float) -> None:
    due, taken = 0.0, 0
    for number in range(40):
        arrived = 100 + number * 0.3 + (late_s if number % 2 else 0)
        if arrived >= due:
            due, taken = _next(due, arrived, 0.3), taken + 1
    assert taken == 40


def test_of_a_faster_stream_no_more_frames_are_wanted_than_ordered() -> None:
    due, taken = 0.0, 0
    for number in range(100):
        if 100 + number * 0.04 >= due:
            due, taken = _next(due, 100 + number * 0.04, 0.4), taken + 1
    assert taken in {10, 11}


def test_a_refused_connection_is_told_without_the_password() -> None:
    newest = Newest()
    read(ORDER._replace(address=ORDER.address.format(port=free_port())), newest)
    assert newest.take(0.0) == "the camera refuses the connection: correct host and port, or start it"


@pytest.mark.parametrize("content", [None, b"", b"no film at all" * 100])
def test_a_file_that_is_no_film_is_told_without_its_address(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "s3cret.mkv"
    if content is not None:
        path.write_bytes(content)
    newest = Newest()
    read(ORDER._replace(address=f"file:{path}"), newest)
    why = newest.take(0.0)
    assert isinstance(why, str)
    assert "s3cret" not in why
    assert content is not None or why == "there is no such file: correct the url"
