"""A session of Sparkplug: will, births, commands, and the state of the primary host."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable, Sequence
from contextlib import suppress
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from service.contract.errors import MalformedBody, Unavailable
from service.contract.stored_files.durable_file import write_durably
from service.monitoring.alarms.alarm import Alarm
from service.plugs.mqtt.messages import Message
from service.plugs.mqtt.session import Received, Send
from service.plugs.mqtt.sparkplug.edge_node import NAMESPACE, NUMBERS, REBIRTH, EdgeNode
from service.plugs.mqtt.sparkplug.payload import commands
from service.record.journal.journal import Journal

LONGEST_COMMAND = 65_536
BETWEEN_BIRTHS_S = 1.0

logger = logging.getLogger(__name__)


class HostState(BaseModel):
    """What a host says of itself: JSON with the time in milliseconds."""

    model_config = ConfigDict(strict=True)

    online: bool
    timestamp: int


class BirthNumbers:
    """``bdSeq``, one more with each connection, also after a restart: a late death is then not taken for today's.

    Args:
        path: of the file that holds the last one.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._last = -1
        try:
            self._last = int(path.read_text())
        except FileNotFoundError:
            pass
        except (OSError, ValueError):
            logger.exception("%s cannot be read: births are counted from 0 again", path)

    def next(self) -> int:
        """Draw the next number; it holds even if it cannot be kept."""
        self._last = (self._last + 1) % NUMBERS
        with suppress(OSError):
            write_durably(self._path, str(self._last))
        return self._last


class SparkplugSession:
    """Is born when the primary host is there, if one is named, and again when a host asks.

    Args:
        node: makes the messages.
        journal: whose end says how much is left to tell.
        numbers: of births and deaths.
        host: the primary host, without which nothing is sent.
        open_alarms: returns the alarms that were standing before the start.
        between_births_s: seconds from one birth to the next, however often it is asked for.
    """

    clean = True

    def __init__(
        self,
        node: EdgeNode,
        journal: Journal,
        numbers: BirthNumbers,
        host: str | None,
        open_alarms: Callable[[], Awaitable[Sequence[Alarm]]],
        between_births_s: float = BETWEEN_BIRTHS_S,
    ) -> None:
        self._node = node
        self._journal = journal
        self._numbers = numbers
        self._open_alarms: Callable[[], Awaitable[Sequence[Alarm]]] | None = open_alarms
        self._between_births_s = between_births_s
        self._state = None if host is None else f"{NAMESPACE}/STATE/{host}"
        self._commands = node.topic("NCMD")
        self.topics: Sequence[str] = [self._commands] if self._state is None else [self._commands, self._state]
        self._host_is_online = asyncio.Event()
        self._host_since = 0
        self._asked = asyncio.Event()
        self._is_used = True
        self._refused: set[str] = set()

    @property
    def awaited(self) -> str | None:
        """What the births wait for."""
        return None if self._state is None or self._host_is_online.is_set() else f"{self._state} is not online"

    def will(self) -> Message:
        """Begin anew; the births will have the same number, and so has the next try if no connection comes of it."""
        if self._is_used:
            self._node.bd_seq = self._numbers.next()
            self._is_used = False
        self._host_is_online.clear()
        self._asked.clear()
        self._refused.clear()
        return self._node.death()

    async def serve(self, send: Send, opened: Callable[[], None]) -> None:
        self._is_used = True
        if self._state is not None:
            await self._host_is_online.wait()
        if self._open_alarms is not None:
            self._node.stands(await self._open_alarms())
            self._open_alarms = None
        await self._be_born(send, self._node.session(self._journal.tail.last_sequence))
        opened()
        while True:
            await asyncio.sleep(self._between_births_s)
            await self._asked.wait()
            self._asked.clear()
            await self._be_born(send, self._node.births())

    def received(self, message: Received) -> None:
        """Take a command or the host's state; what makes no sense changes nothing.

        Raises:
            Unavailable: the primary host has gone, and the session with it.
        """
        try:
            if message.topic == self._commands:
                self._command(message)
            elif message.topic == self._state:
                self._host_says(message.payload)
        except MalformedBody as error:
            if str(error) not in self._refused:
                self._refused.add(str(error))
                logger.warning("a message to %s is refused: %s", message.topic, error)

    def farewell(self) -> Message:
        return self._node.death()

    async def _be_born(self, send: Send, births: Iterable[Message]) -> None:
        async with self._node.turn:
            for message in births:
                await send([message])

    def _command(self, message: Received) -> None:
        if message.retained:
            raise MalformedBody("a command that is retained would come again with every connection")
        if len(message.payload) > LONGEST_COMMAND:
            raise MalformedBody(f"it has more than {LONGEST_COMMAND} bytes")
        if (REBIRTH, True) not in list(commands(message.payload)):
            raise MalformedBody(f"the only command is {REBIRTH} with the value true")
        self._asked.set()

    def _host_says(self, payload: bytes) -> None:
        try:
            state = HostState.model_validate_json(payload)
        except ValidationError as error:
            raise MalformedBody("it is no state of a host: JSON with online and timestamp") from error
        if state.timestamp < self._host_since:
            return
        self._host_since = state.timestamp
        if state.online:
            self._host_is_online.set()
        elif self._host_is_online.is_set():
            raise Unavailable("the primary host of Sparkplug has gone offline")
