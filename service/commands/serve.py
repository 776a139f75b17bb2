"""``leak-inspection serve``: the service itself."""

import argparse
import asyncio
import ctypes
import gc
import logging
import os
import socket
from contextlib import suppress
from math import ceil
from pathlib import Path
from types import FrameType

import uvicorn

from service.app import create_app
from service.commands import Commands
from service.commands.options import add_folders, settings_of
from service.contract.artifact import read_active
from service.contract.errors import ArtifactError, RecordDamaged, SetupError
from service.contract.stored_files.durable_file import prove_writable
from service.edge.protocol import BoundedProtocol
from service.monitoring.readiness import Readiness
from service.record.database.engine import postgres_engine
from service.record.journal.file import JournalFile
from service.settings import Settings
from service.telemetry.logs import configure_logging
from service.telemetry.native_output import logged_native_output

BACKLOG = 2048
COLLECT_AFTER = (10_000, 20, 50)
"""Objects, and rounds, between two rounds of the garbage collector: a request leaves it next to nothing to find."""

M_ARENA_MAX = -8
"""Number of an option in glibc's ``malloc.h``."""


def add_to(commands: Commands) -> None:
    parser = commands.add_parser("serve", help="answer over HTTP")
    parser.add_argument("--host", help="address to listen on (127.0.0.1)")
    parser.add_argument("--port", type=int, help="port to listen on (8000)")
    add_folders(parser, "artifacts", "data_dir")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Serve until SIGTERM or SIGINT; requests in flight are answered first.

    Raises:
        SetupError: a setting is refused, the port is taken, or the data folder cannot be written or is another's.
        JournalUnavailable: the journal of an earlier run cannot be written.
    """
    _share_one_heap()
    settings = settings_of(options, "host", "port")
    _check_writable(settings.data_dir)
    _check_record(settings)
    readiness = Readiness()
    app = create_app(settings, readiness, _end)
    listener = _listen(settings.host, settings.port)
    configure_logging(settings.log.level)
    _greet(settings, listener)
    config = uvicorn.Config(
        app,
        http=BoundedProtocol,
        ws="none",
        loop="uvloop",
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,  # the application believes them where its settings say so
        timeout_keep_alive=settings.keep_alive_s,
        timeout_graceful_shutdown=ceil(settings.deadline_s + settings.stuck_after_s),
    )
    with logged_native_output():
        DrainingServer(config, readiness, settings.drain_s).run(sockets=[listener])
    return 0


class DrainingServer(uvicorn.Server):
    """On the first signal readiness falls; after the drain time no more connections are accepted.

    What the start has made stays for good, so the garbage collector is told to look at it no more.
    """

    def __init__(self, config: uvicorn.Config, readiness: Readiness, drain_s: float) -> None:
        super().__init__(config)
        self._readiness = readiness
        self._drain_s = drain_s

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, then take what is there out of the garbage collector's rounds."""
        await super().startup(sockets)
        gc.collect()
        gc.freeze()
        gc.set_threshold(*COLLECT_AFTER)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Drain on the first signal, stop at once on the second."""
        if self._readiness.draining or not self._drain_s:
            self._stop(sig, frame)
        else:
            self._readiness.draining = True
            asyncio.get_running_loop().call_later(self._drain_s, self._stop, sig, frame)

    def _stop(self, sig: int, frame: FrameType | None) -> None:
        self._readiness.stopping = True
        super().handle_exit(sig, frame)


def _share_one_heap() -> None:
    """Let all threads allocate from one heap of the C library: of its own, each keeps megabytes that it used once."""
    with suppress(AttributeError):  # only glibc has it, and heaps for each thread
        ctypes.CDLL(None).mallopt(M_ARENA_MAX, 1)


def _end(problem: str) -> None:
    """End without any of the ways out that could hang too; the journal's thread has had its time to write."""
    logging.getLogger(__name__).critical("the process hangs and ends", extra={"problem": problem})
    os._exit(os.EX_SOFTWARE)


def _check_writable(folder: Path) -> None:
    try:
        prove_writable(folder)
    except OSError as error:
        raise SetupError(
            f"the data folder {folder} cannot be written ({error.strerror}): name another with --data-dir"
        ) from error


def _check_record(settings: Settings) -> None:
    """Find out what would end the start in the middle of it, where only a trace could tell."""
    journal = JournalFile(settings.journal_path)
    try:
        with suppress(RecordDamaged):  # set aside when the service opens it
            journal.create()
    finally:
        journal.close()
    if settings.database_url is not None:
        postgres_engine(settings.database_url.get_secret_value()).dispose()


def _listen(host: str, port: int) -> socket.socket:
    try:
        return socket.create_server((host, port), family=_family(host), backlog=BACKLOG)
    except OSError as error:
        reason = str(error.strerror).partition(" (")[0]  # what follows repeats the address
        raise SetupError(f"cannot listen on {host}:{port} ({reason}): name another with --port or --host") from error


def _family(host: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in host else socket.AF_INET


def _greet(settings: Settings, listener: socket.socket) -> None:
    host, port = listener.getsockname()[:2]
    address = f"http://{f'[{host}]' if ':' in host else host}:{port}"
    print(f"leak-inspection listens on {address} (operator page: {address}/, API: {address}/docs)", flush=True)
    try:
        golden = settings.artifacts / read_active(settings.artifacts) / "golden"
    except ArtifactError as error:
        print(f"not ready: {error}", flush=True)
        return
    for picture in (*sorted(golden.glob("good_*.png")), *sorted(golden.glob("*.png")))[:1]:  # no alarm to begin with
        print(f"try: curl --data-binary @{picture} {address}/v1/inspect", flush=True)
