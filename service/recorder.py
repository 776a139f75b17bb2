"""What follows a verdict: it is kept together with the alarms it raises, then counted, before anybody hears of it."""

from collections.abc import Awaitable, Sequence
from typing import Protocol

from service.contract.decision import Decision
from service.contract.errors import JournalUnavailable
from service.judging.shot import Shot
from service.oversight import Oversight
from service.store.receipt import DecisionLog
from service.store.sightings import Sighting
from service.telemetry.metrics import Metrics


class PictureArchive(Protocol):
    """What the recorder needs of the archive."""

    def keep(self, decision: Decision, data: bytes) -> Awaitable[object] | None:
        """Keep the picture of a decision, if it is chosen; return what to await before the answer leaves."""


class Recorder:
    """Keeps decisions in the journal, and chosen pictures in the archive."""

    def __init__(self, journal: DecisionLog, archive: PictureArchive, oversight: Oversight, metrics: Metrics) -> None:
        self._journal = journal
        self._archive = archive
        self._oversight = oversight
        self._metrics = metrics

    async def earlier(self, shot: Shot) -> Decision | None:
        """Return the first decision on the same picture of the same camera, well and time, if there is one."""
        if shot.captured_at is None:
            return None
        return await self._journal.earlier(Sighting(shot.camera_id, shot.well_id, shot.captured_at, shot.sha256))

    async def record(
        self, decisions: Sequence[Decision], shots: Sequence[Shot], *, overseen: bool = True
    ) -> list[Decision]:
        """Keep decisions and return those of record: an equal picture that came first has the word.

        Args:
            decisions: of the shots, in their order.
            shots: what was judged.
            overseen: whether alarms may follow from them, and cameras are heard of.

        Raises:
            JournalUnavailable: they cannot be kept, so none may be given.
        """
        raised = self._oversight.observe(decisions) if overseen else []
        try:
            receipt = self._journal.append([*decisions, *raised])
            kept = [self._archive.keep(made, shot.image) for made, shot in zip(decisions, shots, strict=True)]
            for waits in (receipt.durable, *kept):
                if waits is not None:
                    await waits
        except JournalUnavailable:
            self._oversight.withdraw(raised)
            raise
        self._oversight.kept(raised)
        self._metrics.batch_sizes.observe(len(decisions))
        of_record = [entry for entry in receipt.entries if isinstance(entry, Decision)]
        for made, first in zip(decisions, of_record, strict=True):
            if first is made:
                self._metrics.decided(first)
        return of_record
