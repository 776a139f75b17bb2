"""Arming a camera and undoing that: on record first, then in the file that counts, so that nobody is armed untraced."""

import asyncio
from contextlib import suppress
from datetime import UTC, datetime

from pydantic import JsonValue

from service.contract.errors import Conflict, JournalUnavailable, Unavailable
from service.contract.journal_entry import Event, EventKind, new_id
from service.judging.armings import Arming, Armings
from service.judging.model_switch import Cuts
from service.judging.serving import Serving
from service.record.journal.receipt import DecisionLog

Said = dict[str, JsonValue]


class ArmingRecord:
    """Writes durably; returns the thresholds of all cameras as they are then."""

    def __init__(self, armings: Armings, journal: DecisionLog) -> None:
        self._armings = armings
        self._journal = journal

    async def arm(self, camera_id: str, arming: Arming, serving: Serving) -> Cuts:
        """Keep who gave a camera which cut.

        Raises:
            Unavailable: it cannot be kept; nothing has changed.
        """
        said = arming.model_dump(mode="json", exclude={"event_id", "at", "cut", "instead_of"})
        return await self._keep(camera_id, arming, serving, said, arming.cut)

    async def disarm(self, camera_id: str, operator: str, reason: str, serving: Serving) -> Cuts:
        """Keep who took it back.

        Raises:
            Conflict: nobody has armed the camera here.
            Unavailable: it cannot be kept; nothing has changed.
        """
        if self._armings.of(camera_id) is None:
            in_file = self._armings.in_file(camera_id) is not None
            where = "stands in the cameras file: take it out there" if in_file else "is the artefact's: it is not armed"
            raise Conflict(f"the cut of {camera_id} {where}")
        after = self._armings.thresholds(serving.artifact, without=camera_id).get(camera_id)
        said: Said = {"operator": operator, "reason": reason, "artifact": serving.artifact.id}
        return await self._keep(camera_id, None, serving, said, serving.threshold if after is None else after.value)

    async def _keep(self, camera_id: str, arming: Arming | None, serving: Serving, said: Said, cut: float) -> Cuts:
        before = serving.threshold_of(camera_id).value
        kind = EventKind.CAMERA_DISARMED if arming is None else EventKind.CAMERA_ARMED
        event_id = new_id() if arming is None else arming.event_id
        await self._note(event_id, kind, camera_id, said | {"cut_before": before, "cut_after": cut})
        try:
            await asyncio.to_thread(self._armings.put, camera_id, arming)
        except Unavailable as error:
            undoing = EventKind.CAMERA_ARMED if arming is None else EventKind.CAMERA_DISARMED
            undone: Said = {"undoes": event_id, "reason": str(error), "cut_before": cut, "cut_after": before}
            with suppress(JournalUnavailable):
                await self._note(new_id(), undoing, camera_id, undone)
            raise
        return self._armings.thresholds(serving.artifact)

    async def _note(self, event_id: str, kind: EventKind, camera_id: str, said: Said) -> None:
        await self._journal.append([Event(event_id, kind, datetime.now(UTC), camera_id, payload=said)]).kept()
