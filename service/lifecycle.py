"""From start to stop: what is opened, what runs in the background, and how it ends."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager, suppress
from functools import partial

from fastapi import FastAPI

from service.contract.errors import NotReady
from service.control_room.live_events import LiveEvents
from service.control_room.read_model import ReadModel, open_read_model
from service.monitoring.watchdog import Watchdog
from service.parts import Parts
from service.record.followers.follower import Follower
from service.record.queries.records import Records
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
    app.state.read_model = read_model = await open_read_model(
        parts.journal, parts.archive, parts.monitor, parts.cameras, parts.settings
    )
    parts.monitor.restore(await Records(parts.journal.database).active_alarms())
    parts.monitor.restore_drift(read_model.live_events.board.drifted())
    await parts.models.follow()
    async with asyncio.TaskGroup() as background:
        followers = await start_followers(parts.journal, parts.settings, parts.metrics.record)
        kept = retentions(parts.journal, parts.settings, followers)
        parts.metrics.record.journal_bytes.set_function(lambda: kept[0].bytes_used)
        works: list[Work] = [partial(task, parts) for task in BACKGROUND]
        parts.incidents.add(partial(_out_of_reach, followers))
        works += [partial(_watch_silence, parts, read_model), partial(_watch_troubles, parts, read_model.live_events)]
        works.append(parts.event_outbox.run)
        works += [read_model.live_events.follow, parts.archive.run, *(retention.run for retention in kept)]
        if read_model.others is not None:
            works.append(partial(read_model.live_events.hear, read_model.others.watch, parts.monitor.heard))
        tasks = [background.create_task(_kept_alive(work)) for work in works]
        tasks += [background.create_task(follower.run()) for follower in followers]
        yield
        for task in tasks:
            task.cancel()
    await read_model.close()
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
    settings = parts.settings.self_test
    while True:
        pause_s = settings.interval_s if parts.readiness.ready else settings.retry_s
        with suppress(TimeoutError):
            async with asyncio.timeout(pause_s):
                await parts.models.doubted.wait()
        with suppress(NotReady):
            await parts.models.self_test(routine=True)


async def _watch_silence(parts: Parts, read_model: ReadModel) -> None:
    while True:
        await asyncio.sleep(parts.monitor.check_interval_s)
        parts.event_outbox.add(parts.monitor.check_silence(informed=read_model.informed))
        for camera_id in parts.cameras:
            parts.metrics.cameras.clock_offset(camera_id, parts.watch.clock_offset_s(camera_id) or 0.0)


async def _watch_troubles(parts: Parts, live_events: LiveEvents) -> None:
    """Listeners are told at once, since the trouble may be that the journal takes nothing."""
    while True:
        await asyncio.sleep(TROUBLE_WATCH_S)
        changes = parts.incidents.look()
        live_events.tell(changes)
        parts.event_outbox.add(changes)


def _out_of_reach(followers: Sequence[Follower]) -> dict[str, str]:
    return {follower.name: follower.why for follower in followers if follower.why is not None}


BACKGROUND: tuple[Background, ...] = (_watch_model, _watch_journal, _self_test)
