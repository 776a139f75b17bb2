"""From start to stop: what is opened, what runs in the background, and how it ends."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager, suppress
from functools import partial

from fastapi import FastAPI

from service.contract.errors import NotReady
from service.control_room.live_events import Feed
from service.control_room.read_model import Reading, open_reading
from service.monitoring.watchdog import Watchdog
from service.parts import Parts
from service.record.followers.follower import Follower
from service.record.queries.sql_records import SqlRecords
from service.record.setup import retentions, start_followers

JOURNAL_CHECK = "journal"
JOURNAL_WATCH_S = 0.5
TROUBLE_WATCH_S = 0.5
RESTART_S = 0.5

logger = logging.getLogger(__name__)

Background = Callable[[Parts], Coroutine[None, None, None]]
Work = Callable[[], Coroutine[None, None, None]]


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    """Open the record, then the model; watch both until the service stops; close in the other order."""
    parts: Parts = app.state.parts
    watchdog = Watchdog(asyncio.get_running_loop(), parts.settings.stuck_after_s, parts.run_limit.longest_s, parts.hung)
    watchdog.start()
    parts.run_limit.start()
    await parts.journal.open()
    parts.readiness.set(JOURNAL_CHECK, parts.journal.why)
    app.state.reading = reading = await open_reading(
        parts.journal, parts.archive, parts.monitor, parts.cameras, parts.settings
    )
    parts.monitor.restore(await SqlRecords(parts.journal.database).active_alarms())
    parts.monitor.restore_drift(reading.feed.board.drifted())
    await parts.models.follow()
    async with asyncio.TaskGroup() as background:
        followers = await start_followers(parts.journal, parts.settings, parts.metrics.record)
        kept = retentions(parts.journal, parts.settings, followers)
        parts.metrics.record.journal_bytes.set_function(lambda: kept[0].bytes_used)
        works: list[Work] = [partial(task, parts) for task in BACKGROUND]
        parts.incidents.add(partial(_out_of_reach, followers))
        works += [partial(_watch_silence, parts, reading), partial(_watch_troubles, parts, reading.feed)]
        works.append(parts.chronicle.run)
        works += [reading.feed.follow, parts.archive.run, *(retention.run for retention in kept)]
        if reading.others is not None:
            works.append(partial(reading.feed.hear, reading.others.watch, parts.monitor.heard))
        tasks = [background.create_task(_kept_alive(work)) for work in works]
        tasks += [background.create_task(follower.run()) for follower in followers]
        yield
        for task in tasks:
            task.cancel()
    await reading.close()
    await parts.archive.close()
    await parts.journal.close()
    parts.workers.shutdown(wait=False, cancel_futures=True)
    parts.run_limit.close()
    watchdog.close()


async def _kept_alive(work: Work) -> None:
    """Start a task again that failed: while it is away nobody looks after what it looks after."""
    while True:
        try:
            await work()
        except Exception:
            logger.exception("a background task failed")
        await asyncio.sleep(RESTART_S)


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
        pause_s = settings.self_test_interval_s if parts.readiness.ready else settings.self_test_retry_s
        with suppress(TimeoutError):
            async with asyncio.timeout(pause_s):
                await parts.models.doubted.wait()
        with suppress(NotReady):
            await parts.models.self_test(routine=True)


async def _watch_silence(parts: Parts, reading: Reading) -> None:
    while True:
        await asyncio.sleep(parts.monitor.check_interval_s)
        parts.chronicle.add(parts.monitor.check_silence(informed=reading.informed))
        for camera_id in parts.cameras:
            parts.metrics.cameras.clock_offset(camera_id, parts.watch.clock_offset_s(camera_id) or 0.0)


async def _watch_troubles(parts: Parts, feed: Feed) -> None:
    """Listeners are told at once, since the trouble may be that the journal takes nothing."""
    while True:
        await asyncio.sleep(TROUBLE_WATCH_S)
        changes = parts.incidents.look()
        feed.tell(changes)
        parts.chronicle.add(changes)


def _out_of_reach(followers: Sequence[Follower]) -> dict[str, str]:
    return {follower.name: follower.why for follower in followers if follower.why is not None}


BACKGROUND: tuple[Background, ...] = (_watch_model, _watch_journal, _self_test)
