"""The shadow's worker: a thread that judges some pictures again, for a bounded share of one core.

It has the priority of all others: a lower one would wait for a processor while it holds the interpreter, and with it
inspections would (on a busy machine their 99th percentile grew by half).
"""

import logging
import math
import queue
import random
import threading
from collections.abc import Callable
from dataclasses import dataclass
from time import perf_counter, thread_time
from typing import Final, Protocol

from service.contract.crop import Crop
from service.contract.decision import NOT_OF_THE_PICTURE, Decision, Reason
from service.judging.judge import judge
from service.judging.serving import Serving
from service.setting_groups import ShadowSettings

logger = logging.getLogger(__name__)

MOST_BYTES: Final = 32 * 2**20
NOT_JUDGED_AGAIN: Final = NOT_OF_THE_PICTURE | {Reason.INPUT_UNDECODABLE, Reason.INPUT_TOO_LARGE}
"""Reasons that say nothing of the artefact: any other would give them too."""

Judged = Callable[[Decision, Decision, bytes], None]
"""Takes the served decision, the shadow's and the picture; called from the worker's thread."""


class WorkerClock(Protocol):
    """What a worker measures its share with, in seconds."""

    def now(self) -> float:
        """The time that passes."""

    def spent(self) -> float:
        """The processor time of this thread."""

    def rest(self, seconds: float, until: threading.Event) -> None:
        """Wait so long, or until the event."""


class ThreadClock:
    """The clocks of this machine."""

    def now(self) -> float:
        return perf_counter()

    def spent(self) -> float:
        return thread_time()

    def rest(self, seconds: float, until: threading.Event) -> None:
        until.wait(seconds)


@dataclass(slots=True)
class Cost:
    """What a worker has done: pictures left out because too many waited, those that failed, seconds of a core."""

    dropped: int = 0
    failed: int = 0
    cpu_s: float = 0.0
    wall_s: float = 0.0
    problem: str | None = None


class Lot:
    """Draws one of each ``every`` pictures; ``draw`` gives a number from 0 to below its argument.

    By lot and not by count: of frames with 80 wells, every 10th picture would show the same eight wells for ever.
    """

    def __init__(self, every: int, draw: Callable[[int], int] = random.randrange) -> None:
        self._every = every
        self._draw = draw
        self._place = draw(every)
        self._left = self._place + 1

    def falls(self) -> bool:
        """Whether the next picture is drawn."""
        self._left -= 1
        if self._left:
            return False
        place, self._place = self._place, self._draw(self._every)
        self._left = self._every - place + self._place
        return True


class ShadowWorker:
    """Judges pictures in a thread of its own; what does not fit into its queue is dropped.

    After each picture the thread rests until its processor time is no more than ``cpu_share`` of what has passed.

    Args:
        serving: the shadow's artefact, opened with one thread, so that its inference runs in this thread.
        lot: says which pictures.
        settings: the share and the length of the queue.
        judged: gets each result.
        clock: that of this machine.
    """

    def __init__(
        self,
        serving: Serving,
        lot: Lot,
        settings: ShadowSettings,
        judged: Judged,
        clock: WorkerClock = ThreadClock(),  # noqa: B008  # it holds nothing
    ) -> None:
        self.serving = serving
        self.cost = Cost()
        self._lot = lot
        self._share = settings.cpu_share
        self._judged = judged
        self._clock = clock
        self._waiting: queue.Queue[tuple[Decision, Crop]] = queue.Queue(settings.queue)
        self._bytes = 0
        self._counting = threading.Lock()
        self._stopped = threading.Event()

    def start(self) -> None:
        threading.Thread(target=self._run, name="shadow", daemon=True).start()

    def stop(self) -> None:
        """Judge nothing more; what waits is forgotten."""
        self._stopped.set()

    def offer(self, decision: Decision, crop: Crop) -> None:
        """Take a picture that was judged, if it is its turn; never waits."""
        if decision.reason not in NOT_JUDGED_AGAIN and self._lot.falls():
            self._enqueue(decision, _alone(crop))

    def _enqueue(self, decision: Decision, crop: Crop) -> None:
        if self._bytes + len(crop.image) > MOST_BYTES:
            self.cost.dropped += 1
            return
        try:
            self._waiting.put_nowait((decision, crop))
        except queue.Full:
            self.cost.dropped += 1
        else:
            self._count(len(crop.image))

    def _count(self, size: int) -> None:
        with self._counting:
            self._bytes += size

    def _run(self) -> None:
        clock = self._clock
        began = clock.now()
        while not self._stopped.is_set():
            try:
                decision, crop = self._waiting.get(timeout=0.5)
            except queue.Empty:
                continue
            finally:
                self.cost.wall_s = clock.now() - began
            self._count(-len(crop.image))
            started, spent = clock.now(), clock.spent()
            self._judge(decision, crop)
            spent = clock.spent() - spent
            self.cost.cpu_s += spent
            clock.rest(max(0.0, spent / self._share - (clock.now() - started)), self._stopped)

    def _judge(self, decision: Decision, crop: Crop) -> None:
        try:
            self._judged(decision, judge(self.serving, crop), crop.image)
        except Exception as error:  # whatever it is, it is the shadow's alone
            if self.cost.problem is None:
                logger.exception("the shadow model cannot judge a picture")
            self.cost.failed += 1
            self.cost.problem = f"{type(error).__name__}: {error}"


def _alone(crop: Crop) -> Crop:
    """The crop without its pixels, which would keep a whole frame in memory; it waits without getting stale."""
    return crop._replace(pixels=None, stale_at=math.inf)
