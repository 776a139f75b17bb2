"""The server, in a thread with an event loop of its own: what it has to do holds up no inspection."""

import asyncio
import logging
import sys
import threading
from collections.abc import Callable, Coroutine, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from functools import partial
from typing import Any, TypeVar

from asyncua import Server, ua
from asyncua.common.utils import ServiceError
from asyncua.server.subscription_service import SubscriptionService
from pydantic import JsonValue

from service.contract.errors import SetupError, Unavailable
from service.contract.journal_entry import EventKind
from service.edge.access import Access
from service.judging.serving import SOFTWARE_VERSION
from service.monitoring.readiness import Readiness
from service.plug_settings import OpcuaSettings
from service.plugs.opcua.jobs import VisionState
from service.plugs.opcua.methods import NamingServer
from service.plugs.opcua.security import KeyUsers, secure
from service.plugs.opcua.vision_system import OWN, VisionSystem
from service.record.event_outbox import Note

BEAT_S = 1.0
IDLE_S = 10.0
ANSWER_S = 10.0
STOP_S = 5.0
MOST_SUBSCRIPTIONS, MOST_CONNECTIONS = 200, 100
SWITCH_S = 0.0005
"""Who needs the interpreter gets it after so long: with Python's 5 ms an inspection waits for busy subscriptions."""

T = TypeVar("T")

logging.getLogger("asyncua").setLevel(logging.CRITICAL)  # what a client sends wrong, it is told


class MendedSubscriptions(SubscriptionService):  # type: ignore[misc]  # asyncua is not followed
    """asyncua answers a request for a message that it does not hold with an empty one, and clients ask for ever."""

    def republish(self, params: ua.RepublishParameters) -> ua.NotificationMessage:
        """Send a message again.

        Raises:
            ServiceError: there is no such subscription or message.
        """
        if params.SubscriptionId not in self.subscriptions:
            raise ServiceError(ua.StatusCodes.BadSubscriptionIdInvalid)
        message = super().republish(params)
        if not message.NotificationData:
            raise ServiceError(ua.StatusCodes.BadMessageNotAvailable)
        return message


class OpcuaPlug:
    """Shows readiness by itself, and whatever a follower of the journal tells it; ``note`` records what clients ask."""

    def __init__(self, settings: OpcuaSettings, access: Access, readiness: Readiness, note: Note) -> None:
        self._note = note
        self._settings = settings
        self._access = access
        self._readiness = readiness
        self._served = asyncio.Event()
        self._inner: asyncio.AbstractEventLoop | None = None
        self._system: VisionSystem | None = None
        self._been_ready = False
        self._noting: set[asyncio.Future[None]] = set()
        self.newest_at: datetime | None = None
        """When the newest picture that was shown had come in."""

    async def run(self, serves: Callable[[], None]) -> None:
        """Serve until cancelled.

        Raises:
            SetupError: the address cannot be listened on, or a certificate cannot be read.
        """
        sys.setswitchinterval(SWITCH_S)
        outer = asyncio.get_running_loop()
        opened: asyncio.Future[tuple[asyncio.AbstractEventLoop, asyncio.Event]] = outer.create_future()
        ended: asyncio.Future[None] = outer.create_future()
        stopping = threading.Event()
        known = (outer, opened, ended, stopping)
        thread = threading.Thread(target=self._in_thread, args=known, name="opcua", daemon=True)
        thread.start()
        try:
            waiting: list[asyncio.Future[Any]] = [opened, ended]
            await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
            if opened.done():
                self._inner = opened.result()[0]
                self._served.set()
                serves()
                await self._beat_until(ended)
            ended.result()
        finally:
            self._served.clear()
            stopping.set()
            if opened.done():
                loop, stop = opened.result()
                _from_elsewhere(loop, stop.set)
            await asyncio.to_thread(thread.join, STOP_S)

    async def call(self, make: Callable[[VisionSystem], Coroutine[Any, Any, T]]) -> T:
        """Do something with the vision system, in its thread.

        Raises:
            Unavailable: it is not there, or does not answer.
        """
        try:
            async with asyncio.timeout(ANSWER_S):
                await self._served.wait()
                if self._inner is None or self._system is None:
                    raise Unavailable("the server of OPC UA does not run")
                return await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(make(self._system), self._inner))
        except TimeoutError as error:
            raise Unavailable(f"the server of OPC UA gives no answer within {ANSWER_S:g} s") from error

    def complaint(self) -> str | None:
        """Say who keeps results from clients, where somebody does."""
        halted_by = None if self._system is None else self._system.jobs.halted_by
        return None if halted_by is None else f"{halted_by} has halted the results in OPC UA: let it call Reset"

    def _record(self, asked: Mapping[str, JsonValue]) -> None:
        noting = asyncio.ensure_future(self._note(EventKind.OPCUA_CALLED, asked))
        self._noting.add(noting)
        noting.add_done_callback(self._noting.discard)

    async def _beat_until(self, ended: asyncio.Future[None]) -> None:
        while not ended.done():
            ready = self._readiness.ready
            state, why = self.state_now(), self._readiness.first_problem or "verdicts are given"

            async def beat(
                system: VisionSystem, ready: bool = ready, state: VisionState = state, why: str = why
            ) -> None:
                await system.show_state(state, why)
                await system.plain.beat(ready=ready)

            await self.call(beat)
            await asyncio.wait([ended], timeout=BEAT_S)

    def state_now(self) -> VisionState:
        """Return the state: of readiness, and of whether pictures come."""
        if self._readiness.draining:
            return VisionState.HALTED
        if not self._readiness.ready:
            return VisionState.ERROR if self._been_ready else VisionState.PREOPERATIONAL
        self._been_ready = True
        if self.newest_at is None:
            return VisionState.INITIALIZED
        idle = (datetime.now(UTC) - self.newest_at).total_seconds() > IDLE_S
        return VisionState.READY if idle else VisionState.CONTINUOUS_EXECUTION

    def _in_thread(
        self,
        outer: asyncio.AbstractEventLoop,
        opened: asyncio.Future[tuple[asyncio.AbstractEventLoop, asyncio.Event]],
        ended: asyncio.Future[None],
        stopping: threading.Event,
    ) -> None:
        async def serve() -> None:
            stop = asyncio.Event()
            server = await self._server(outer)
            if stopping.is_set():
                return
            async with server:
                _from_elsewhere(outer, _settle, opened, (asyncio.get_running_loop(), stop))
                while not stopping.is_set():
                    await _at_most(stop.wait(), STOP_S)

        try:
            asyncio.run(serve())
        except Exception as error:  # handed on to whoever runs the plug
            _from_elsewhere(outer, _fail, ended, _named(error, self._settings))
        else:
            _from_elsewhere(outer, _settle, ended, None)

    async def _server(self, outer: asyncio.AbstractEventLoop) -> Server:
        inner = NamingServer(user_manager=KeyUsers(self._access))
        inner.subscription_service = MendedSubscriptions(inner.aspace, iserver=inner)
        inner.isession.subscription_service = inner.subscription_service
        inner.max_subscriptions, inner.max_connections = MOST_SUBSCRIPTIONS, MOST_CONNECTIONS
        server = Server(iserver=inner)
        await server.init()
        await server.set_application_uri(OWN)
        await server.set_build_info(OWN, "leak-inspection", "leak-inspection", SOFTWARE_VERSION, "", datetime.now(UTC))
        server.name = "leak-inspection"
        server.set_endpoint(f"opc.tcp://{self._settings.host}:{self._settings.port}/")
        await secure(server, self._settings, self._access)
        self._system = VisionSystem(server, partial(_from_elsewhere, outer, self._record))
        await self._system.build()
        return server


def _from_elsewhere(loop: asyncio.AbstractEventLoop, act: Callable[..., object], *arguments: object) -> None:
    """Do something in another thread's loop, unless that has ended."""
    with suppress(RuntimeError):
        loop.call_soon_threadsafe(act, *arguments)


async def _at_most(waiting: Coroutine[Any, Any, object], longest_s: float) -> None:
    with suppress(TimeoutError):
        async with asyncio.timeout(longest_s):
            await waiting


def _settle(future: asyncio.Future[T], value: T) -> None:
    if not future.done():
        future.set_result(value)


def _fail(future: asyncio.Future[Any], error: Exception) -> None:
    if not future.done():
        future.set_exception(error)


def _named(error: Exception, settings: OpcuaSettings) -> Exception:
    if isinstance(error, OSError):
        where = f"{settings.host}:{settings.port}"
        return SetupError(f"{where} cannot be listened on ({error.strerror}): see LEAK_INSPECTION_OPCUA_PORT")
    return error
