"""A camera that is pulled: its frames are judged as if they were posted; what keeps them away is an incident."""

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime, timedelta
from time import perf_counter

from service.contract.artifact import sha256_hex
from service.contract.crop import Crop
from service.contract.decision import Decision, Reason
from service.contract.errors import DeadlineExceeded, LeakInspectionError, PictureError
from service.contract.journal_entry import new_id
from service.judging.judge import with_header
from service.streams.newest import MAX_AGE_S
from service.streams.order import Head
from service.streams.reader_process import NextFrame, StreamEnded
from service.telemetry.stream_metrics import StreamMetrics

FIRST_RETRY_S = 0.5
LONGEST_RETRY_S = 10.0
MOST_WAIT_S = 0.4
"""For a turn; a frame that waited longer makes room for a newer one, which has time left to be judged."""

NO_DATA_S = 4.0
"""Without a judged frame for so long the camera is an incident, which is told a second later."""

GIVE_UP_S = 30.0
"""A reader that has given nothing for so long is ended, whatever it is at."""

LAST_S = datetime(9999, 1, 1, tzinfo=UTC).timestamp()
OFF = {Reason.STALE, Reason.FUTURE}

NO_COUNTS = Head(0, 0, 0, 0, 0)

logger = logging.getLogger(__name__)

Reading = Callable[[], AbstractAsyncContextManager[NextFrame]]


class PulledCamera:
    """Keeps one stream open.

    Args:
        camera_id: of the frames.
        reading: starts a reader.
        judge: gets a frame, and when its inference must have begun on the clock of ``time.perf_counter``.
        metrics: of all streams.
        turns: of all streams, as many as frames can be judged side by side.
        interval_s: between two frames that are handed over.
        first_retry_s: seconds to the first new start, doubling up to ``LONGEST_RETRY_S``.
    """

    def __init__(
        self,
        camera_id: str,
        reading: Reading,
        judge: Callable[[Crop, float], Awaitable[list[Decision]]],
        metrics: StreamMetrics,
        turns: asyncio.Semaphore,
        interval_s: float = 0.0,
        first_retry_s: float = FIRST_RETRY_S,
    ) -> None:
        self.camera_id = camera_id
        self._reading = reading
        self._judge = judge
        self._metrics = metrics
        self._turns = turns
        self._no_data_s = max(NO_DATA_S, 2 * interval_s)
        self._first_retry_s = self._retry_s = first_retry_s
        self._why: str | None = None
        self._judged = self._arrived = perf_counter()
        self._counted = NO_COUNTS
        metrics.age.labels(camera_id).set_function(lambda: perf_counter() - self._arrived)

    def problem(self) -> str | None:
        """Say what keeps the camera from being judged, or None."""
        if self._why is None and perf_counter() - self._judged > self._no_data_s:
            return f"no picture that can be trusted for {perf_counter() - self._judged:.0f} s"
        return self._why

    async def keep_pulling(self) -> None:
        """Read, judge and reconnect until cancelled."""
        while True:
            self._counted = NO_COUNTS
            try:
                async with self._reading() as frame:
                    await self._pull(frame)
            except StreamEnded as ended:
                self._count(ended.head)
                self._complain(str(ended))
            except TimeoutError:
                self._complain(f"no picture within {GIVE_UP_S:g} s")
            except Exception as error:  # whatever a stream provokes, the other cameras go on
                self._complain(str(error) if isinstance(error, LeakInspectionError) else type(error).__name__)
            await asyncio.sleep(self._retry_s * random.uniform(0.5, 1.0))  # noqa: S311  # jitter
            self._retry_s = min(2 * self._retry_s, LONGEST_RETRY_S)
            self._metrics.count(self.camera_id, "reconnects")

    async def _pull(self, frame: NextFrame) -> None:
        while True:
            async with asyncio.timeout(max(GIVE_UP_S, 2 * self._no_data_s)):
                head, file = await frame()
            self._retry_s = self._first_retry_s
            self._arrived = head.arrived
            self._count(head)
            got = perf_counter()
            async with self._turns:  # else, where there is too much to do, all would be late and none judged
                if perf_counter() - got > MOST_WAIT_S:
                    self._metrics.count(self.camera_id, "dropped_frames")
                else:
                    await self._judged_in_time(head, file)

    async def _judged_in_time(self, head: Head, file: bytes) -> None:
        crop = await asyncio.to_thread(_crop, self.camera_id, head, file)  # large files take milliseconds
        try:
            decisions = await self._judge(crop, head.arrived + MAX_AGE_S)
        except DeadlineExceeded as error:
            self._metrics.count(self.camera_id, "dropped_frames")
            self._complain(str(error))
        except PictureError as error:
            self._metrics.count(self.camera_id, "decode_errors")
            self._complain(str(error))
        except LeakInspectionError as error:
            self._complain(str(error))
            await asyncio.sleep(min(self._first_retry_s, MAX_AGE_S))
        else:
            self._judged = perf_counter()
            self._note_clock(crop, decisions)

    def _note_clock(self, crop: Crop, decisions: Sequence[Decision]) -> None:
        """A clock that is off leaves every well unknown, for a reason that no picture shows."""
        if crop.captured_at is None or not OFF & {decision.reason for decision in decisions}:
            self._why = None
            return
        ahead_s = (crop.captured_at - crop.received_at).total_seconds()
        self._complain(f"its clock is {ahead_s:+.0f} s off by its own reports, set it (NTP)")

    def _count(self, head: Head | None) -> None:
        if head is None:
            return
        before, self._counted = self._counted, head
        self._metrics.count(self.camera_id, "frames", head.frames - before.frames)
        self._metrics.count(self.camera_id, "dropped_frames", head.dropped - before.dropped)
        self._metrics.count(self.camera_id, "decode_errors", head.errors - before.errors)
        self._metrics.count(self.camera_id, "losses", head.lost - before.lost)

    def _complain(self, reason: str) -> None:
        if self._why is None:
            logger.warning("camera %s cannot be judged: %s", self.camera_id, reason)
        self._why = reason[:200]


def _crop(camera_id: str, head: Head, file: bytes) -> Crop:
    """The frame as it would have been posted, with its time of capture where the camera says it."""
    received_at = datetime.now(UTC) - timedelta(seconds=perf_counter() - head.arrived)
    crop = Crop(file, sha256_hex(file), new_id(), received_at, head.arrived, camera_id)
    return with_header(crop._replace(captured_at=None if head.captured is None else _utc(head.captured)))


def _utc(seconds: float) -> datetime:
    """A time of day, whatever a camera says: the year 1970 or 9999 at the ends."""
    return datetime.fromtimestamp(min(max(seconds, 0.0), LAST_S), UTC)
