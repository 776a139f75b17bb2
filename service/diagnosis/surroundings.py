"""Checks of what the service talks to: Prometheus, PostgreSQL, the receiver of alarms, the broker."""

import socket
import ssl
from typing import Final
from urllib.parse import urlsplit

import httpx
from sqlalchemy import text as sql
from sqlalchemy.exc import SQLAlchemyError

from service.contract.errors import SetupError
from service.diagnosis.finding import Finding, failed, ok, skipped
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


def check_broker(settings: Settings) -> Finding:
    """Whether the MQTT broker can be reached."""
    if settings.mqtt.url is None:
        return skipped("mqtt", "off")
    return _reached("mqtt", settings.mqtt.url, "LEAK_INSPECTION_MQTT_URL", {"mqtt": 1883, "mqtts": 8883})


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
