"""Checks of what the service talks to: Prometheus, PostgreSQL, the receiver of alarms, the broker."""

import asyncio
import socket
import ssl
from collections.abc import Iterator
from datetime import UTC, datetime
from importlib.util import find_spec
from typing import Final
from urllib.parse import urlsplit

import httpx
from sqlalchemy import text as sql
from sqlalchemy.exc import SQLAlchemyError

from service.contract.errors import LeakInspectionError, SetupError
from service.diagnosis.certificates import validity
from service.diagnosis.finding import Finding, State, failed, ok, skipped
from service.plug_settings import MqttSettings
from service.record.database.engine import postgres_engine
from service.settings import Settings

PATIENCE_S: Final = 3.0
TARGETS: Final = 'up{job=~".*leak-inspection.*"}'


def check_prometheus(url: str | None) -> Finding:
    """Whether a Prometheus scrapes the service."""
    if url is None:
        return skipped("prometheus", "name it with --prometheus to have it asked")
    try:
        answer = httpx.get(
            f"{url.rstrip('/')}/api/v1/query", params={"query": TARGETS}, timeout=PATIENCE_S, trust_env=False
        )
        answer.raise_for_status()
        found = [one["value"][1] == "1" for one in answer.json()["data"]["result"]]
    except (httpx.HTTPError, httpx.InvalidURL, ValueError, KeyError, TypeError) as error:
        return failed("prometheus", f"it cannot be asked ({type(error).__name__})", "start it, or correct its address")
    if not found:
        remedy = "add the job of docker/prometheus/prometheus.yml to it"
        return failed("prometheus", "it has no job leak-inspection: nobody is told when the service is gone", remedy)
    if not all(found):
        remedy = "see on its page Targets why; a protected /metrics wants a key"
        return failed("prometheus", f"{found.count(False)} of {len(found)} targets are down", remedy)
    return ok("prometheus", f"{len(found)} targets are up")


def check_postgres(settings: Settings) -> Finding:
    """Whether the shared record can be reached."""
    if settings.database_url is None:
        return skipped("postgresql", "off")
    try:
        engine = postgres_engine(settings.database_url.get_secret_value(), keep=False)
        with engine.connect() as connection:
            connection.execute(sql("SELECT 1"))
        engine.dispose()
    except SetupError as error:
        return failed("postgresql", str(error), "correct LEAK_INSPECTION_DATABASE_URL")
    except SQLAlchemyError as error:
        kind = type(getattr(error, "orig", None) or error).__name__  # its text may hold the password
        remedy = "start it, and see that name, password and address in LEAK_INSPECTION_DATABASE_URL are right"
        return failed("postgresql", f"no connection ({kind}): decisions stay in the journal until there is", remedy)
    return ok("postgresql", "answers")


def check_webhook(settings: Settings) -> Finding:
    """Whether the receiver of alarms can be reached; nothing is posted to it."""
    if settings.webhook_url is None:
        return skipped("webhook", "off")
    return _reached("webhook", settings.webhook_url, "LEAK_INSPECTION_WEBHOOK_URL", {"http": 80, "https": 443})


def check_broker(settings: Settings) -> Iterator[Finding]:
    """Whether the MQTT broker can be reached and lets the service in, and how long its certificate holds."""
    mqtt = settings.mqtt
    if mqtt.url is None:
        yield skipped("mqtt", "off")
        return
    reached = _reached("mqtt", mqtt.url, "LEAK_INSPECTION_MQTT_URL", {"mqtt": 1883, "mqtts": 8883})
    if reached.state is State.OK:
        yield from _logged_in(mqtt, reached.text)
    else:
        yield reached


def _logged_in(mqtt: MqttSettings, reached: str) -> Iterator[Finding]:
    if find_spec("aiomqtt") is None:
        yield failed("mqtt", f"{reached}, and the plug is not installed", "install the extra mqtt")
        return
    from service.plugs.mqtt.link import certificate_end, refusal  # noqa: PLC0415  # brings aiomqtt, an extra

    try:
        end = certificate_end(mqtt)
        why = asyncio.run(refusal(mqtt))
    except (LeakInspectionError, OSError) as error:
        yield failed("mqtt", f"{reached}; {error}", "see to its certificate, and to LEAK_INSPECTION_MQTT_CA_FILE")
        return
    remedy = "see to the user and its rights there, and to LEAK_INSPECTION_MQTT_USERNAME and _PASSWORD"
    yield ok("mqtt", f"{reached}, and lets the service in") if why is None else failed("mqtt", why, remedy)
    if end is not None:
        yield validity("mqtt certificate", datetime.min.replace(tzinfo=UTC), end, "give the broker a new one")


def _reached(check: str, url: str, variable: str, ports: dict[str, int]) -> Finding:
    """Connect, with TLS for https; ``url`` may hold a secret in its path, so it is not shown."""
    parts = urlsplit(url)
    try:
        host, port = parts.hostname or "", parts.port or ports[parts.scheme.lower()]
    except (ValueError, KeyError):
        return failed(check, "its address has no valid port", f"correct {variable}")
    try:
        with socket.create_connection((host, port), PATIENCE_S) as connection:
            if parts.scheme.lower() == "https":
                ssl.create_default_context().wrap_socket(connection, server_hostname=host).close()
    except ssl.SSLError as error:
        return failed(
            check, f"{host}:{port}: TLS fails ({error.reason})", f"see to its certificate, or correct {variable}"
        )
    except OSError as error:
        return failed(
            check, f"{host}:{port} cannot be reached ({error.strerror or error})", f"start it, or correct {variable}"
        )
    return ok(check, f"{host}:{port} can be reached")
