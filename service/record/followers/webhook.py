"""Alarms to an address of the plant's own: one POST an event, in order, until it is taken."""

from collections.abc import Sequence

import httpx
import orjson

from service.contract.errors import Unavailable
from service.contract.journal_entry import Entry, EventKind, entry_id
from service.record.followers.follower import FollowerPace, Step
from service.record.journal.journal import Journal

TIMEOUT_S = 10.0


class Webhook:
    """Posts each alarm as JSON, with its id in the header ``Idempotency-Key``.

    An alarm counts as taken when the answer is 2xx. It is posted a second time only if the service dies between that
    answer and the note of it on disk; the key tells the receiver.
    """

    name = "webhook"
    from_start = False
    pace = FollowerPace()

    def __init__(
        self,
        journal: Journal,
        url: str,
        kinds: Sequence[EventKind] = (EventKind.ALARM_RAISED,),
        client: httpx.AsyncClient | None = None,
    ) -> None:
        self._journal = journal
        self._url = url
        self._client = client or httpx.AsyncClient(timeout=TIMEOUT_S)
        self.kinds: Sequence[str] = [kind.value for kind in kinds]

    async def advance(self, sequence: int) -> Step:
        """Post the next alarm; what is no alarm is passed over."""
        newest = self._journal.tail.last_sequence
        found = await self._journal.after(sequence, 1, self.kinds)
        if not found:
            return Step(max(newest, sequence), 0)
        await self._post(found[0].entry)
        return Step(found[0].sequence, 1)

    async def close(self) -> None:
        await self._client.aclose()

    async def _post(self, event: Entry) -> None:
        headers = {"Content-Type": "application/json", "Idempotency-Key": entry_id(event)}
        body = orjson.dumps(event, option=orjson.OPT_UTC_Z)
        answer = await self._client.post(self._url, content=body, headers=headers)
        if not answer.is_success:
            raise Unavailable(f"the webhook answers {answer.status_code}")
