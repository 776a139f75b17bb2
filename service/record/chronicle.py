"""The chronicle: what happens to the service itself, kept in the journal beside the decisions."""

import logging
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime

import uuid_utils
from pydantic import JsonValue

from service.contract.errors import JournalUnavailable
from service.store.entry import Event, EventKind
from service.store.receipt import DecisionLog

logger = logging.getLogger(__name__)

Note = Callable[[EventKind, Mapping[str, JsonValue]], Awaitable[None]]


async def note(journal: DecisionLog, kind: EventKind, payload: Mapping[str, JsonValue]) -> None:
    """Keep an event; where the journal cannot take it, the log has it, and readiness says what is wrong."""
    try:
        receipt = journal.append([Event(str(uuid_utils.uuid7()), kind, datetime.now(UTC), payload=payload)])
        if receipt.durable is not None:
            await receipt.durable
    except JournalUnavailable as error:
        logger.exception("event not kept", extra={"event": kind, "payload": payload, "problem": str(error)})
