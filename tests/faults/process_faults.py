"""Faults of the process: signals, limits, hangs; what was acknowledged stays on record."""

import asyncio
import os
import resource
import signal
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import cv2

from service.contract.artifact import write_active
from service.contract.journal_entry import entry_id
from service.record.database.engine import sqlite_engine
from service.record.queries.lookup import entries_after
from service.settings import JOURNAL_FILE
from tests.eventually import PATIENCE_S, eventually
from tests.faults.artifact_faults import LEAK_FOUND
from tests.faults.fault import NOBODY, Fault
from tests.faults.process import HANGING, SERVE, Process, running
from tests.faults.rig import GOOD, LEAK, Rig
from tests.faults.stored_faults import LAX, STRICT, WHO, arm
from tests.pictures import jpeg
from tests.small_artifact import rewrite_manifest, write_artifact
from tests.wells import good_well

MIB = 1024 * 1024
KILLS = int(os.environ.get("KILLS", "3"))
UNKEPT = ("503 journal-unavailable", "503 not-ready")


def on_record(rig: Rig) -> set[str]:
    """The ids of everything in the journal's file."""
    engine = sqlite_engine(rig.data_dir / JOURNAL_FILE)
    with engine.connect() as connection:
        found = {entry_id(entry) for _, entry in entries_after(connection, 0, 1_000_000, ())}
    engine.dispose()
    return found


async def load(served: Process, acknowledged: list[str], **labels: str) -> None:
    """Send leaks until nobody answers any more."""
    while (decision := await served.post(LEAK, **labels)) != "":
        acknowledged.append(decision)


async def killed(rig: Rig) -> None:
    acknowledged: list[str] = []
    for _ in range(KILLS):
        async with running(rig) as served:
            senders = [asyncio.create_task(load(served, acknowledged)) for _ in range(4)]
            before = len(acknowledged)
            while len(acknowledged) < before + 40:  # noqa: ASYNC110  # the senders set no event
                await asyncio.sleep(0.01)
            served.process.kill()
            await asyncio.gather(*senders)
    assert acknowledged
    assert set(acknowledged) <= on_record(rig)


async def killed_with_all_at_work(rig: Rig) -> None:
    """A camera is armed, a shadow judges one of ten, pictures are judged again: no kill loses an answer or a choice."""
    rewrite_manifest(rig.active, threshold={"value": LAX, "strategy": "decision_stump"})
    served = rig.active.name
    other = write_artifact(rig.artifacts, "other", shade=0.01)
    write_active(rig.artifacts, served)
    now = datetime.now(UTC)
    async with rig.serving() as prepared:
        await arm(prepared, STRICT)
        shadow = {"artifact": other, "every": 10, **WHO}
        assert (await prepared.client.post("/v1/model/shadow", json=shadow)).is_success
    acknowledged: list[str] = []
    for kill in range(KILLS):
        order = {
            "artifact": other,
            "from": str(now - timedelta(days=1)),
            "to": str(now + timedelta(days=1, hours=kill)),
        }
        async with running(rig, stuck_after_s=300) as served_now:  # a machine under load is not to be taken for a hang
            assert (await served_now.client.post("/v1/what-if/rescoring", json=order)).is_success
            senders = [asyncio.create_task(load(served_now, acknowledged, camera_id="cam-1")) for _ in range(4)]
            before = len(acknowledged)
            while len(acknowledged) < before + 40:  # noqa: ASYNC110  # the senders set no event
                await asyncio.sleep(0.01)
            served_now.process.kill()
            await asyncio.gather(*senders)
    assert set(acknowledged) <= on_record(rig)
    async with rig.serving() as after:
        await eventually(lambda: after.components.shadow.run is not None)
        assert after.components.restoring.doubts() == {}
        assert after.components.models.current().threshold_of("cam-1").value == STRICT


async def terminated(rig: Rig) -> None:
    acknowledged: list[str] = []
    async with running(rig) as served:
        senders = [asyncio.create_task(load(served, acknowledged)) for _ in range(4)]
        while len(acknowledged) < 40:  # noqa: ASYNC110  # the senders set no event
            await asyncio.sleep(0.01)
        served.process.terminate()
        await asyncio.gather(*senders)
        assert await served.ended() in {0, -signal.SIGTERM}
    assert set(acknowledged) <= on_record(rig)


async def hanging(rig: Rig) -> None:
    """The process ends by itself, and what it had acknowledged is on record."""
    async with running(rig, HANGING, stuck_after_s=0.5) as served:
        first = await served.post()
        assert await served.post() == ""
        assert await served.ended() == os.EX_SOFTWARE
    assert first in on_record(rig)


def address_space(pid: int) -> int:
    """Bytes of virtual memory that a process has."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[0]) * resource.getpagesize()


async def out_of_memory(rig: Rig) -> None:
    large = jpeg(cv2.resize(good_well(3), (6000, 4000)))
    async with running(rig) as served:
        used = address_space(served.process.pid)
        resource.prlimit(served.process.pid, resource.RLIMIT_AS, (used + 16 * MIB, used + 16 * MIB))
        await served.post(large)
        await served.post(LEAK)


async def full_disk(rig: Rig) -> None:
    """A limit on file sizes is what a full disk is to a process; when it is lifted the service recovers by itself."""
    async with running(rig) as served:
        await served.post()
        _, hard = resource.prlimit(served.process.pid, resource.RLIMIT_FSIZE)
        resource.prlimit(served.process.pid, resource.RLIMIT_FSIZE, (1024, hard))
        while rig.answers[-1].said == LEAK_FOUND:
            await served.post()
        await served.post(GOOD)
        resource.prlimit(served.process.pid, resource.RLIMIT_FSIZE, (hard, hard))
        async with asyncio.timeout(PATIENCE_S):
            while rig.answers[-1].said != LEAK_FOUND:
                await served.post()
                await asyncio.sleep(0.05)
    acknowledged = {answer.body["decision_id"] for answer in rig.answers if answer.said == LEAK_FOUND}
    assert acknowledged <= on_record(rig)


async def second_service(rig: Rig) -> None:
    async with running(rig) as served:
        environment = os.environ | {
            "LEAK_INSPECTION_ARTIFACTS": str(rig.artifacts),
            "LEAK_INSPECTION_DATA_DIR": str(rig.data_dir),
            "LEAK_INSPECTION_PORT": "0",
        }
        second = await asyncio.to_thread(
            subprocess.run, (sys.executable, *SERVE), env=environment, capture_output=True, timeout=60, check=False
        )
        assert second.returncode != 0
        await served.post()


PROCESS_FAULTS = (
    Fault("kill -9 under load", "killed and started again, three times; nothing is lost", (LEAK_FOUND,), killed),
    Fault(
        "kill -9 with all at work",
        "... with an armed camera, a shadow model and a re-scoring; choices stay, too",
        (LEAK_FOUND, "200 unknown: frozen"),
        killed_with_all_at_work,
    ),
    Fault("SIGTERM under load", "stopped while four callers send leaks", (LEAK_FOUND,), terminated),
    Fault("hang on the event loop", "inference hangs where nothing can end it", (LEAK_FOUND, NOBODY), hanging),
    Fault(
        "memory limit met",
        "no memory for a large picture",
        (LEAK_FOUND, "415 not-a-picture", "500 internal", "503 scoring-failed", "503 not-ready", NOBODY),
        out_of_memory,
    ),
    Fault("disk fills and empties", "no file may grow, later it may", (LEAK_FOUND, *UNKEPT), full_disk),
    Fault("second service on the record", "another process is started over it", (LEAK_FOUND,), second_service),
)
