import threading
from time import perf_counter

from service.streams.newest import MAX_AGE_S, ArrivedFrame, Newest


def arrival(name: bytes, age_s: float = 0.0) -> ArrivedFrame:
    return ArrivedFrame(perf_counter() - age_s, lambda: name)


def test_the_newest_frame_wins_and_the_others_are_counted() -> None:
    newest = Newest()
    for name in (b"1", b"2", b"3"):
        newest.put(arrival(name))
    taken = newest.take(0.0)
    assert not isinstance(taken, str)
    assert taken.file() == b"3"
    assert (newest.frames, newest.dropped) == (3, 2)


def test_an_old_frame_is_dropped_and_the_end_is_told() -> None:
    newest = Newest()
    newest.put(arrival(b"old", age_s=MAX_AGE_S + 0.1))
    newest.end("the stream ended")
    assert newest.take(0.0) == "the stream ended"
    assert newest.dropped == 1


def test_a_frame_that_came_before_its_time_is_dropped() -> None:
    newest = Newest()
    newest.put(arrival(b"early"))
    newest.end("the stream ended")
    assert newest.take(perf_counter() + 10) == "the stream ended"


def test_who_waits_gets_the_next_frame() -> None:
    newest = Newest()
    later = threading.Thread(target=lambda: newest.put(arrival(b"next")))
    later.start()
    taken = newest.take(0.0)
    later.join()
    assert not isinstance(taken, str)
    assert taken.file() == b"next"
