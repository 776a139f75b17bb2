"""From start to stop: what is opened, what runs in the background, and how it ends."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from functools import partial
from time import time

from fastapi import FastAPI

from service.app.components import JOURNAL_CHECK, Components
from service.contract.errors import NotReady
from service.judging.recorded_choices import armed, recorded_choices
from service.monitoring.watchdog import Watchdog

JOURNAL_WATCH_S = 0.5
INCIDENT_WATCH_S = 0.5
SHELF_WATCH_S = 0.5
SHIFT_WATCH_S = 1.0
RESTART_S = 0.5

logger = logging.getLogger(__name__)

Task = Callable[[], Coroutine[None, None, None]]


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    """Open the record, then the model; watch both until the service stops; close in the other order."""
    parts: Components = app.state.needs
    watchdog = Watchdog(asyncio.get_running_loop(), parts.settings.stuck_after_s, parts.run_limit.longest_s, parts.hung)
    watchdog.start()
    parts.run_limit.start()
    await _open(parts)
    async with asyncio.TaskGroup() as background:
        tasks = [background.create_task(_kept_alive(task)) for task in _tasks(parts)]
        tasks += [background.create_task(follower.run()) for follower in parts.followers]
        yield
        await parts.what_if.close()
        await parts.rescoring.close()
        for task in tasks:
            task.cancel()
    await parts.shadow.close()
    await asyncio.to_thread(parts.shift.save, parts.shift.content())
    if parts.shared is not None:
        await parts.shared.close()
    await parts.archive.close()
    await parts.journal.close()
    parts.workers.shutdown(wait=False, cancel_futures=True)
    parts.run_limit.close()
    watchdog.close()


async def _open(parts: Components) -> None:
    """Open the journal, bring board, alarms and drift to where they were, and serve the artefact."""
    journal, own_records = parts.journal, parts.own_records
    await journal.open()
    parts.readiness.set(JOURNAL_CHECK, journal.why)
    await parts.live_events.begin(own_records, journal.tail.last_sequence)
    yesterday = datetime.now(UTC) - timedelta(days=1)
    parts.alarms.restore(await own_records.standing_alarms(), await own_records.raised_since(yesterday))
    parts.monitor.restore_drift(parts.live_events.board.drifted())
    served_before = await _recall(parts)
    await parts.models.follow()
    await asyncio.to_thread(parts.shift.restore, expected=served_before)
    for follower in parts.followers:
        await follower.start()


async def _recall(parts: Components) -> bool:
    """Let the record be a witness of what people chose; return whether it knows that the service ran here before.

    Armings of which it says nothing, as it is a new one, are written into it, so that it can be one the next time.
    """
    recorded = await recorded_choices(parts.own_records)
    parts.models.recall(recorded.activated)
    parts.shadow.recorded = recorded.shadow
    unknown = parts.armings.recall(recorded.armings)
    parts.event_outbox.add([armed(camera_id, arming, arming.cut) for camera_id, arming in unknown.items()])
    parts.clock.expected = recorded.activated is not None
    return parts.clock.expected


def _tasks(parts: Components) -> list[Task]:
    watches = (_follow_artifact, _watch_journal, _self_test, _watch_silence, _watch_shelf, _watch_incidents)
    tasks: list[Task] = [partial(watch, parts) for watch in (*watches, _watch_shift)]
    tasks += [parts.event_outbox.run, parts.live_events.follow, partial(parts.archive.run, parts.clock)]
    tasks += [parts.shadow.keep, parts.commissioning.keep_up]
    tasks += [plug.keep_running for plug in parts.plugs]
    tasks += [camera.keep_pulling for camera in parts.pulled]
    tasks += [partial(retention.run, parts.clock) for retention in parts.retentions]
    if parts.other_replicas is not None:
        tasks.append(partial(parts.live_events.hear, parts.other_replicas.watch, parts.monitor.heard))
    return tasks


async def _kept_alive(task: Task) -> None:
    """Start a task again that failed: while it is away nobody looks after what it looks after."""
    while True:
        try:
            await task()
        except Exception:
            logger.exception("a background task failed")
        await asyncio.sleep(RESTART_S)


async def _follow_artifact(parts: Components) -> None:
    while True:
        await asyncio.sleep(parts.settings.watch_interval_s)
        await parts.models.follow()


async def _watch_journal(parts: Components) -> None:
    while True:
        await asyncio.sleep(JOURNAL_WATCH_S)
        parts.readiness.set(JOURNAL_CHECK, parts.journal.why)


async def _self_test(parts: Components) -> None:
    settings = parts.settings.self_test
    while True:
        pause_s = settings.interval_s if parts.readiness.ready else settings.retry_s
        with suppress(TimeoutError):
            async with asyncio.timeout(pause_s):
                await parts.models.doubted.wait()
        with suppress(NotReady):
            await parts.models.self_test(routine=True)


async def _watch_silence(parts: Components) -> None:
    others = parts.other_replicas
    while True:
        await asyncio.sleep(parts.monitor.check_interval_s)
        parts.event_outbox.add(parts.monitor.check_silence(informed=others is not None and others.reached))
        for camera_id in parts.cameras:
            parts.metrics.cameras.clock_offset(camera_id, parts.freshness.clock_offset_s(camera_id) or 0.0)


async def _watch_shelf(parts: Components) -> None:
    while True:
        await asyncio.sleep(SHELF_WATCH_S)
        parts.event_outbox.add(parts.alarms.check())


async def _watch_shift(parts: Components) -> None:
    while True:
        parts.event_outbox.add(parts.shift.look(time()))
        shifts = {camera: known.shifted_at is not None for camera, known in parts.shift.cameras.items()}
        for camera_id, shifted in shifts.items():
            parts.metrics.cameras.shift(camera_id, parts.shift.ratio(camera_id), shifted=shifted)
        if parts.shift.changed:
            await asyncio.to_thread(parts.shift.save, parts.shift.content())
        await asyncio.sleep(SHIFT_WATCH_S)


async def _watch_incidents(parts: Components) -> None:
    """Listeners are told at once, since the incident may be that the journal takes nothing."""
    while True:
        await asyncio.sleep(INCIDENT_WATCH_S)
        changes = parts.incidents.look()
        parts.live_events.tell(changes)
        parts.event_outbox.add(changes)
