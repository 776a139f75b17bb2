"""What follows a verdict: it is kept together with the alarms it raises, then counted, before anybody hears of it."""

from collections.abc import Sequence

from service.contract.decision import Decision
from service.contract.errors import JournalUnavailable
from service.judging import Shot
from service.metrics import Metrics
from service.oversight import Oversight
from service.store.receipt import DecisionLog
from service.store.sightings import Sighting


class Recorder:
    """Keeps decisions in the journal."""

    def __init__(self, journal: DecisionLog, oversight: Oversight, metrics: Metrics) -> None:
        self._journal = journal
        self._oversight = oversight
        self._metrics = metrics

    async def earlier(self, shot: Shot) -> Decision | None:
        """Return the first decision on the same picture of the same camera, well and time, if there is one."""
        if shot.captured_at is None:
            return None
        return await self._journal.earlier(Sighting(shot.camera_id, shot.well_id, shot.captured_at, shot.sha256))

    async def record(self, decisions: Sequence[Decision]) -> list[Decision]:
        """Keep decisions and return those of record: an equal picture that came first has the word.

        Raises:
            JournalUnavailable: they cannot be kept, so none may be given.
        """
        raised = self._oversight.observe(decisions)
        try:
            receipt = self._journal.append([*decisions, *raised])
            if receipt.durable is not None:
                await receipt.durable
        except JournalUnavailable:
            self._oversight.withdraw(raised)
            raise
        self._oversight.kept(raised)
        self._metrics.batch_sizes.observe(len(decisions))
        of_record = [entry for entry in receipt.entries if isinstance(entry, Decision)]
        for made, kept in zip(decisions, of_record, strict=True):
            if kept is made:
                self._metrics.decided(kept)
        return of_record
