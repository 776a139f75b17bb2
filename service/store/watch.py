"""Watching a database that others write to: the live stream where replicas share one PostgreSQL."""

import asyncio
from collections.abc import AsyncIterator

from service.store.entry import Recorded
from service.store.records import LARGEST_PAGE, Records

LOOK_EVERY_S = 0.3


async def watch(records: Records, sequence: int, look_every_s: float = LOOK_EVERY_S) -> AsyncIterator[list[Recorded]]:
    """Yield what comes after a place, for ever and without a gap, as ``Journal.watch`` does for its own file.

    Replicas insert one after the other, so a sequence that is seen has no lower one still to come.

    Raises:
        Unavailable: the database cannot be reached; watch again from the last sequence.
    """
    while True:
        newer = await records.after(sequence, LARGEST_PAGE)
        if newer:
            sequence = newer[-1].sequence
            yield newer
        if len(newer) < LARGEST_PAGE:
            await asyncio.sleep(look_every_s)
