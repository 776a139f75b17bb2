"""A client of OPC UA that knows nothing of the service: asyncua's own, in a process of its own.

    opcua_client.py WHAT ENDPOINT [JSON]

Prints a line of JSON for whatever it finds.
"""

import asyncio
import json
import sys
from collections.abc import Callable, Coroutine
from typing import Any

from asyncua import Client, ua
from asyncua.crypto.security_policies import SecurityPolicyBasic256Sha256

VISION = "http://opcfoundation.org/UA/MachineVision"
OWN = "urn:leak-inspection"
RESULT_READY = 1024
STATE_CHANGED = 1018
PATIENCE = 300


def tell(**found: Any) -> None:  # noqa: ANN401
    print(json.dumps(found, default=str), flush=True)  # noqa: T201  # for whoever started it


class Listener:
    """Prints events, and whatever a variable shows."""

    def event_notification(self, event: Any) -> None:  # noqa: ANN401
        content = json.loads(event.ResultContent[0])
        tell(event=event.Message.Text, result=event.ResultId.Id, part=event.PartId.Id, content=content)

    def datachange_notification(self, _node: Any, value: Any, _data: Any) -> None:  # noqa: ANN401
        tell(heartbeat=value)


async def connected(endpoint: str, options: dict[str, str]) -> Client:
    """Connect, as soon as somebody listens."""
    for _ in range(PATIENCE):
        client = Client(endpoint)
        client.application_uri = options.get("uri", client.application_uri)
        if "user" in options:
            client.set_user(options["user"])
            client.set_password(options["password"])
        try:
            if "certificate" in options:
                certificate, key = options["certificate"], options["key"]
                await client.set_security(SecurityPolicyBasic256Sha256, certificate, key)
            await client.connect()
        except OSError:
            await asyncio.sleep(0.1)
        else:
            return client
    raise TimeoutError(endpoint)


async def enter(endpoint: str, options: dict[str, str]) -> None:
    """Say whether one is let in, and may read."""
    try:
        client = await connected(endpoint, options)
        value = await client.nodes.server_state.read_value()
        await client.disconnect()
    except Exception as error:  # the name of the refusal is what is looked for
        tell(refused=type(error).__name__, text=str(error))
    else:
        tell(entered=int(value))


async def watch(endpoint: str, _options: dict[str, str]) -> None:
    """Tell of results and heartbeats; begin again where the server was away."""
    while True:
        client = await connected(endpoint, {})
        try:
            vision, own = await client.get_namespace_index(VISION), await client.get_namespace_index(OWN)
            await client.load_data_type_definitions()
            root = client.nodes.objects
            subscription = await client.create_subscription(50, Listener())
            system = await root.get_child(f"{own}:VisionSystem")
            await subscription.subscribe_events(system, ua.NodeId(RESULT_READY, vision))
            heartbeat = await root.get_child([f"{own}:LeakInspection", f"{own}:heartbeat"])
            await subscription.subscribe_data_change(heartbeat)
            tell(watching=True)
            while True:
                await asyncio.sleep(0.2)
                await client.check_connection()
        except (OSError, ua.UaError):
            tell(lost=True)


async def look(endpoint: str, options: dict[str, str]) -> None:
    """Tell states, variables, what methods answer, and what becomes of wrong requests."""
    client = await connected(endpoint, {})
    vision, own = await client.get_namespace_index(VISION), await client.get_namespace_index(OWN)
    await client.load_data_type_definitions()
    root = client.nodes.objects
    system = await root.get_child(f"{own}:VisionSystem")
    machine = await system.get_child(f"{vision}:VisionStateMachine")
    automatic = await machine.get_child(f"{vision}:AutomaticModeStateMachine")
    for name, node in (("vision", machine), ("automatic", automatic)):
        current = await node.get_child("0:CurrentState")
        identifier = await (await current.get_child("0:Id")).read_value()
        found = await client.get_node(identifier).read_browse_name()
        tell(machine=name, state=(await current.read_value()).Text, id=found.Name)
    plain = await root.get_child(f"{own}:LeakInspection")
    for variable in await plain.get_variables():
        tell(variable=(await variable.read_browse_name()).Name, value=await variable.read_value())
    wells = await plain.get_child(f"{own}:Wells")
    for well in await wells.get_children():
        names = {(await node.read_browse_name()).Name: await node.read_value() for node in await well.get_children()}
        tell(well=(await well.read_browse_name()).Name, fields=names)
    results = await system.get_child(f"{vision}:ResultManagement")
    await _call_methods(vision, machine, automatic, results, options["result"])
    alarm = await plain.get_child(f"{own}:alarm")
    await _try("write", lambda: alarm.write_value(False))
    session = client.nodes.root.session
    subscription = await client.create_subscription(1000, Listener())
    await _try("republish", lambda: session.republish(subscription.subscription_id, 4711))
    await _try("too many subscriptions", lambda: _subscribe(client))
    await _try("republish elsewhere", lambda: session.republish(4711, 1))
    await client.disconnect()


class Teller:
    """Prints what happens to the vision system."""

    def event_notification(self, event: Any) -> None:  # noqa: ANN401
        result = getattr(event, "ResultId", None)
        tell(event=event.Message.Text, result=result and result.Id, job=result and event.JobId.Id)


async def command(endpoint: str, _options: dict[str, str]) -> None:
    """Call what standard input asks for, a method and a part a line, or read a part; tell of events meanwhile."""
    client = await connected(endpoint, {})
    vision, own = await client.get_namespace_index(VISION), await client.get_namespace_index(OWN)
    await client.load_data_type_definitions()
    system = await client.nodes.objects.get_child(f"{own}:VisionSystem")
    machine = await system.get_child(f"{vision}:VisionStateMachine")
    automatic = await machine.get_child(f"{vision}:AutomaticModeStateMachine")
    subscription = await client.create_subscription(50, Teller())
    await subscription.subscribe_events(system, [ua.NodeId(RESULT_READY, vision), ua.NodeId(STATE_CHANGED, vision)])
    tell(listening=True)
    while line := await asyncio.to_thread(sys.stdin.readline):
        method, _, part = line.strip().partition(" ")
        if method == "Read":
            path = ["LeakInspection", "Wells", part, "decision_id"]
            node = await client.nodes.objects.get_child([ua.QualifiedName(name, own) for name in path])
            tell(read=part, shown=await node.read_value())
            continue
        arguments = _job(part) if method.startswith("Start") else _cause()
        owner = machine if method in {"Halt", "Reset"} else automatic
        try:
            answer = await owner.call_method(f"{vision}:{method}", *arguments)
        except ua.UaStatusCodeError as error:
            tell(called=method, got=type(error).__name__)
        else:
            tell(called=method, got="Good", job=answer[0].Id if isinstance(answer, list) else None)
    await client.disconnect()


def _job(part: str = "", recipe: str = "") -> list[Any]:
    """What a job gets: measurement, part, recipe, product, parameters."""
    ids = (("MeasId", ""), ("PartId", part), ("RecipeIdExternal", recipe), ("ProductId", ""))
    made = [ua.Variant(getattr(ua, f"{kind}DataType")(Id=value), ua.VariantType.ExtensionObject) for kind, value in ids]
    return [*made, ua.Variant([], ua.VariantType.Variant, is_array=True)]


async def _subscribe(client: Client) -> None:
    """Make subscriptions until one is refused."""
    made: list[Any] = []
    try:
        while len(made) < PATIENCE:
            made.append(await client.create_subscription(60_000, Listener()))
    finally:
        for one in made:
            await one.delete()


async def _call_methods(vision: int, machine: Any, automatic: Any, results: Any, result: str) -> None:  # noqa: ANN401
    wanted = ua.Variant(ua.ResultIdDataType(Id=result), ua.VariantType.ExtensionObject)
    timeout = ua.Variant(0, ua.VariantType.Int32)
    number = ua.Variant(1, ua.VariantType.UInt32)
    by_id, listed = f"{vision}:GetResultById", f"{vision}:GetResultListFiltered"
    _, found, error = await results.call_method(by_id, wanted, timeout)
    tell(by_id=found.ResultId.Id, state=found.ResultState, recipe=found.InternalRecipeId.Id, error=error)
    everything = [ua.Variant(0, ua.VariantType.Int32)]
    kinds = ("MeasId", "PartId", "RecipeIdExternal", "RecipeIdInternal", "ConfigurationId", "ConfigurationId")
    for kind in (*kinds, "ProductId", "JobId"):
        empty = getattr(ua, f"{kind}DataType")(Id="")
        everything.append(ua.Variant(empty, ua.VariantType.ExtensionObject))
    everything += [number, ua.Variant(0, ua.VariantType.UInt32), timeout]
    complete, count, _, page, error = await results.call_method(listed, *everything)
    tell(listed=[one.ResultId.Id for one in page], complete=complete, count=count, error=error)
    await _try("too few", lambda: results.call_method(by_id, wanted))
    await _try("too many", lambda: results.call_method(by_id, wanted, timeout, timeout))
    await _try("wrong type", lambda: results.call_method(by_id, ua.Variant(result), timeout))
    await _try("wrong number", lambda: results.call_method(by_id, wanted, number))
    await _try("reset", lambda: machine.call_method(f"{vision}:Reset", number, ua.Variant("a test")))
    await _try("recipe", lambda: automatic.call_method(f"{vision}:StartContinuous", *_job(recipe="another")))


def _cause() -> list[Any]:
    return [ua.Variant(0, ua.VariantType.Int32), ua.Variant("a test", ua.VariantType.String)]


async def _try(what: str, act: Callable[[], Coroutine[Any, Any, Any]]) -> None:
    try:
        await act()
    except ua.UaStatusCodeError as error:
        tell(tried=what, got=type(error).__name__)
    else:
        tell(tried=what, got="Good")


if __name__ == "__main__":
    what, address = sys.argv[1:3]
    given = json.loads(sys.argv[3]) if len(sys.argv) > 3 else {}
    asyncio.run({"enter": enter, "watch": watch, "look": look, "command": command}[what](address, given))
