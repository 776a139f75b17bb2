"""Variables for clients that know no companion specification: the plant's alarm, a heartbeat, and each well."""

from datetime import UTC, datetime
from typing import Any, Self

from asyncua import Node, Server, ua

from service.contract.decision import Decision
from service.plugs.opcua.results import part_of

MOST_WELLS = 2000
NO_TIME = datetime(1601, 1, 1, tzinfo=UTC)
"""How OPC UA says that there is none."""

FIELDS: dict[str, tuple[object, ua.VariantType]] = {
    "verdict": ("unknown", ua.VariantType.String),
    "alarm": (True, ua.VariantType.Boolean),
    "reason": ("", ua.VariantType.String),
    "score_ratio": (float("nan"), ua.VariantType.Double),
    "decision_id": ("", ua.VariantType.String),
    "artifact": ("", ua.VariantType.String),
    "captured_at": (NO_TIME, ua.VariantType.DateTime),
    "received_at": (NO_TIME, ua.VariantType.DateTime),
    "sequence": (0, ua.VariantType.UInt64),
}
"""What a well shows, and what it shows before its first picture."""


class PlainVariables:
    """``LeakInspection/alarm``, ``heartbeat``, ``ready`` and ``Wells/CAMERA/WELL/...``, read-only for clients."""

    def __init__(self, wells: Node, service: dict[str, Node], namespace: int) -> None:
        self._wells = wells
        self._service = service
        self._namespace = namespace
        self._nodes: dict[str, dict[str, Node]] = {}
        self._alarming: set[str] = set()
        self._standing: set[str] = set()
        self._beat = 0
        self._ready = False

    @classmethod
    async def made(cls, server: Server, namespace: int) -> Self:
        """Make the variables of the service: it alarms until all is well."""
        root = await server.nodes.objects.add_object(namespace, "LeakInspection")
        service = {
            "alarm": await root.add_variable(namespace, "alarm", True, ua.VariantType.Boolean),
            "ready": await root.add_variable(namespace, "ready", False, ua.VariantType.Boolean),
            "heartbeat": await root.add_variable(namespace, "heartbeat", 0, ua.VariantType.UInt32),
        }
        return cls(await root.add_folder(namespace, "Wells"), service, namespace)

    async def beat(self, *, ready: bool) -> None:
        """Show whether verdicts are given, and count the heartbeat on."""
        self._ready = ready
        self._beat = (self._beat + 1) % 2**32
        await self._service["ready"].write_value(ua.Variant(ready, ua.VariantType.Boolean))
        await self._service["heartbeat"].write_value(ua.Variant(self._beat, ua.VariantType.UInt32))
        await self.show_alarm()

    async def show_alarm(self) -> None:
        """Show whether anything alarms: a well, an alarm that stands, or a service that gives no verdicts."""
        alarm = not self._ready or bool(self._alarming) or bool(self._standing)
        await self._service["alarm"].write_value(ua.Variant(alarm, ua.VariantType.Boolean))

    async def show_decision(self, sequence: int, decision: Decision) -> None:
        """Show the last decision of a well."""
        ratio = float("nan") if decision.score_ratio is None else decision.score_ratio
        await self._show(
            part_of(decision),
            {
                "verdict": decision.verdict.value,
                "alarm": decision.alarm,
                "reason": decision.reason.value,
                "score_ratio": ratio,
                "decision_id": decision.decision_id,
                "artifact": decision.model.artifact,
                "captured_at": decision.captured_at or NO_TIME,
                "received_at": decision.received_at,
                "sequence": sequence,
            },
        )

    async def show_silence(self, sequence: int, camera_id: str, well_id: str | None) -> None:
        """Let a well, or all of a camera, be unknown, since nothing comes from there."""
        own = f"{camera_id}/"
        silent = [part for part in self._nodes if part.startswith(own)] if well_id is None else [own + well_id]
        for part in silent:
            await self._show(part, {"verdict": "unknown", "alarm": True, "reason": "no_data", "sequence": sequence})

    def stands(self, alarm_id: str, *, over: bool) -> None:
        """Know an alarm, or that it is over."""
        (self._standing.discard if over else self._standing.add)(alarm_id)

    async def _show(self, part: str, values: dict[str, Any]) -> None:
        nodes = await self._of(part)
        (self._alarming.add if values["alarm"] else self._alarming.discard)(part)
        for name, value in values.items():
            await nodes[name].write_value(ua.Variant(value, FIELDS[name][1]))

    async def _of(self, part: str) -> dict[str, Node]:
        if part not in self._nodes:
            if len(self._nodes) >= MOST_WELLS:
                oldest = next(iter(self._nodes))
                self._alarming.discard(oldest)
                nodes = self._nodes.pop(oldest)
                await nodes[""].delete()
            well = await self._wells.add_object(self._namespace, part)
            self._nodes[part] = {"": well}
            for name, (value, kind) in FIELDS.items():
                self._nodes[part][name] = await well.add_variable(self._namespace, name, value, kind)
        return self._nodes[part]
