"""From start to stop: what is opened, what runs in the background, and how it ends."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager, suppress

from fastapi import FastAPI

from service.contract.errors import JournalUnavailable, NotReady
from service.following import retentions, start_followers
from service.parts import Parts
from service.reading import open_reading
from service.store.entry import Event
from service.store.sql_records import SqlRecords

JOURNAL_CHECK = "journal"
JOURNAL_WATCH_S = 0.5

Background = Callable[[Parts], Coroutine[None, None, None]]


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    """Open the record, then the model; watch both until the service stops; close in the other order."""
    parts: Parts = app.state.parts
    await parts.journal.open()
    parts.readiness.set(JOURNAL_CHECK, parts.journal.why)
    app.state.reading = reading = await open_reading(
        parts.journal, parts.archive, parts.oversight, parts.cameras, parts.settings
    )
    parts.oversight.restore(await SqlRecords(parts.journal.database).active_alarms())
    await parts.models.follow()
    async with asyncio.TaskGroup() as background:
        tasks = [background.create_task(task(parts)) for task in BACKGROUND]
        tasks += [background.create_task(task) for task in (reading.feed.follow(), parts.archive.run())]
        followers = await start_followers(parts.journal, parts.settings, parts.metrics.record)
        kept = retentions(parts.journal, parts.settings, followers)
        parts.metrics.record.journal_bytes.set_function(lambda: kept[0].bytes_used)
        tasks += [background.create_task(follower.run()) for follower in followers]
        tasks += [background.create_task(retention.run()) for retention in kept]
        yield
        for task in tasks:
            task.cancel()
    await parts.archive.close()
    await parts.journal.close()
    parts.workers.shutdown()


async def _watch_model(parts: Parts) -> None:
    while True:
        await asyncio.sleep(parts.settings.watch_interval_s)
        await parts.models.follow()


async def _watch_journal(parts: Parts) -> None:
    while True:
        await asyncio.sleep(JOURNAL_WATCH_S)
        parts.readiness.set(JOURNAL_CHECK, parts.journal.why)


async def _self_test(parts: Parts) -> None:
    settings = parts.settings
    while True:
        await asyncio.sleep(settings.self_test_interval_s if parts.readiness.ready else settings.self_test_retry_s)
        with suppress(NotReady):
            await parts.models.self_test()


async def _watch_silence(parts: Parts) -> None:
    unkept: list[Event] = []
    while True:
        await asyncio.sleep(parts.oversight.check_interval_s)
        unkept += parts.oversight.check_silence()
        if unkept:
            with suppress(JournalUnavailable):
                receipt = parts.journal.append(unkept)
                if receipt.durable is not None:
                    await receipt.durable
                unkept = []


BACKGROUND: tuple[Background, ...] = (_watch_model, _watch_journal, _self_test, _watch_silence)
