"""The plugs that the settings switch on, each with what it needs of the service and of its extra."""

import logging
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial

from service.contract.errors import SetupError
from service.edge.access import Access
from service.edge.intake import Intake
from service.inspector import Inspector
from service.judging.model_switch import ModelSwitch
from service.monitoring.cameras_file import Camera
from service.monitoring.readiness import Readiness
from service.plugs.plug import RunningPlug
from service.record.event_outbox import note
from service.record.followers.follower import Sink
from service.record.journal.journal import Journal
from service.record.queries.records import Records
from service.settings import Settings
from service.telemetry.logs import RequestLog
from service.telemetry.metrics import ServiceMetrics


@dataclass(frozen=True, slots=True)
class Plugs:
    """What follows the journal for plugs, and what keeps running."""

    sinks: list[Sink] = field(default_factory=list)
    running: list[RunningPlug] = field(default_factory=list)


def made_plugs(
    settings: Settings,
    cameras: Mapping[str, Camera],
    access: Access,
    journal: Journal,
    records: Records,
    readiness: Readiness,
) -> Plugs:
    """Make the plugs; nothing listens yet.

    Raises:
        SetupError: the extra of one is not installed, or its settings do not fit the cameras.
    """
    plugs = Plugs()
    with _extras():
        if settings.modbus.enabled:
            _add_modbus(plugs, settings, cameras, journal, records, readiness)
        if settings.mqtt.url is not None:
            _add_mqtt(plugs, settings, cameras, journal, records)
        if settings.opcua.enabled:
            _add_opcua(plugs, settings, access, journal, records, readiness)
    return plugs


def grpc_plugs(
    settings: Settings,
    inspector: Inspector,
    models: ModelSwitch,
    access: Access,
    many: Intake,
    readiness: Readiness,
    metrics: ServiceMetrics,
) -> Iterator[RunningPlug]:
    """Make the plug that brings pictures by gRPC, where it is switched on.

    Raises:
        SetupError: its extra is not installed, or its settings let anybody in unseen.
    """
    if not settings.grpc.enabled:
        return
    with _extras():
        from service.plugs.grpc.calls import InferenceCalls  # noqa: PLC0415  # brings grpcio, an extra
        from service.plugs.grpc.server import GrpcPlug, require_safe  # noqa: PLC0415

    require_safe(settings, access)
    log = RequestLog(logging.getLogger("service.requests"), settings.log.good_share)
    calls = InferenceCalls(inspector, models, access, many, readiness, metrics, log, settings)
    yield RunningPlug("grpc", GrpcPlug(settings, calls).run)


@contextmanager
def _extras() -> Iterator[None]:
    """Say which extra is missing."""
    try:
        yield
    except ModuleNotFoundError as error:
        raise SetupError(
            f"{error.name} is not installed: install leak-inspection with the extra of each plug that is switched on, "
            "in a checkout by "
            ".venv/service/bin/python -m pip install -c constraints.txt -e '.[service,grpc,modbus,mqtt,opcua]'"
        ) from error


def _add_modbus(
    plugs: Plugs,
    settings: Settings,
    cameras: Mapping[str, Camera],
    journal: Journal,
    records: Records,
    readiness: Readiness,
) -> None:
    from service.plugs.modbus.server import ModbusPlug  # noqa: PLC0415  # brings pymodbus, an extra
    from service.plugs.modbus.wells import ModbusWells, places_of  # noqa: PLC0415

    places = places_of(settings.modbus, cameras)
    wells = ModbusWells(journal, places, settings.modbus, records.standing_alarms)
    plug = ModbusPlug(settings.modbus, wells, lambda: readiness.ready)
    plugs.sinks.append(wells)
    plugs.running.append(RunningPlug("modbus", plug.run))


def _add_mqtt(
    plugs: Plugs, settings: Settings, cameras: Mapping[str, Camera], journal: Journal, records: Records
) -> None:
    from service.plugs.mqtt.discovery import Discovery  # noqa: PLC0415
    from service.plugs.mqtt.link import BrokerLink  # noqa: PLC0415  # brings aiomqtt, an extra
    from service.plugs.mqtt.publisher import MqttPublisher  # noqa: PLC0415
    from service.plugs.mqtt.session import StatusSession  # noqa: PLC0415

    mqtt = settings.mqtt
    if mqtt.sparkplug is not None:
        _add_sparkplug(plugs, settings, mqtt.sparkplug, cameras, journal, records)
        return
    if mqtt.sparkplug_host is not None:
        raise SetupError("LEAK_INSPECTION_MQTT_SPARKPLUG_HOST needs LEAK_INSPECTION_MQTT_SPARKPLUG beside it")
    discovery = None if mqtt.discovery is None else Discovery(mqtt.discovery, mqtt.prefix, cameras)
    session = StatusSession(mqtt.prefix, discovery.known if discovery else list)
    link = BrokerLink(mqtt, f"leak-inspection-{settings.replica}", session)
    plugs.sinks.append(MqttPublisher(journal, link, mqtt.prefix, cameras, discovery))
    plugs.running.append(RunningPlug("mqtt", link.run))


def _add_sparkplug(
    plugs: Plugs, settings: Settings, edge_node: str, cameras: Mapping[str, Camera], journal: Journal, records: Records
) -> None:
    from service.plugs.mqtt.link import BrokerLink  # noqa: PLC0415
    from service.plugs.mqtt.sparkplug.edge_node import EdgeNode  # noqa: PLC0415  # brings protobuf, an extra
    from service.plugs.mqtt.sparkplug.publisher import SparkplugPublisher  # noqa: PLC0415
    from service.plugs.mqtt.sparkplug.session import BirthNumbers, SparkplugSession  # noqa: PLC0415

    mqtt = settings.mqtt
    if mqtt.discovery is not None:
        raise SetupError("LEAK_INSPECTION_MQTT_DISCOVERY has no place beside LEAK_INSPECTION_MQTT_SPARKPLUG: unset one")
    group, name = edge_node.split("/")
    node = EdgeNode(group, name, cameras, lambda: time.time_ns() // 1_000_000)
    numbers = BirthNumbers(settings.data_dir / "sparkplug_bdseq")
    session = SparkplugSession(node, journal, numbers, mqtt.sparkplug_host, records.standing_alarms)
    link = BrokerLink(mqtt, f"leak-inspection-{settings.replica}", session)
    plugs.sinks.append(SparkplugPublisher(journal, link, node))
    plugs.running.append(RunningPlug("mqtt", link.run))


def _add_opcua(
    plugs: Plugs, settings: Settings, access: Access, journal: Journal, records: Records, readiness: Readiness
) -> None:
    from service.plugs.opcua.follower import OpcuaFollower  # noqa: PLC0415  # brings asyncua, an extra
    from service.plugs.opcua.security import require_safe  # noqa: PLC0415
    from service.plugs.opcua.server import OpcuaPlug  # noqa: PLC0415

    require_safe(settings.opcua)
    plug = OpcuaPlug(settings.opcua, access, readiness, partial(note, journal))
    plugs.sinks.append(OpcuaFollower(journal, plug, records.standing_alarms))
    plugs.running.append(RunningPlug("opcua", plug.run, complaint=plug.complaint))
