"""The connection to the broker: a new client each time, so that nothing but the journal ever holds a message back."""

import asyncio
import ssl
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any
from urllib.parse import urlsplit

import aiomqtt

from service.contract.errors import SetupError, Unavailable
from service.plug_settings import MqttSettings
from service.plugs.mqtt.messages import OFFLINE, ONLINE, Message, status_topic

PORTS = {"mqtt": 1883, "mqtts": 8883}
AT_LEAST_ONCE = 1
KEEP_ALIVE_S = 15
ANSWER_S = 10.0
FAREWELL_S = 2.0
AT_ONCE = 100


class BrokerLink:
    """One connection at a time; ``greetings`` are published whenever it is made anew.

    Args:
        settings: of the broker.
        identifier: of this client; a second one with the same would throw this one out.
        greetings: retained messages that hold while the service lives.
    """

    def __init__(self, settings: MqttSettings, identifier: str, greetings: Callable[[], Sequence[Message]]) -> None:
        self._settings = settings
        self._identifier = identifier
        self._greetings = greetings
        if settings.password is not None and settings.username is None:
            raise SetupError("LEAK_INSPECTION_MQTT_PASSWORD needs LEAK_INSPECTION_MQTT_USERNAME beside it")
        self._context = _tls(settings)
        self._client: aiomqtt.Client | None = None
        self._connected = asyncio.Event()
        self._lost = asyncio.Event()

    async def run(self, serves: Callable[[], None]) -> None:
        """Hold a connection until it is lost.

        Raises:
            Unavailable: says what the broker answered.
        """
        status = status_topic(self._settings.prefix)
        try:
            async with self._new_client(aiomqtt.Will(status, OFFLINE, AT_LEAST_ONCE, retain=True)) as client:
                try:
                    await self._greet(client, Message(status, ONLINE, retain=True))
                    serves()
                    await self._hold(client)
                finally:
                    self._let_go()
                    await _say_farewell(client, status)
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
            raise Unavailable(f"no connection to {_place(self._settings)}") from error

    async def publish(self, messages: Sequence[Message]) -> None:
        """Send messages in order and wait until the broker has taken each.

        Raises:
            Unavailable: there is no connection, or it was lost before that; then some may have arrived.
        """
        client = self._client
        if client is None:
            raise Unavailable(f"no connection to {_place(self._settings)}")
        lost = asyncio.create_task(self._lost.wait())
        sending = asyncio.gather(*(_send(client, message) for message in messages))
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

    async def _greet(self, client: aiomqtt.Client, online: Message) -> None:
        for message in [online, *self._greetings()]:
            await _send(client, message)
        self._client = client
        self._lost.clear()
        self._connected.set()

    async def _hold(self, client: aiomqtt.Client) -> None:
        """Return when a message could not be delivered; an idle client tells of a lost connection by an error."""
        watched = asyncio.create_task(_until_disconnected(client))
        given_up = asyncio.create_task(self._lost.wait())
        try:
            await asyncio.wait([watched, given_up], return_when=asyncio.FIRST_COMPLETED)
            if watched.done():
                watched.result()
        finally:
            watched.cancel()
            given_up.cancel()

    def _let_go(self) -> None:
        self._client = None
        self._connected.clear()
        self._lost.set()

    def _new_client(self, will: aiomqtt.Will) -> aiomqtt.Client:
        where = urlsplit(self._settings.url or "")
        secret = self._settings.password
        client = aiomqtt.Client(
            where.hostname or "",
            where.port or PORTS[where.scheme],
            username=self._settings.username,
            password=None if secret is None else secret.get_secret_value(),
            identifier=self._identifier,
            clean_session=False,
            will=will,
            timeout=ANSWER_S,
            keepalive=KEEP_ALIVE_S,
            max_inflight_messages=AT_ONCE,
            max_queued_incoming_messages=1,
            tls_context=self._context,
        )
        client.pending_calls_threshold = AT_ONCE + 10  # it complains of more
        return client


async def _send(client: aiomqtt.Client, message: Message) -> None:
    await client.publish(message.topic, message.payload, AT_LEAST_ONCE, message.retain)


async def _until_disconnected(client: aiomqtt.Client) -> None:
    async for _ in client.messages:
        pass


async def _say_farewell(client: aiomqtt.Client, status: str) -> None:
    """Say ``offline``, which the broker does by itself only for those who vanish without a word."""
    with suppress(aiomqtt.MqttError, TimeoutError):
        async with asyncio.timeout(FAREWELL_S):
            await _send(client, Message(status, OFFLINE, retain=True))


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
