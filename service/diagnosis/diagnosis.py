"""All checks in their order; none of them stops the others."""

from collections.abc import Callable, Iterable, Iterator
from functools import partial

from service.diagnosis.certificates import check_certificates
from service.diagnosis.finding import Finding, failed
from service.diagnosis.judging import check_artifact, check_cameras, check_keys, check_stored_state
from service.diagnosis.machine import (
    check_clock,
    check_data_folder,
    check_disk,
    check_grpc_port,
    check_modbus_port,
    check_opcua_port,
    check_port,
)
from service.diagnosis.streams import check_streams
from service.diagnosis.surroundings import check_broker, check_postgres, check_prometheus, check_webhook
from service.settings import Settings

Check = Callable[[], Finding | Iterable[Finding]]


def diagnose(settings: Settings, ntp: str | None = None, prometheus: str | None = None) -> Iterator[Finding]:
    """Look at everything that the settings name, one after the other.

    Args:
        settings: of the service.
        ntp: a server to compare the clock with.
        prometheus: the address of the Prometheus that should watch the service.
    """
    checks: dict[str, Check] = {
        "port": partial(check_port, settings),
        "modbus": partial(check_modbus_port, settings),
        "grpc": partial(check_grpc_port, settings),
        "opcua": partial(check_opcua_port, settings),
        "certificates": partial(check_certificates, settings),
        "clock": partial(check_clock, ntp),
        "data folder": partial(check_data_folder, settings),
        "disk": partial(check_disk, settings),
        "keys": partial(check_keys, settings),
        "artefact": partial(check_artifact, settings),
        "cameras": partial(check_cameras, settings),
        "stored state": partial(check_stored_state, settings),
        "streams": partial(check_streams, settings),
        "prometheus": partial(check_prometheus, prometheus),
        "postgresql": partial(check_postgres, settings),
        "webhook": partial(check_webhook, settings),
        "mqtt": partial(check_broker, settings),
    }
    for name, check in checks.items():
        yield from _findings(name, check)


def _findings(name: str, check: Check) -> Iterator[Finding]:
    try:
        found = check()
        yield from (found,) if isinstance(found, Finding) else found
    except Exception as error:  # whatever a machine has in store, the other checks are wanted too
        yield failed(name, f"the check itself failed: {type(error).__name__}", "report this")
