"""What the registers of one well say: its last decision, the handshake, and everything that makes that doubtful."""

import math
import struct
from datetime import UTC, datetime, timedelta
from uuid import UUID

from service.contract.decision import Decision, Verdict
from service.plugs.modbus.registers import Flag, Result

RESULTS = {Verdict.NO_LEAK: Result.NO_LEAK, Verdict.LEAK: Result.LEAK, Verdict.UNKNOWN: Result.UNKNOWN}
LAST = 0xFFFF
BODY = struct.Struct(">7HfQQ16s8s")


class WellBlock:
    """One well, as a controller sees it.

    Args:
        valid: how long a result counts; then it is ``SILENT``.
        patience: how long a trigger waits for its picture.
    """

    def __init__(self, valid: timedelta, patience: timedelta) -> None:
        self._valid = valid
        self._patience = patience
        self._decision: Decision | None = None
        self._result = Result.NONE
        self._sequence = 0
        self._answered = 0
        self._waiting: tuple[int, datetime] | None = None
        self._alarms: set[str] = set()
        self.revision = 0
        """One more with each change."""

    @property
    def busy(self) -> bool:
        """Whether a trigger waits for its result."""
        return self._waiting is not None

    def trigger(self, number: int, now: datetime) -> None:
        """Wait for a picture that comes from now on."""
        self._waiting = (number, now)
        self.revision += 1

    def alarm_opened(self, alarm_id: str) -> None:
        self._alarms.add(alarm_id)
        self.revision += 1

    def alarm_closed(self, alarm_id: str) -> None:
        self._alarms.discard(alarm_id)
        self.revision += 1

    def decided(self, decision: Decision) -> None:
        """Take in a decision; it answers a trigger if its picture came in after that."""
        self._show(RESULTS.get(decision.verdict, Result.UNKNOWN), decision)
        if self._waiting is not None and decision.received_at >= self._waiting[1]:
            self._answer()

    def silent(self) -> None:
        """Know that nothing has been heard of the well for longer than it should be."""
        self._show(Result.SILENT, None)

    def look(self, now: datetime) -> None:
        """Let old results and triggers without a picture become ``SILENT``."""
        if self._waiting is not None and now - self._waiting[1] > self._patience:
            self.silent()
            self._answer()
        elif self._decision is not None and now - self._decision.received_at > self._valid:
            self.silent()

    def alarms_in(self, *, ready: bool) -> bool:
        """Whether anything but a good result stands, where the service is ready."""
        return not ready or self._result is not Result.NO_LEAK or bool(self._alarms)

    def words(self, *, ready: bool) -> list[int]:
        """The registers from ``answered`` on; all of one moment."""
        judged = self._result in {Result.NO_LEAK, Result.LEAK}
        decision = self._decision
        ratio = math.nan if decision is None or decision.score_ratio is None else decision.score_ratio
        packed = BODY.pack(
            self._answered,
            _flag(self.busy),
            _flag(self.busy or not ready),
            self._result,
            _flag(self.alarms_in(ready=ready)),
            _flag(not judged),
            self._sequence,
            min(ratio, 1e38),
            _ms(None if decision is None else decision.captured_at),
            _ms(None if decision is None else decision.received_at),
            bytes(16) if decision is None else UUID(decision.decision_id).bytes,
            bytes(8) if decision is None else bytes.fromhex(decision.model.artifact_sha256)[:8],
        )
        return [*struct.unpack(f">{len(packed) // 2}H", packed)]

    def _show(self, result: Result, decision: Decision | None) -> None:
        self._result, self._decision = result, decision
        self._sequence = self._sequence % LAST + 1
        self.revision += 1

    def _answer(self) -> None:
        if self._waiting is not None:
            self._answered, self._waiting = self._waiting[0], None


def _flag(alert: object) -> Flag:
    return Flag.ALERT if alert else Flag.SAFE


def _ms(time: datetime | None) -> int:
    return 0 if time is None else max(0, int((time - datetime(1970, 1, 1, tzinfo=UTC)) / timedelta(milliseconds=1)))
