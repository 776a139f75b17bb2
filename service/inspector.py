"""The use case: pictures come in, are judged and recorded, decisions go out. Knows no HTTP."""

import asyncio
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Executor
from functools import partial
from typing import TypeVar

from service.contract.crop import Crop
from service.contract.decision import Decision, Verdict
from service.contract.errors import JournalUnavailable, ScoringFailed
from service.judging.judge import judge, judge_batch, judge_each
from service.judging.micro_batching import MicroBatcher, require_time
from service.judging.model_switch import ModelSwitch
from service.monitoring.freshness import FreshnessMonitor
from service.record.recorder import Recorder, Recording

T = TypeVar("T")
INLINE_BYTES = 32 * 1024
TRIAL = "trial"
"""The ``cast_id`` of pictures that somebody tried, by which they are told in the record."""


class Inspector:
    """Turns crops into decisions that are on record before they are returned."""

    def __init__(
        self,
        models: ModelSwitch,
        freshness: FreshnessMonitor,
        recorder: Recorder,
        workers: Executor,
        stuck_after_s: float,
    ) -> None:
        self._models = models
        self._freshness = freshness
        self._recorder = recorder
        self._workers = workers
        self._stuck_after_s = stuck_after_s
        self._batcher = MicroBatcher(partial(self._judge_together, monitored=True))
        self._trials = MicroBatcher(partial(self._judge_together, monitored=False))

    async def inspect(self, crop: Crop, deadline: float) -> Decision:
        """Judge one picture; a small one on the event loop, where that is faster than handing it to a thread.

        A picture that was sent before gets its first decision again, as long as that proves anything of its well.
        ``deadline`` is when inference must have begun, on the clock of ``time.perf_counter``.

        Raises:
            DeadlineExceeded: it has not.
            PictureError: the bytes cannot be decoded; no decision is made.
            Unavailable: no model is ready, the scorer failed, or the decision cannot be recorded.
        """
        crop, earlier = await self._seen(crop)
        if earlier is not None:
            return earlier
        return await self._decided(crop, deadline, monitored=True)

    async def try_out(self, crop: Crop, deadline: float) -> Decision:
        """Judge and record a picture that somebody tries; no alarm follows, and no labels but ``TRIAL`` count.

        Raises:
            LeakInspectionError: as ``inspect`` does.
        """
        crop = crop._replace(camera_id=None, well_id=None, cast_id=TRIAL, captured_at=None)
        return await self._decided(crop, deadline, monitored=False)

    async def inspect_batch(self, crops: Sequence[Crop], deadline: float) -> list[Decision]:
        """Judge the crops of one frame in a worker thread, in their order; a bad crop becomes ``unknown``.

        Raises:
            DeadlineExceeded: inference has not begun by the deadline.
            Unavailable: no model is ready, the scorer failed, or the decisions cannot be recorded.
        """
        require_time(deadline)
        seen = [await self._seen(crop) for crop in crops]
        answers = [earlier for _, earlier in seen]
        fresh = [crop for crop, earlier in seen if earlier is None]
        made = await self._in_worker(partial(judge_batch, self._models.require(), fresh))
        recordings = iter(self._recorder.record(made, fresh))
        return [await next(recordings).kept() if earlier is None else earlier for earlier in answers]

    async def _decided(self, crop: Crop, deadline: float, *, monitored: bool) -> Decision:
        if len(crop.image) > INLINE_BYTES:
            require_time(deadline)
            made = await self._in_worker(partial(judge, self._models.require(), crop))
            (recording,) = self._recorder.record([made], [crop], monitored=monitored)
        else:
            recording = await (self._batcher if monitored else self._trials).judge(crop, deadline)
        return await recording.kept()

    def _judge_together(self, crops: Sequence[Crop], *, monitored: bool) -> list[Recording | Exception]:
        """Judge pictures that arrived together, and begin to record the decisions."""
        try:
            outcomes = judge_each(self._models.require(), crops)
        except ScoringFailed as error:
            self._doubt(error)
            raise
        decisions = {place: outcome for place, outcome in enumerate(outcomes) if isinstance(outcome, Decision)}
        begun: dict[int, Recording | Exception] = {}
        for places in _recorded_together(decisions):
            made = [decisions[place] for place in places]
            try:
                recordings = self._recorder.record(made, [crops[place] for place in places], monitored=monitored)
            except JournalUnavailable as error:
                begun |= {place: JournalUnavailable(str(error)) for place in places}
            else:
                begun |= zip(places, recordings, strict=True)
        return [outcome if isinstance(outcome, Exception) else begun[place] for place, outcome in enumerate(outcomes)]

    async def _seen(self, crop: Crop) -> tuple[Crop, Decision | None]:
        """Watch the camera, and find the decision on the same picture.

        A ``no_leak`` is not repeated once its picture is frozen or stale: it is judged anew, as that, and recorded
        without ``captured_at``, by which it would be taken for the first one.
        """
        self._models.require()
        earlier = await self._recorder.earlier(crop)
        crop = self._watched(crop)
        if earlier is None or crop.refusal is None or earlier.verdict is not Verdict.NO_LEAK:
            return crop, earlier
        return crop._replace(captured_at=None), None

    def _watched(self, crop: Crop) -> Crop:
        refusal = self._freshness.judge(crop)
        return crop if refusal is None else crop._replace(refusal=refusal)

    async def _in_worker(self, job: Callable[[], T]) -> T:
        running = asyncio.get_running_loop().run_in_executor(self._workers, job)
        try:
            async with asyncio.timeout(self._stuck_after_s):
                return await running
        except TimeoutError as error:
            stuck = ScoringFailed(f"no verdict within {self._stuck_after_s:g} s: send the next picture")
            self._doubt(stuck)
            raise stuck from error
        except ScoringFailed as error:
            self._doubt(error)
            raise

    def _doubt(self, error: ScoringFailed) -> None:
        """After a scorer that failed nobody is judged until the golden pictures are judged right again."""
        self._models.doubt(f"an inference failed ({error})")


def _recorded_together(decisions: Mapping[int, Decision]) -> Iterator[list[int]]:
    """Places of good wells, which wait for nothing, then of each decision that waits for the disk."""
    good = [place for place, decision in decisions.items() if decision.verdict is Verdict.NO_LEAK]
    if good:
        yield good
    yield from ([place] for place, decision in decisions.items() if decision.verdict is not Verdict.NO_LEAK)
