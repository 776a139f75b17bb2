"""Worker threads: they judge batches and large pictures, within a budget of pixels and while there is time."""

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from concurrent.futures import Executor
from contextlib import contextmanager
from time import perf_counter
from typing import Generic, TypeVar

from service.contract.alignment.aligner import Aligner
from service.contract.crop import Crop
from service.contract.errors import DeadlineExceeded, ScoringFailed
from service.contract.run_limit import RunLimit
from service.judging.deadline import require_time
from service.judging.frames import crops_of, may_fit
from service.judging.judge import Outcome, judge_each, pixels_to_decode, with_header
from service.judging.pixel_budget import PixelBudget
from service.judging.serving import Serving
from service.monitoring.freshness import FreshnessMonitor

T = TypeVar("T")

TOGETHER_PIXELS = 4_000_000
"""Pixels of pictures that are held at once for one inference: a frame of 80 ordinary crops has a fifth of that."""


class JudgingWorkers:
    """Judges in threads; what waits for one, or for its pixels, until its deadline is given up without a verdict."""

    def __init__(self, threads: Executor, budget: PixelBudget, run_limit: RunLimit, stuck_after_s: float) -> None:
        self._threads = threads
        self._budget = budget
        self._run_limit = run_limit
        self._stuck_after_s = stuck_after_s

    async def judge(
        self, serving: Serving, crops: Sequence[Crop], deadline: float, freshness: FreshnessMonitor
    ) -> list[Outcome]:
        """Judge pictures, in their order; those that fit are judged together.

        Raises:
            DeadlineExceeded: an inference could not begin by the deadline.
            ScoringFailed: the scorer cannot be trusted with them, or hangs; no decision is made.
        """
        return await self._done(_Judging(serving, crops, deadline, freshness, self._budget, self._run_limit))

    async def cut(
        self, serving: Serving, frame: Crop, aligner: Aligner, deadline: float
    ) -> tuple[list[Crop], str | None]:
        """Decode a whole frame and cut its wells out, as ``crops_of`` says.

        Raises:
            PictureError: it cannot be decoded.
            DeadlineExceeded: that could not begin by the deadline.
            ScoringFailed: it hangs.
        """
        return await self._done(_Cutting(serving, frame, aligner, deadline, self._budget, self._run_limit))

    async def _done(self, job: "_Job[T]") -> T:
        running = asyncio.get_running_loop().run_in_executor(self._threads, job)
        while True:
            try:
                async with asyncio.timeout(self._patience_s(job)):
                    return await asyncio.shield(running)
            except TimeoutError:
                if self._patience_s(job) > 0:  # it has begun meanwhile
                    continue
                running.cancel()
                running.add_done_callback(_look)
                raise self._given_up(job) from None

    def _patience_s(self, job: "_Job[T]") -> float:
        began = job.began
        return (job.deadline if began is None else began + self._stuck_after_s) - perf_counter()

    def _given_up(self, job: "_Job[T]") -> DeadlineExceeded | ScoringFailed:
        if job.began is None:
            return DeadlineExceeded("the deadline passed before inference: send a fresh picture")
        return ScoringFailed(f"no verdict within {self._stuck_after_s:g} s: send the next picture")


class _Job(ABC, Generic[T]):
    """What a thread does; ``began`` is when it began to decode and judge what it is at now, None while it waits."""

    def __init__(self, deadline: float, budget: PixelBudget, run_limit: RunLimit) -> None:
        self.deadline = deadline
        self.began: float | None = None
        self._budget = budget
        self._run_limit = run_limit

    @abstractmethod
    def __call__(self) -> T: ...

    @contextmanager
    def _watched(self, pixels: int) -> Iterator[None]:
        """Hold the pixels while something is decoded and judged, and be seen at it."""
        with self._budget.taken(pixels, self.deadline):
            require_time(self.deadline)  # before anything is decoded, too
            self.began = perf_counter()
            number = self._run_limit.begin()
            try:
                yield
            finally:
                self._run_limit.end(number)
                self.began = None


class _Cutting(_Job[tuple[list[Crop], str | None]]):
    """A frame on its way to its crops."""

    def __init__(
        self,
        serving: Serving,
        frame: Crop,
        aligner: Aligner,
        deadline: float,
        budget: PixelBudget,
        run_limit: RunLimit,
    ) -> None:
        super().__init__(deadline, budget, run_limit)
        self._serving = serving
        self._frame = with_header(frame)
        self._aligner = aligner

    def __call__(self) -> tuple[list[Crop], str | None]:
        header = self._frame.header
        decoding = header is not None and may_fit(header, self._aligner)
        with self._watched(header.decoding_pixels if header is not None and decoding else 0):
            return crops_of(self._frame, self._aligner, self._serving.levels)


class _Judging(_Job[list[Outcome]]):
    """Crops on their way to their outcomes."""

    def __init__(
        self,
        serving: Serving,
        crops: Sequence[Crop],
        deadline: float,
        freshness: FreshnessMonitor,
        budget: PixelBudget,
        run_limit: RunLimit,
    ) -> None:
        super().__init__(deadline, budget, run_limit)
        self._serving = serving
        self._crops = crops
        self._freshness = freshness

    def __call__(self) -> list[Outcome]:
        outcomes: list[Outcome] = []
        for group, pixels in self._groups():
            with self._watched(pixels):
                outcomes += judge_each(self._serving, group, self._freshness, self.deadline)
        return outcomes

    def _groups(self) -> Iterator[tuple[list[Crop], int]]:
        group: list[Crop] = []
        together = 0
        for crop in map(with_header, self._crops):
            pixels = pixels_to_decode(self._serving, crop)
            if group and together + pixels > TOGETHER_PIXELS:
                yield group, together
                group, together = [], 0
            group.append(crop)
            together += pixels
        if group:
            yield group, together


def _look(running: asyncio.Future[T]) -> None:
    """Look at the error of a job that was given up, so that asyncio does not complain."""
    if not running.cancelled():
        running.exception()
