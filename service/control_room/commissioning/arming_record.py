"""Arming a camera and undoing that: on record first, then in the file that counts, so that nobody is armed untraced."""

import asyncio
from contextlib import suppress
from datetime import UTC, datetime

from pydantic import JsonValue

from service.contract.errors import Conflict, JournalUnavailable, Unavailable
from service.contract.journal_entry import Event, EventKind, new_id
from service.judging.armings import Arming, Armings
from service.judging.model_switch import Cuts
from service.judging.recorded_choices import armed
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
        said = armed(camera_id, arming, serving.threshold_of(camera_id).value)
        return await self._keep(said, arming, serving)

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
        cut = serving.threshold if after is None else after.value
        return await self._keep(_disarmed(camera_id, serving, operator, reason, cut), None, serving)

    async def restore(self, operator: str, reason: str, serving: Serving) -> Cuts:
        """Keep anew what the record says of the cameras of which the file says another thing.

        Raises:
            Unavailable: it cannot be kept; some may have been, and the others are in doubt as before.
        """
        for camera_id, recorded in [*self._armings.doubtful.items()]:
            if recorded is None:
                said = _disarmed(camera_id, serving, operator, reason, serving.threshold)
                await self._keep(said, None, serving)
            else:
                now = {"event_id": new_id(), "at": datetime.now(UTC), "operator": operator, "reason": reason}
                await self.arm(camera_id, recorded.model_copy(update=now), serving)
        return self._armings.thresholds(serving.artifact)

    async def _keep(self, said: Event, arming: Arming | None, serving: Serving) -> Cuts:
        camera_id = said.camera_id or ""
        await self._journal.append([said]).kept()
        try:
            await asyncio.to_thread(self._armings.put, camera_id, arming)
        except Unavailable as error:
            with suppress(JournalUnavailable):
                await self._journal.append([_undone(said, str(error))]).kept()
            raise
        return self._armings.thresholds(serving.artifact)


def _disarmed(camera_id: str, serving: Serving, operator: str, reason: str, cut: float) -> Event:
    cuts: Said = {"cut_before": serving.threshold_of(camera_id).value, "cut_after": cut}
    said: Said = {"operator": operator, "reason": reason, "artifact": serving.artifact.id}
    return Event(new_id(), EventKind.CAMERA_DISARMED, datetime.now(UTC), camera_id, payload=said | cuts)


def _undone(said: Event, why: str) -> Event:
    kind = EventKind.CAMERA_ARMED if said.kind is EventKind.CAMERA_DISARMED else EventKind.CAMERA_DISARMED
    cuts: Said = {"cut_before": said.payload["cut_after"], "cut_after": said.payload["cut_before"]}
    undone: Said = {"undoes": said.event_id, "reason": why}
    return Event(new_id(), kind, datetime.now(UTC), said.camera_id, payload=undone | cuts)
