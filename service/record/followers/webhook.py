"""Alarms to an address of the plant's own: one POST an event, in order, until it is taken or refused for good."""

import logging
from collections.abc import Callable, Sequence
from http import HTTPStatus

import httpx
import orjson

from service.contract.errors import Unavailable
from service.contract.journal_entry import ALARM_KINDS, Event, EventKind
from service.record.followers.follower import FollowerPace, Step
from service.record.followers.payload import PayloadTemplate, signature
from service.record.journal.journal import Journal

TIMEOUT_S = 10.0
TEMPORARY = frozenset({HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_EARLY, HTTPStatus.TOO_MANY_REQUESTS})
SIGNATURE_HEADER = "X-Signature-256"

logger = logging.getLogger(__name__)


class Webhook:
    """Posts each alarm, and each change of its state, as JSON, with the event's id in the header ``Idempotency-Key``.

    Of an alarm that chatters, its return and recurrence are not posted: it is there, and whoever gets it knows.

    An alarm counts as taken when the answer is 2xx. It is posted a second time only if the service dies between that
    answer and the note of it on disk; the key tells the receiver. What the receiver refuses for good, by a redirect or
    4xx, is passed over: repeating it would keep back every alarm behind it.

    Args:
        journal: where the alarms are.
        url: where they go.
        client: the HTTP client.
        template: the shape of the body, the event as it is without one.
        secret: signs the body, in the header ``X-Signature-256``.
        refused: is told the status of each refusal.
    """

    name = "webhook"
    kinds: Sequence[str] = tuple(kind.value for kind in ALARM_KINDS)
    from_start = False
    pace = FollowerPace()

    def __init__(
        self,
        journal: Journal,
        url: str,
        client: httpx.AsyncClient | None = None,
        template: PayloadTemplate | None = None,
        secret: bytes | None = None,
        refused: Callable[[int], None] = lambda _: None,
    ) -> None:
        self._journal = journal
        self._url = url
        self._client = client or httpx.AsyncClient(timeout=TIMEOUT_S)
        self._template = template
        self._secret = secret
        self._refused = refused
        self._passed_over = 0
        self._why: str | None = None

    async def advance(self, sequence: int) -> Step:
        """Post the next alarm; what is no alarm is passed over."""
        newest = self._journal.tail.last_sequence
        found = await self._journal.after(sequence, 1, self.kinds)
        if not found:
            return Step(max(newest, sequence), 0, self._why)
        place, event = found[0]
        if isinstance(event, Event) and not _is_chatter(event):
            await self._post(event)
        return Step(place, 1, self._why)

    async def close(self) -> None:
        """Close the connections."""
        await self._client.aclose()

    async def _post(self, event: Event) -> None:
        body = orjson.dumps(event if self._template is None else self._template.fill(event), option=orjson.OPT_UTC_Z)
        headers = {"Content-Type": "application/json", "Idempotency-Key": event.event_id}
        if self._secret is not None:
            headers[SIGNATURE_HEADER] = signature(self._secret, body)
        answer = await self._client.post(self._url, content=body, headers=headers)
        if answer.is_success:
            self._passed_over, self._why = 0, None
        elif answer.is_redirect or (answer.is_client_error and answer.status_code not in TEMPORARY):
            self._pass_over(event, answer)
        else:
            raise Unavailable(f"the webhook answers {answer.status_code}")

    def _pass_over(self, event: Event, answer: httpx.Response) -> None:
        self._passed_over += 1
        code, target = answer.status_code, answer.headers.get("location")
        means = "refuses" if target is None else f"redirects to {target}: set LEAK_INSPECTION_WEBHOOK_URL to that"
        self._why = f"the webhook answers {code} and {means}; {self._passed_over} alarms were passed over"
        self._refused(code)
        logger.error("alarm %s of %s %s: %s", event.event_id, event.camera_id, event.well_id, self._why)


def _is_chatter(event: Event) -> bool:
    comes_and_goes = event.kind in {EventKind.ALARM_RETURNED, EventKind.ALARM_RECURRED}
    return comes_and_goes and bool(event.payload.get("chattering"))
