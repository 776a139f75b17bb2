"""The address space: a VisionSystem with its state machine and results, and plain variables beside it."""

import gzip
from datetime import UTC, datetime
from importlib.resources import files
from typing import Any

from asyncua import Node, Server, ua
from asyncua.common.instantiate_util import instantiate

from service.contract.decision import Decision
from service.plugs.opcua.control import Control, Tell
from service.plugs.opcua.jobs import Jobs, VisionState
from service.plugs.opcua.methods import Answer, link
from service.plugs.opcua.plain_variables import PlainVariables
from service.plugs.opcua.results import (
    BINARY_ID,
    CONFIGURATION_ID,
    EXTERNAL_RECIPE_ID,
    NAMESPACE,
    RECIPE_ID,
    KeptResults,
    event_fields,
    part_of,
)

OWN = "urn:leak-inspection"
NODESET = "Opc.Ua.MachineVision.NodeSet2.xml.gz"
VISION_SYSTEM, RESULT_MANAGEMENT, STATE_MACHINE, AUTOMATIC_MODE = 1003, 1007, 1017, 1021
ENCODINGS = {CONFIGURATION_ID: 5090, EXTERNAL_RECIPE_ID: 5002, RECIPE_ID: 5268}
RESULT_READY, STATE_CHANGED, ERROR = 1024, 1018, 1019
ALERT_SEVERITY = 900


class VisionSystem:
    """Made once a server; ``build`` comes first. ``tell`` hears what clients have changed."""

    def __init__(self, server: Server, tell: Tell) -> None:
        self._server = server
        self.jobs = Jobs()
        self._control = Control(self.jobs, self._show_state, tell)
        self._kept = KeptResults()
        self._state: VisionState | None = None
        self._machines: tuple[Node, Node]
        self._states: dict[str, ua.NodeId] = {}
        self._events: dict[int, Any] = {}
        self.plain: PlainVariables

    async def build(self) -> None:
        """Import the nodeset and make the objects; whatever they offer to call is linked."""
        server = self._server
        nodeset = files("service.plugs.opcua").joinpath("nodeset", NODESET).read_bytes()
        await server.import_xml(xmlstring=gzip.decompress(nodeset).decode())
        await self._define_ids()
        vision, own = NAMESPACE, await server.register_namespace(OWN)
        system = await self._instance(server.nodes.objects, VISION_SYSTEM, "VisionSystem", own)
        machine = await system.get_child(f"{vision}:VisionStateMachine")
        automatic = await self._instance(machine, AUTOMATIC_MODE, "AutomaticModeStateMachine", vision)
        results = await self._instance(system, RESULT_MANAGEMENT, "ResultManagement", vision)
        self._machines = (machine, automatic)
        await self._find_states()
        kept = {"GetResultById": self._kept.by_id, "GetResultListFiltered": self._kept.filtered}
        answers: dict[str, Answer] = {**kept, **self._control.answers()}
        for owner in (machine, automatic, results):
            for method in await owner.get_children(nodeclassmask=ua.NodeClass.Method):
                await link(server, method, answers.get((await method.read_browse_name()).Name))
        for kind in (RESULT_READY, STATE_CHANGED, ERROR):
            self._events[kind] = await server.get_event_generator(ua.NodeId(kind, NAMESPACE), system)
        self.plain = await PlainVariables.made(server, own)
        await self.show_state(VisionState.PREOPERATIONAL, "the server has started")

    async def show_state(self, state: VisionState, why: str) -> None:
        """Show what the service does, as far as clients have not asked for something else."""
        self.jobs.follow(state)
        await self._show_state(why)

    async def _show_state(self, why: str) -> None:
        """Show the state, and tell of it where it is new."""
        state = self.jobs.state
        if state is self._state:
            return
        self._state = state
        for node, name in zip(self._machines, state.value, strict=True):
            identifier = ua.NodeId() if name is None else self._states[name]
            current = await node.get_child("0:CurrentState")
            await current.write_value(ua.Variant(ua.LocalizedText(name or ""), ua.VariantType.LocalizedText))
            await (await current.get_child("0:Id")).write_value(ua.Variant(identifier, ua.VariantType.NodeId))
        failed = state is VisionState.ERROR
        event = self._events[ERROR if failed else STATE_CHANGED]
        event.event.Severity = ALERT_SEVERITY if failed else 1
        event.event.Message = ua.LocalizedText(f"{' '.join(filter(None, state.value))}: {why}")
        await event.trigger()

    async def show_result(self, sequence: int, decision: Decision) -> None:
        """Show a decision: in the variables of its well, in the list of results, and as an event, unless they rest."""
        published, job = self.jobs.published(part_of(decision))
        self._kept.add(decision, job)
        await self.plain.show_decision(sequence, decision)
        if not published:
            return
        generator = self._events[RESULT_READY]
        for name, (value, kind) in event_fields(decision, job).items():
            generator.event.add_property(name, value, kind)
        generator.event.Message = ua.LocalizedText(f"{part_of(decision)}: {decision.verdict}")
        await generator.trigger(time_attr=min(decision.answered_at, datetime.now(UTC)))
        await self._show_state("the job has its result")

    async def _instance(self, parent: Node, kind: int, name: str, namespace: int) -> Node:
        """Make an object without its optional parts: what stands there can be used."""
        nodes: list[Node] = await instantiate(
            parent,
            self._server.get_node(ua.NodeId(kind, NAMESPACE)),
            bname=ua.QualifiedName(name, namespace),
            idx=await self._server.get_namespace_index(OWN),
            instantiate_optional=False,
        )
        return nodes[0]

    async def _define_ids(self) -> None:
        """Define the kinds of ids that add nothing to their base: asyncua leaves them out, and clients read nothing."""
        base = await self._server.get_node(ua.NodeId(BINARY_ID, NAMESPACE)).read_data_type_definition()
        for kind, encoding in ENCODINGS.items():
            definition = ua.StructureDefinition(
                DefaultEncodingId=ua.NodeId(encoding, NAMESPACE),
                BaseDataType=ua.NodeId(BINARY_ID, NAMESPACE),
                StructureType=base.StructureType,
                Fields=[*base.Fields],
            )
            value = ua.DataValue(ua.Variant(definition, ua.VariantType.ExtensionObject))
            node = self._server.get_node(ua.NodeId(kind, NAMESPACE))
            await node.write_attribute(ua.AttributeIds.DataTypeDefinition, value)
        await self._server.load_data_type_definitions()

    async def _find_states(self) -> None:
        """The states stand at the types; those of the automatic mode are not copied to its instances."""
        wanted = {name for state in VisionState for name in state.value if name is not None}
        for kind in (STATE_MACHINE, AUTOMATIC_MODE):
            for child in await self._server.get_node(ua.NodeId(kind, NAMESPACE)).get_children():
                name = (await child.read_browse_name()).Name
                if name in wanted:
                    self._states[name] = child.nodeid
