"""The archive of pictures as the event loop sees it: chosen, queued within bounds, written in a thread of its own."""

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

from service.contract.decision import Decision, Verdict
from service.contract.errors import PictureGone
from service.record.archive.folder import ArchiveFolder, Picture
from service.record.archive.sweep import Sweep
from service.record.clock import RecordClock
from service.setting_groups import ArchiveSettings

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class ArchiveOptions:
    """How much may wait in memory, how long an answer waits for its picture, and how often old ones are deleted."""

    max_queued_bytes: int = 64 * 2**20
    patience_s: float = 0.25
    sweep_every_s: float = 300.0


class Archive:
    """Keeps every picture of a ``leak`` or ``unknown`` and a random share of the others.

    A picture that cannot be kept is counted (``failed``) and said (``why``), but refuses no decision: the journal is
    what must not fail.
    """

    def __init__(
        self,
        root: Path,
        settings: ArchiveSettings,
        failed: Callable[[], None] = lambda: None,
        draw: Callable[[], float] = random.random,
        options: ArchiveOptions | None = None,
    ) -> None:
        self.options = options or ArchiveOptions()
        self.folder = ArchiveFolder(root)
        self._good_share = settings.good_share
        self._sweep = Sweep(self.folder, settings.retention)
        self._failed = failed
        self._draw = draw
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="archive")
        self._reader = ThreadPoolExecutor(1, thread_name_prefix="archive-read")
        self._queued_bytes = 0
        self.bytes = 0
        self.why: str | None = None

    def keep(self, decision: Decision, data: bytes) -> Awaitable[object] | None:
        """Keep the picture of a decision, if it is chosen.

        Returns:
            What to await before the answer leaves: the picture of a leak or unknown is then in the file system (that
            of a leak on the disk), unless it took longer than the patience or failed; None where nothing is waited for.
        """
        if decision.verdict is Verdict.NO_LEAK and self._draw() >= self._good_share:
            return None
        return self.keep_chosen(decision, data)

    def keep_chosen(self, decision: Decision, data: bytes) -> Awaitable[object] | None:
        """Keep the picture of a decision, that of any good well too; returns what ``keep`` does."""
        if self._queued_bytes + len(data) > self.options.max_queued_bytes:
            self._note("its disk is too slow")
            return None
        self._queued_bytes += len(data)
        loop = asyncio.get_running_loop()
        written = loop.run_in_executor(self._thread, self.folder.write, decision, data)
        written.add_done_callback(lambda done: self._done(done, len(data)))
        good = decision.verdict is Verdict.NO_LEAK
        return None if good else loop.create_task(asyncio.wait({written}, timeout=self.options.patience_s))

    async def keep_frame(self, leak: Decision, data: bytes) -> None:
        """Keep the frame from which the crop of a leak was cut; returns when it is on the disk, or patience ends."""
        if leak.frame is None:
            return
        picture = replace(leak, image_sha256=leak.frame.sha256)
        writing = self.keep(picture, data)
        if writing is not None:
            await writing

    async def read_frame(self, decision: Decision) -> Picture:
        """Return the frame of a decision; raise ``PictureGone`` where it is not kept, or there is none.

        That of a good well is kept where another well of it leaks.
        """
        if decision.frame is None:
            raise PictureGone("the picture of this decision was not cut from a frame")
        frame = replace(decision, image_sha256=decision.frame.sha256, verdict=Verdict.LEAK)
        try:
            return await self.read(frame)
        except PictureGone:
            return await self.read(replace(frame, verdict=Verdict.UNKNOWN))

    async def read(self, decision: Decision) -> Picture:
        """Return the picture of a decision; raise ``PictureGone`` where it is not kept or no longer whole."""
        return await asyncio.get_running_loop().run_in_executor(self._reader, self.folder.read, decision)

    async def run(self, clock: RecordClock) -> None:
        """Sweep now and then, until cancelled."""
        loop = asyncio.get_running_loop()
        while True:
            try:
                self.bytes = await loop.run_in_executor(self._reader, lambda: self._sweep(clock.look()))
            except OSError as error:
                self._note(str(error.strerror))
            await asyncio.sleep(self.options.sweep_every_s)

    async def close(self) -> None:
        """Write what is queued."""
        await asyncio.to_thread(self._thread.shutdown)
        await asyncio.to_thread(self._reader.shutdown)

    def _done(self, written: asyncio.Future[int], size: int) -> None:
        self._queued_bytes -= size
        if written.cancelled():
            return
        error = written.exception()
        if error is None:
            self.bytes += written.result()
            self.why = None
        else:
            self._note(getattr(error, "strerror", None) or repr(error))

    def _note(self, problem: str) -> None:
        if self.why is None:
            logger.error("pictures cannot be kept: %s", problem)
        self.why = f"pictures cannot be kept: {problem}"
        self._failed()
