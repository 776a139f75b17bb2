"""What a connection to the broker begins and ends with."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import NamedTuple, Protocol

from service.plugs.mqtt.messages import OFFLINE, ONLINE, Message, status_topic

Send = Callable[[Sequence[Message]], Awaitable[None]]


class Received(NamedTuple):
    """A message that the broker passed on; a retained one was there before the subscription."""

    topic: str
    payload: bytes
    retained: bool


class Session(Protocol):
    """Begins and ends each connection; what lies between comes from the follower."""

    clean: bool
    """Whether the broker forgets the client when the connection ends."""

    topics: Sequence[str]
    """Subscribed to before anything is sent."""

    @property
    def awaited(self) -> str | None:
        """What else a session waits for before it can begin."""

    def will(self) -> Message:
        """What the broker says when the connection ends without a word; asked once for each connection."""

    async def serve(self, send: Send, opened: Callable[[], None]) -> None:
        """Greet, call ``opened`` when the follower may send, and go on with whatever is not the follower's."""

    def received(self, message: Received) -> None:
        """Take a message; raises ``Unavailable`` to end the connection."""

    def farewell(self) -> Message:
        """Said last, before the connection is closed."""


class StatusSession:
    """``online`` and ``offline``, retained, and greetings that hold while the service lives.

    Args:
        prefix: of the topics.
        greetings: retained messages, sent whenever a connection is made anew.
    """

    clean = False
    topics: Sequence[str] = ()
    awaited: str | None = None

    def __init__(self, prefix: str, greetings: Callable[[], Sequence[Message]]) -> None:
        self._topic = status_topic(prefix)
        self._greetings = greetings

    def will(self) -> Message:
        return Message(self._topic, OFFLINE, retain=True)

    async def serve(self, send: Send, opened: Callable[[], None]) -> None:
        for message in [Message(self._topic, ONLINE, retain=True), *self._greetings()]:
            await send([message])
        opened()
        await asyncio.Event().wait()

    def received(self, message: Received) -> None:
        """Nothing is subscribed to."""

    def farewell(self) -> Message:
        return self.will()
