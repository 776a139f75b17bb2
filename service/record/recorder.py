"""What follows a verdict: it is kept together with the alarms it raises, then counted, before anybody hears of it."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Sequence
from functools import partial
from typing import NamedTuple

from service.contract.crop import Crop
from service.contract.decision import Decision
from service.contract.errors import JournalUnavailable
from service.contract.journal_entry import Event
from service.monitoring.monitor import Monitor
from service.record.deduplication import DeduplicationKey
from service.record.journal.receipt import DecisionLog
from service.telemetry.metrics import ServiceMetrics

KeepPicture = Callable[[Decision, bytes], Awaitable[object] | None]
"""Keeps the picture of a decision, if it is chosen; returns what to await before the answer leaves."""


Observe = Callable[[Decision, Crop], None]
"""Hears of a decision of record with what was judged; must not wait."""


class Recording(NamedTuple):
    """A decision on its way into the record, which it goes whether or not anybody waits for that."""

    decision: Decision
    keeping: asyncio.Future[None] | None

    async def kept(self) -> Decision:
        """Return the decision of record once it is kept: that on an equal picture, if it came first.

        Raises:
            JournalUnavailable: it cannot be kept, so it may not be given.
        """
        if self.keeping is not None:
            await asyncio.shield(self.keeping)
        return self.decision


def _look(keeping: asyncio.Future[None]) -> None:
    """Look at the error of a recording, so that asyncio does not complain where nobody waits any more."""
    if not keeping.cancelled():
        keeping.exception()


def _each_picture_once(decisions: Sequence[Decision], crops: Sequence[Crop]) -> Iterator[tuple[Decision, Crop]]:
    """Decisions with their crops; all wells of a frame that could not be cut have it as their picture."""
    frames = set[str]()
    for made, crop in zip(decisions, crops, strict=True):
        whole = crop.frame is not None and crop.frame.sha256 == crop.sha256
        if not whole or crop.sha256 not in frames:
            yield made, crop
        if whole:
            frames.add(crop.sha256)


class Recorder:
    """Keeps decisions in the journal, and chosen pictures in the archive."""

    def __init__(
        self,
        journal: DecisionLog,
        keep_picture: KeepPicture,
        monitor: Monitor,
        metrics: ServiceMetrics,
        observe: Observe = lambda _decision, _crop: None,
    ) -> None:
        self._journal = journal
        self._keep_picture = keep_picture
        self._monitor = monitor
        self._metrics = metrics
        self._observe = observe

    async def earlier(self, crop: Crop) -> Decision | None:
        """Return the first decision on the same picture of the same camera, well and time, if there is one."""
        if crop.captured_at is None:
            return None
        return await self._journal.earlier(
            DeduplicationKey(crop.camera_id, crop.well_id, crop.captured_at, crop.sha256)
        )

    def record(
        self, decisions: Sequence[Decision], crops: Sequence[Crop], *, monitored: bool = True
    ) -> list[Recording]:
        """Begin to keep decisions, all or none.

        Args:
            decisions: of the crops, in their order.
            crops: what was judged.
            monitored: whether alarms may follow from them, and cameras are heard of.

        Raises:
            JournalUnavailable: they cannot be kept.
        """
        receipt = self._journal.append(decisions, self._monitor.observe if monitored else None)
        archived = [self._keep_picture(made, crop.image) for made, crop in _each_picture_once(decisions, crops)]
        of_record = [entry for entry in receipt.entries if isinstance(entry, Decision)]
        kept = partial(self._kept, receipt.consequences, decisions, of_record, crops if monitored else ())
        waits = [wait for wait in (receipt.durable, *archived) if wait is not None]
        if not waits:
            kept()
            return [Recording(decision, None) for decision in of_record]
        keeping = asyncio.ensure_future(self._keep(waits, receipt.consequences, kept))
        keeping.add_done_callback(_look)
        return [Recording(decision, keeping) for decision in of_record]

    async def _keep(
        self, waits: Sequence[Awaitable[object]], raised: Sequence[Event], kept: Callable[[], None]
    ) -> None:
        try:
            for wait in waits:
                await wait
        except JournalUnavailable:
            self._monitor.withdraw(raised)
            raise
        kept()

    def _kept(
        self,
        raised: Sequence[Event],
        decisions: Sequence[Decision],
        of_record: Sequence[Decision],
        observed: Sequence[Crop],
    ) -> None:
        self._monitor.kept(raised)
        self._metrics.batch_sizes.observe(len(decisions))
        for made, first in zip(decisions, of_record, strict=True):
            if first is made:
                self._metrics.decided(first)
        for made, first, crop in zip(decisions, of_record, observed, strict=False):
            if first is made:
                self._observe(first, crop)
