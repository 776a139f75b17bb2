"""Worker threads: they judge batches and large pictures, within a budget of pixels and while there is time."""

import asyncio
from collections.abc import Iterator, Sequence
from concurrent.futures import Executor
from time import perf_counter

from service.contract.crop import Crop
from service.contract.errors import DeadlineExceeded, ScoringFailed
from service.contract.run_limit import RunLimit
from service.judging.deadline import require_time
from service.judging.judge import Outcome, judge_each, pixels_to_decode, with_header
from service.judging.pixel_budget import PixelBudget
from service.judging.serving import Serving
from service.monitoring.freshness import FreshnessMonitor

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
        job = _Job(serving, crops, deadline, freshness, self._budget, self._run_limit)
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

    def _patience_s(self, job: "_Job") -> float:
        began = job.began
        return (job.deadline if began is None else began + self._stuck_after_s) - perf_counter()

    def _given_up(self, job: "_Job") -> DeadlineExceeded | ScoringFailed:
        if job.began is None:
            return DeadlineExceeded("the deadline passed before inference: send a fresh picture")
        return ScoringFailed(f"no verdict within {self._stuck_after_s:g} s: send the next picture")


class _Job:
    """What a thread does; ``began`` is when it began to decode and judge what it is at now, None while it waits."""

    def __init__(
        self,
        serving: Serving,
        crops: Sequence[Crop],
        deadline: float,
        freshness: FreshnessMonitor,
        budget: PixelBudget,
        run_limit: RunLimit,
    ) -> None:
        self._serving = serving
        self._crops = crops
        self._freshness = freshness
        self._budget = budget
        self._run_limit = run_limit
        self.deadline = deadline
        self.began: float | None = None

    def __call__(self) -> list[Outcome]:
        outcomes: list[Outcome] = []
        for group, pixels in self._groups():
            with self._budget.taken(pixels, self.deadline):
                outcomes += self._judged(group)
        return outcomes

    def _judged(self, group: Sequence[Crop]) -> list[Outcome]:
        require_time(self.deadline)  # before anything is decoded, too
        self.began = perf_counter()
        number = self._run_limit.begin()
        try:
            return judge_each(self._serving, group, self._freshness, self.deadline)
        finally:
            self._run_limit.end(number)
            self.began = None

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


def _look(running: asyncio.Future[list[Outcome]]) -> None:
    """Look at the error of a job that was given up, so that asyncio does not complain."""
    if not running.cancelled():
        running.exception()
