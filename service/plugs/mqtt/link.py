"""The connection to the broker: a new client each time, so that nothing but the journal ever holds a message back."""

import asyncio
import socket
import ssl
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

import aiomqtt

from service.contract.errors import SetupError, Unavailable
from service.plug_settings import MqttSettings
from service.plugs.mqtt.messages import AT_LEAST_ONCE, Message
from service.plugs.mqtt.session import Received, Session

PORTS = {"mqtt": 1883, "mqtts": 8883}
KEEP_ALIVE_S = 15
ANSWER_S = 10.0
FAREWELL_S = 2.0
AT_ONCE = 100
MOST_RECEIVED = 10
AT_ONCE_ON_THE_WIRE = (socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
"""Else each step waits 40 ms: the kernel holds the last packet back until the broker acknowledges those before it."""
NEVER_SUBSCRIBED = "leak-inspection/never-subscribed"


class BrokerLink:
    """One connection at a time.

    Args:
        settings: of the broker.
        identifier: of this client; a second one with the same would throw this one out.
        session: begins and ends each connection.
    """

    def __init__(self, settings: MqttSettings, identifier: str, session: Session) -> None:
        self._settings = settings
        self._identifier = identifier
        self._session = session
        if settings.password is not None and settings.username is None:
            raise SetupError("LEAK_INSPECTION_MQTT_PASSWORD needs LEAK_INSPECTION_MQTT_USERNAME beside it")
        self._context = _tls(settings)
        self._client: aiomqtt.Client | None = None
        self._connected = asyncio.Event()
        self._lost = asyncio.Event()

    async def run(self, serves: Callable[[], None]) -> None:
        """Hold a connection until it is lost.

        Raises:
            Unavailable: says what the broker answered, or why the session ends.
        """
        try:
            async with self._new_client(self._session.will()) as client:
                try:
                    await self._hold(client, serves)
                finally:
                    self._let_go()
                    await _say_farewell(client, self._session.farewell())
        except aiomqtt.MqttError as error:
            raise Unavailable(f"the broker at {_place(self._settings)}: {error}") from error

    async def connected(self) -> None:
        """Wait a while for a connection.

        Raises:
            Unavailable: there is still none.
        """
        try:
            async with asyncio.timeout(ANSWER_S):
                await self._connected.wait()
        except TimeoutError as error:
            raise Unavailable(self._session.awaited or f"no connection to {_place(self._settings)}") from error

    async def publish(self, messages: Sequence[Message]) -> None:
        """Send messages in order and wait until the broker has taken each.

        Raises:
            Unavailable: there is no connection, or it was lost before that; then some may have arrived.
        """
        client = self._client
        if client is None:
            raise Unavailable(f"no connection to {_place(self._settings)}")
        lost = asyncio.create_task(self._lost.wait())
        sending = asyncio.ensure_future(_send_all(client, messages))
        try:
            waiting: list[asyncio.Future[Any]] = [sending, lost]
            await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
            if not sending.done():
                raise Unavailable(f"the connection to {_place(self._settings)} is lost")
            sending.result()
        except aiomqtt.MqttError as error:
            self._lost.set()  # what this client has not delivered it would send again, in an order of its own
            raise Unavailable(f"the broker at {_place(self._settings)}: {error}") from error
        finally:
            lost.cancel()
            sending.cancel()
            with suppress(aiomqtt.MqttError, asyncio.CancelledError):
                await sending

    async def _hold(self, client: aiomqtt.Client, serves: Callable[[], None]) -> None:
        """Return when a message could not be delivered; an idle client tells of a lost connection by an error."""

        def opened() -> None:
            self._client = client
            self._lost.clear()
            self._connected.set()
            serves()

        self._lost.clear()
        for topic in self._session.topics:
            await client.subscribe(topic, AT_LEAST_ONCE)
        session = self._session.serve(lambda messages: _send_all(client, messages), opened)
        tasks = [asyncio.ensure_future(each) for each in (self._receive(client), self._lost.wait(), session)]
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        finally:
            await _cancelled(tasks)

    async def _receive(self, client: aiomqtt.Client) -> None:
        async for message in client.messages:
            if isinstance(message.payload, bytes | bytearray):
                self._session.received(Received(message.topic.value, bytes(message.payload), message.retain))

    def _let_go(self) -> None:
        self._client = None
        self._connected.clear()
        self._lost.set()

    def _new_client(self, will: Message) -> aiomqtt.Client:
        where = urlsplit(self._settings.url or "")
        secret = self._settings.password
        client = aiomqtt.Client(
            where.hostname or "",
            where.port or PORTS[where.scheme],
            username=self._settings.username,
            password=None if secret is None else secret.get_secret_value(),
            identifier=self._identifier,
            clean_session=self._session.clean,
            will=aiomqtt.Will(will.topic, will.payload, will.qos, will.retain),
            timeout=ANSWER_S,
            keepalive=KEEP_ALIVE_S,
            max_inflight_messages=AT_ONCE,
            max_queued_incoming_messages=MOST_RECEIVED,
            tls_context=self._context,
            socket_options=[AT_ONCE_ON_THE_WIRE],
        )
        client.pending_calls_threshold = AT_ONCE + 10  # it complains of more
        return client


async def refusal(settings: MqttSettings) -> str | None:
    """Log in and out again; return what the broker says against it, or None.

    Raises:
        SetupError: a file of certificates cannot be read.
    """
    where, secret = urlsplit(settings.url or ""), settings.password
    try:
        async with aiomqtt.Client(
            where.hostname or "",
            where.port or PORTS[where.scheme],
            username=settings.username,
            password=None if secret is None else secret.get_secret_value(),
            timeout=ANSWER_S,
            tls_context=_tls(settings),
        ):
            return None
    except aiomqtt.MqttError as error:
        return f"the broker at {_place(settings)}: {error}"


def certificate_end(settings: MqttSettings) -> datetime | None:
    """When the broker's certificate expires; None without TLS.

    Raises:
        OSError: there is no connection.
        SetupError: a file of certificates cannot be read.
    """
    context, where = _tls(settings), urlsplit(settings.url or "")
    if context is None:
        return None
    with (
        socket.create_connection((where.hostname or "", where.port or PORTS[where.scheme]), ANSWER_S) as connection,
        context.wrap_socket(connection, server_hostname=where.hostname) as secured,
    ):
        end = (secured.getpeercert() or {}).get("notAfter")
    return datetime.fromtimestamp(ssl.cert_time_to_seconds(end), UTC) if isinstance(end, str) else None


async def _send_all(client: aiomqtt.Client, messages: Sequence[Message]) -> None:
    """Send in order, and return when the broker has taken all of it.

    It acknowledges nothing of quality 0, but answers in the order in which it was asked: the answer to a question
    that changes nothing says that what was sent before has arrived.
    """
    for place in range(0, len(messages), AT_ONCE):
        some = messages[place : place + AT_ONCE]
        await asyncio.gather(*(client.publish(*message[:2], message.qos, message.retain) for message in some))
    if any(message.qos < AT_LEAST_ONCE for message in messages):
        await client.unsubscribe(NEVER_SUBSCRIBED)


async def _cancelled(tasks: Iterable[asyncio.Future[Any]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def _say_farewell(client: aiomqtt.Client, farewell: Message) -> None:
    """Say what the broker says by itself only for those who vanish without a word."""
    with suppress(aiomqtt.MqttError, TimeoutError):
        async with asyncio.timeout(FAREWELL_S):
            await _send_all(client, [farewell])


def _place(settings: MqttSettings) -> str:
    where = urlsplit(settings.url or "")
    return f"{where.hostname}:{where.port or PORTS[where.scheme]}"


def _tls(settings: MqttSettings) -> ssl.SSLContext | None:
    """Make what checks the broker's certificate, and its name in it.

    Raises:
        SetupError: a file cannot be read.
    """
    if urlsplit(settings.url or "").scheme != "mqtts":
        return None
    try:
        context = ssl.create_default_context(cafile=settings.ca_file)
        if settings.cert_file is not None:
            context.load_cert_chain(settings.cert_file, settings.key_file)
    except OSError as error:  # an SSLError is one
        raise SetupError(
            f"the certificates for MQTT cannot be read ({error}): see LEAK_INSPECTION_MQTT_CA_FILE"
        ) from error
    return context
