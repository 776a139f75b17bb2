import asyncio
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from service.contract.artifact import sha256_hex
from service.contract.decision import Decision, Verdict
from service.contract.errors import PictureGone
from service.record.archive.archive import Archive, ArchiveOptions
from service.record.clock import CLOCK_FILE, RecordClock
from service.setting_groups import ArchiveSettings
from tests.decisions import a_decision
from tests.eventually import eventually

DATA = b"\xff\xd8\xff picture \xff\xd9"


@asynccontextmanager
async def opened(
    root: Path, options: ArchiveOptions | None = None, draw: float = 0.5, failed: Callable[[], None] = lambda: None
) -> AsyncIterator[Archive]:
    archive = Archive(root, ArchiveSettings(), failed, lambda: draw, options)
    yield archive
    await archive.close()


def a_picture_of(verdict: Verdict, data: bytes = DATA) -> Decision:
    return a_decision(verdict, image_sha256=sha256_hex(data))


@pytest.mark.parametrize("verdict", [Verdict.LEAK, Verdict.UNKNOWN])
async def test_a_leak_s_or_unknown_s_picture_is_there_before_the_answer(tmp_path: Path, verdict: Verdict) -> None:
    async with opened(tmp_path, ArchiveOptions(patience_s=30)) as archive:
        kept = archive.keep(a_picture_of(verdict), DATA)
        assert kept is not None
        await kept
        assert (await archive.read(a_picture_of(verdict))).data == DATA
        assert archive.bytes == len(DATA)


@pytest.mark.parametrize(("draw", "chosen"), [(0.009, True), (0.011, False)])
async def test_a_share_of_good_wells_is_kept_and_never_waited_for(tmp_path: Path, draw: float, chosen: bool) -> None:
    good = a_picture_of(Verdict.NO_LEAK)
    async with opened(tmp_path, draw=draw) as archive:
        assert archive.keep(good, DATA) is None
    async with opened(tmp_path) as archive:
        if chosen:
            assert (await archive.read(good)).data == DATA
        else:
            with pytest.raises(PictureGone):
                await archive.read(good)


async def test_a_folder_that_cannot_be_written_is_counted_and_refuses_no_decision(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    failures: list[None] = []
    async with opened(tmp_path / "file", failed=lambda: failures.append(None)) as archive:
        kept = archive.keep(a_picture_of(Verdict.LEAK), DATA)
        assert kept is not None
        await kept
        await eventually(lambda: archive.why is not None)
        assert "Not a directory" in str(archive.why)
        assert len(failures) == 1


async def test_it_is_said_when_pictures_can_be_kept_again(tmp_path: Path) -> None:
    blocked = tmp_path / "pictures"
    blocked.write_text("not a folder")
    async with opened(blocked) as archive:
        archive.keep(a_picture_of(Verdict.LEAK), DATA)
        await eventually(lambda: archive.why is not None)
        blocked.unlink()
        archive.keep(a_picture_of(Verdict.LEAK), DATA)
        await eventually(lambda: archive.why is None)


async def test_a_slow_disk_delays_an_answer_no_longer_than_the_patience_and_memory_is_bounded(tmp_path: Path) -> None:
    failures: list[None] = []
    options = ArchiveOptions(max_queued_bytes=2 * len(DATA), patience_s=0.01)
    stuck = threading.Event()
    async with opened(tmp_path, options, failed=lambda: failures.append(None)) as archive:
        archive._thread.submit(stuck.wait)
        waits = [archive.keep(a_picture_of(Verdict.LEAK), DATA) for _ in range(3)]
        assert waits[2] is None, "there is no room for a third"
        assert len(failures) == 1
        for wait in waits[:2]:
            assert wait is not None
            await asyncio.wait_for(wait, 10)
        stuck.set()
    assert archive.bytes == len(DATA), "equal pictures are one"


async def test_the_archive_sweeps_while_it_runs(tmp_path: Path) -> None:
    async with opened(tmp_path) as archive:
        kept = archive.keep(a_picture_of(Verdict.LEAK), DATA)
        assert kept is not None
        await kept
        sweeping = asyncio.create_task(archive.run(RecordClock(tmp_path / CLOCK_FILE)))
        await eventually(lambda: archive.bytes == 4096)
        sweeping.cancel()
