"""A plug that runs in the background: what breaks it is an incident, and it is started again; what plugs follow."""

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable, Mapping
from typing import Final

from service.contract.errors import LeakInspectionError
from service.contract.journal_entry import ALARM_KINDS, DECISION, EventKind
from service.monitoring.alarms.alarm import AlarmState

FIRST_RETRY_S = 0.5
LONGEST_RETRY_S = 30.0

FOLLOWED: Final = (DECISION, *ALARM_KINDS, EventKind.NO_DATA)
"""Kinds of journal entries that every plug with a follower tells of."""

PUT_ASIDE: Final = frozenset((AlarmState.NORMAL, AlarmState.SHELVED))
"""States of alarms that do not count as standing."""

logger = logging.getLogger(__name__)


class RunningPlug:
    """Keeps one plug running.

    Args:
        name: of the plug, and of its incident.
        run: opens the plug, calls its argument once it serves, and returns or raises when it has ended.
        first_retry_s: seconds to the first new start, doubling up to ``LONGEST_RETRY_S``.
        complaint: says what else a person must know of it while it serves, or None.
    """

    def __init__(
        self,
        name: str,
        run: Callable[[Callable[[], None]], Awaitable[None]],
        first_retry_s: float = FIRST_RETRY_S,
        complaint: Callable[[], str | None] = lambda: None,
    ) -> None:
        self._complaint = complaint
        self.name = name
        self._run = run
        self._first_retry_s = first_retry_s
        self._retry_s = first_retry_s
        self._why: str | None = None

    def problems(self) -> Mapping[str, str]:
        """Say what keeps the plug from its work, as a source of incidents."""
        why = self._why or self._complaint()
        return {} if why is None else {self.name: why}

    async def keep_running(self) -> None:
        """Run the plug until cancelled."""
        while True:
            try:
                await self._run(self._serves)
                self._complain("it ended")
            except Exception as error:  # whatever a plug provokes, the inspection goes on
                self._complain(str(error) if isinstance(error, LeakInspectionError | OSError) else repr(error))
            await asyncio.sleep(self._retry_s * random.uniform(0.5, 1.0))  # noqa: S311  # jitter
            self._retry_s = min(2 * self._retry_s, LONGEST_RETRY_S)

    def _serves(self) -> None:
        self._why = None
        self._retry_s = self._first_retry_s

    def _complain(self, reason: str) -> None:
        if self._why is None:
            logger.warning("the plug %s does not serve: %s", self.name, reason)
        self._why = f"the plug {self.name} does not serve ({reason:.200}): it is started again"
