"""A pulled camera with a reader that does as it is told."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from time import perf_counter, time

import pytest
from prometheus_client import CollectorRegistry

from service.app.lifespan import INCIDENT_WATCH_S
from service.contract.crop import Crop
from service.contract.decision import Decision, Reason, Verdict
from service.contract.errors import DeadlineExceeded, NotAPicture, NotReady, SetupError
from service.monitoring import incidents
from service.streams import pulled_camera
from service.streams.newest import MAX_AGE_S, TIMEOUT_S
from service.streams.order import Head
from service.streams.pulled_camera import NO_DATA_S, PulledCamera
from service.streams.reader_process import NextFrame, StreamEnded
from service.telemetry.stream_metrics import StreamMetrics
from tests.decisions import a_decision
from tests.eventually import PATIENCE_S

Step = tuple[Head, bytes] | Exception


def head(frames: int = 1, dropped: int = 0, errors: int = 0, age_s: float = 0.0) -> Head:
    return Head(frames, dropped, errors, perf_counter() - age_s, 4)


class Plant:
    """Readers that give what is written down for each of them, then nothing; a judge that does as it is told."""

    def __init__(self, *readers: list[Step], verdicts: tuple[Exception | Decision | None, ...] = ()) -> None:
        self._readers = list(readers)
        self._verdicts = list(verdicts)
        self.judged: list[tuple[Crop, float]] = []
        self.done = asyncio.Event()
        self.registry = CollectorRegistry()
        metrics = StreamMetrics(self.registry, ["cam-1"])
        self.turns = asyncio.Semaphore(1)
        self.camera = PulledCamera("cam-1", self.reading, self.judge, metrics, self.turns, first_retry_s=0.001)

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[NextFrame]:
        steps = self._readers.pop(0) if self._readers else []

        async def frame() -> tuple[Head, bytes]:
            if not steps:
                self.done.set()
                await asyncio.Event().wait()
            step = steps.pop(0)
            if isinstance(step, Exception):
                raise step
            return step

        yield frame

    async def judge(self, crop: Crop, deadline: float) -> list[Decision]:
        self.judged.append((crop, deadline))
        verdict = self._verdicts.pop(0) if self._verdicts else None
        if isinstance(verdict, Exception):
            raise verdict
        return [] if verdict is None else [verdict]

    def count(self, name: str) -> float | None:
        return self.registry.get_sample_value(f"leak_inspection_stream_{name}", {"camera_id": "cam-1"})

    async def play(self) -> None:
        """Until everything that was written down has happened."""
        task = asyncio.create_task(self.camera.keep_pulling())
        async with asyncio.timeout(PATIENCE_S):
            await self.done.wait()
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def test_a_frame_is_judged_as_one_of_its_camera_by_the_time_it_may_be_old() -> None:
    first = head()
    plant = Plant([(first, b"file")])
    await plant.play()
    ((crop, deadline),) = plant.judged
    assert (crop.camera_id, crop.image, crop.arrived) == ("cam-1", b"file", first.arrived)
    assert (crop.well_id, crop.captured_at) == (None, None)
    assert deadline == first.arrived + MAX_AGE_S
    assert plant.camera.problem() is None


@pytest.mark.parametrize(("off_s", "reason"), [(-3600, Reason.STALE), (60, Reason.FUTURE)])
async def test_a_clock_that_is_off_is_a_problem_until_it_is_right(off_s: float, reason: Reason) -> None:
    def taken(ago_s: float) -> Head:
        return head()._replace(captured=time() + ago_s)

    decided = a_decision(Verdict.UNKNOWN, reason=reason)
    wrong = Plant([(taken(off_s), b"1")], verdicts=(decided,))
    await wrong.play()
    assert wrong.camera.problem() == f"its clock is {off_s:+d} s off by its own reports, set it (NTP)"
    ((crop, _),) = wrong.judged
    assert crop.captured_at is not None
    assert (crop.captured_at - crop.received_at).total_seconds() == pytest.approx(off_s, abs=1)
    right = Plant([(taken(off_s), b"1"), (taken(0), b"2")], verdicts=(decided,))
    await right.play()
    assert right.camera.problem() is None


@pytest.mark.parametrize("captured", [-1e18, 1e18])
async def test_a_time_that_no_calendar_has_is_one_at_its_end(captured: float) -> None:
    plant = Plant([(head()._replace(captured=captured), b"1")])
    await plant.play()
    ((crop, _),) = plant.judged
    assert crop.captured_at is not None
    assert crop.captured_at.year in {1970, 9999}


async def test_a_frame_that_waited_long_for_its_turn_makes_room_for_a_newer_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(pulled_camera, "MOST_WAIT_S", 0.1)
    waited, fresh = head(1), head(2)
    plant = Plant([(waited, b"1"), (fresh, b"2")])
    await plant.turns.acquire()
    playing = asyncio.create_task(plant.play())
    await asyncio.sleep(0.2)
    assert plant.judged == []
    plant.turns.release()
    await playing
    ((crop, _),) = plant.judged
    assert crop.arrived == fresh.arrived
    assert plant.count("dropped_frames_total") == 1


async def test_a_stream_that_ends_is_opened_again_and_counts_go_on() -> None:
    plant = Plant(
        [(head(3, 2, 1), b"file"), StreamEnded("it broke", head(4, 2, 1)._replace(lost=5))],
        [StreamEnded("still")],
        [(head(2), b"f")],
    )
    await plant.play()
    counts = {name: plant.count(f"{name}_total") for name in ("frames", "dropped_frames", "decode_errors")}
    assert counts == {"frames": 6, "dropped_frames": 2, "decode_errors": 1}
    assert plant.count("losses_total") == 5
    assert plant.count("reconnects_total") == 2
    assert plant.camera.problem() is None


@pytest.mark.parametrize(
    ("step", "said"),
    [
        (StreamEnded("nothing came for 2 s"), "nothing came for 2 s"),
        (SetupError("the credentials file secret cannot be read"), "the credentials file secret cannot be read"),
        (ValueError("rtsp://user:s3cret@camera"), "ValueError"),
    ],
)
async def test_what_keeps_frames_away_is_a_problem_and_nothing_of_ours_repeats_a_password(
    step: Exception, said: str
) -> None:
    plant = Plant([step])
    await plant.play()
    assert plant.camera.problem() == said


@pytest.mark.parametrize(
    ("error", "counted"),
    [
        (DeadlineExceeded("too late"), "dropped_frames_total"),
        (NotAPicture("damaged"), "decode_errors_total"),
        (NotReady("no model"), None),
    ],
)
async def test_a_frame_that_gets_no_verdict_is_a_problem_until_one_does(error: Exception, counted: str | None) -> None:
    bad = Plant([(head(1), b"1")], verdicts=(error,))
    await bad.play()
    assert bad.camera.problem() == str(error)
    assert counted is None or bad.count(counted) == 1
    mended = Plant([(head(1), b"1"), (head(2), b"2")], verdicts=(error,))
    await mended.play()
    assert mended.camera.problem() is None
    assert mended.count("reconnects_total") == 0


async def test_a_reader_that_gives_nothing_is_a_problem_before_it_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pulled_camera, "NO_DATA_S", 0.01)
    monkeypatch.setattr(pulled_camera, "GIVE_UP_S", 0.05)
    plant = Plant([])
    task = asyncio.create_task(plant.camera.keep_pulling())
    await _until(lambda: (plant.camera.problem() or "").startswith("no picture that can be trusted for"))
    await _until(lambda: (plant.count("reconnects_total") or 0) >= 1)
    assert plant.camera.problem() == "no picture within 0.05 s"
    task.cancel()


@pytest.mark.parametrize("noticed_s", [TIMEOUT_S, NO_DATA_S], ids=["nothing comes", "nothing can be judged"])
def test_the_timers_make_an_incident_of_a_camera_that_cannot_be_judged_within_six_seconds(noticed_s: float) -> None:
    assert noticed_s + incidents.PATIENCE_S + INCIDENT_WATCH_S < 6


async def _until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while not condition():  # noqa: ASYNC110  # time passes, which sets no event
            await asyncio.sleep(0.002)
