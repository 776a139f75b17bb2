"""The use case: pictures come in, are judged and recorded, decisions go out. Knows no HTTP."""

from collections.abc import Iterator, Mapping, Sequence
from functools import partial

from service.contract.crop import Crop
from service.contract.decision import Decision, Reason, Verdict
from service.contract.errors import JournalUnavailable, MalformedField, PictureError, ScoringFailed
from service.judging.deadline import require_time
from service.judging.judge import Outcome, decided, judge_each, pixels_to_decode, with_header
from service.judging.micro_batching import MicroBatcher
from service.judging.model_switch import ModelSwitch
from service.judging.serving import Serving
from service.judging.workers import JudgingWorkers
from service.monitoring.freshness import FreshnessMonitor
from service.record.recorder import Recorder, Recording

SMALL_BYTES = 32 * 1024
SMALL_PIXELS = 100_000
"""Of a picture that takes a millisecond, in which the event loop may do nothing else."""

TRIAL = "trial"
"""The ``cast_id`` of pictures that somebody tried, by which they are told in the record."""


class Inspector:
    """Turns crops into decisions that are on record before they are returned."""

    def __init__(
        self,
        models: ModelSwitch,
        freshness: FreshnessMonitor,
        recorder: Recorder,
        workers: JudgingWorkers,
    ) -> None:
        self._models = models
        self._freshness = freshness
        self._recorder = recorder
        self._workers = workers
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
        if crop.captured_at is not None:
            crop, earlier = await self._seen(crop)
            if earlier is not None:
                return earlier
        return await self._decided(crop, deadline, monitored=True)

    async def try_out(self, crop: Crop, deadline: float) -> Decision:
        """Judge and record a picture that somebody tries, as one of the cast ``TRIAL``; no alarm follows.

        Raises:
            MalformedField: it has labels, and who labels a picture wants it to count.
            LeakInspectionError: as ``inspect`` does.
        """
        if any((crop.camera_id, crop.well_id, crop.cast_id, crop.captured_at)):
            raise MalformedField("labels: a trial counts for no camera and no well, send it to /v1/inspect or bare")
        return await self._decided(crop._replace(cast_id=TRIAL), deadline, monitored=False)

    async def inspect_batch(self, crops: Sequence[Crop], deadline: float) -> list[Decision]:
        """Judge the crops of one frame in a worker thread, in their order; a bad crop becomes ``unknown``.

        Raises:
            DeadlineExceeded: inference has not begun by the deadline.
            Unavailable: no model is ready, the scorer failed, or the decisions cannot be recorded.
        """
        require_time(deadline)
        self._models.require()
        seen = [(crop, None) if crop.captured_at is None else await self._seen(crop) for crop in crops]
        answers = [earlier for _, earlier in seen]
        fresh = [crop for crop, earlier in seen if earlier is None]
        serving = self._models.require()
        made = decided(serving, fresh, await self._in_worker(serving, fresh, deadline))
        recordings = self._recorder.record(made, fresh)
        if recordings:
            await recordings[0].kept()  # all are kept together
        decisions = iter(recordings)
        return [next(decisions).decision if earlier is None else earlier for earlier in answers]

    async def _decided(self, crop: Crop, deadline: float, *, monitored: bool) -> Decision:
        serving = self._models.require()
        if len(crop.image) <= SMALL_BYTES:
            crop = with_header(crop)
        if _is_small(serving, crop):
            recording = await (self._batcher if monitored else self._trials).judge(crop, deadline)
            return await recording.kept()
        require_time(deadline)
        (outcome,) = await self._in_worker(serving, [crop], deadline)
        if isinstance(outcome, PictureError):
            raise outcome
        (recording,) = self._recorder.record([outcome], [crop], monitored=monitored)
        return await recording.kept()

    def _judge_together(self, crops: Sequence[Crop], *, monitored: bool) -> list[Recording | Exception]:
        """Judge pictures that arrived together, and begin to record the decisions."""
        try:
            outcomes = judge_each(self._models.require(), crops, self._freshness)
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
            except Exception as error:  # what has been recorded must not be judged and recorded again
                begun |= dict.fromkeys(places, error)
            else:
                begun |= zip(places, recordings, strict=True)
        return [outcome if isinstance(outcome, Exception) else begun[place] for place, outcome in enumerate(outcomes)]

    async def _seen(self, crop: Crop) -> tuple[Crop, Decision | None]:
        """Watch the camera that says when it took a picture, and find the decision on the same one.

        A ``no_leak`` is not repeated once its picture is frozen or stale: it is judged anew, as that, and recorded
        without ``captured_at``, by which it would be taken for the first one.
        """
        self._models.require()
        earlier = await self._recorder.earlier(crop)
        refusal = self._freshness.judge(crop)
        if earlier is None:
            return crop.watched(refusal, self._freshness.stale_at(crop)), None
        if refusal is None and self._freshness.has_frozen(crop, earlier.received_at):
            refusal = Reason.FROZEN
        if refusal is None or earlier.verdict is not Verdict.NO_LEAK:
            return crop, earlier
        return crop._replace(refusal=refusal, captured_at=None), None

    async def _in_worker(self, serving: Serving, crops: Sequence[Crop], deadline: float) -> list[Outcome]:
        try:
            return await self._workers.judge(serving, crops, deadline, self._freshness)
        except ScoringFailed as error:
            self._doubt(error)
            raise

    def _doubt(self, error: ScoringFailed) -> None:
        """After a scorer that failed nobody is judged until the golden pictures are judged right again."""
        self._models.doubt(f"an inference failed ({error})")


def _is_small(serving: Serving, crop: Crop) -> bool:
    """Whether judging takes no longer than handing over to a thread would; a few bytes may hold many pixels."""
    if len(crop.image) > SMALL_BYTES:
        return False
    header = crop.header
    return header is None or header.decoding_pixels <= SMALL_PIXELS or not pixels_to_decode(serving, crop)


def _recorded_together(decisions: Mapping[int, Decision]) -> Iterator[list[int]]:
    """Places of good wells, which wait for nothing, then of each decision that waits for the disk."""
    good = [place for place, decision in decisions.items() if decision.verdict is Verdict.NO_LEAK]
    if good:
        yield good
    yield from ([place] for place, decision in decisions.items() if decision.verdict is not Verdict.NO_LEAK)
