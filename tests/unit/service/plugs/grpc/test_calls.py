"""Calls get their answers or a status, and what has arrived is judged whether its caller waits or not."""

import asyncio
import logging
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from time import perf_counter
from types import SimpleNamespace
from typing import Any

import grpc
import pytest
from prometheus_client import CollectorRegistry

from service.contract.crop import Crop
from service.contract.decision import Decision
from service.contract.errors import NotReady
from service.edge.access import Access, Role
from service.edge.admission import Admission
from service.edge.arrivals import Arrivals
from service.edge.intake import Intake
from service.edge.sessions import Sessions
from service.monitoring.readiness import Readiness
from service.plugs.grpc.calls import InferenceCalls, _address
from service.plugs.grpc.messages import MESSAGES
from service.plugs.grpc.protocol import SERVICE
from service.plugs.grpc.server import GrpcPlug
from service.plugs.oip.tensors import packed
from service.settings import Settings
from service.telemetry.logs import RequestLog
from service.telemetry.metrics import ServiceMetrics
from tests.decisions import a_decision
from tests.ports import free_port

KEY = "camera-key-012345"


class Gate:
    """An inspector that judges once it is let; says what came, and with what time left."""

    def __init__(self) -> None:
        self.let = asyncio.Event()
        self.came = asyncio.Event()
        self.done = asyncio.Event()
        self.crops: list[Crop] = []
        self.left_s = 0.0

    async def inspect_batch(self, crops: Sequence[Crop], deadline: float) -> list[Decision]:
        self.crops += crops
        self.left_s = deadline - perf_counter()
        self.came.set()
        await self.let.wait()
        self.done.set()
        return [a_decision() for _ in crops]


class Models:
    """One model is served, unless it is taken away."""

    def __init__(self) -> None:
        self.served = True

    def require(self) -> Any:  # noqa: ANN401
        if not self.served:
            raise NotReady("model: starting")
        return SimpleNamespace(identity=SimpleNamespace(name="small", artifact="small-1"))

    current = require


class Plant:
    """The calls on a socket, and all they need."""

    def __init__(self, keys: dict[str, Role] | None = None, places: int = 2, **changes: Any) -> None:  # noqa: ANN401
        self.port = free_port()
        self.gate, self.models, self.readiness = Gate(), Models(), Readiness()
        settings = Settings.model_validate({"grpc": {"enabled": True, "port": self.port}, **changes})
        access, deadline_s = Access(keys or {}, Sessions(b"secret")), settings.deadline_s
        metrics = ServiceMetrics(CollectorRegistry(), "1", "1", {})
        calls = InferenceCalls(
            self.gate,  # type: ignore[arg-type]
            self.models,  # type: ignore[arg-type]
            access,
            Intake(Role.CAMERA, access, Arrivals(places), Admission(places), settings.max_batch_bytes, deadline_s),
            self.readiness,
            metrics,
            RequestLog(logging.getLogger("test"), 1.0),
            settings,
        )
        self.plug = GrpcPlug(settings, calls)

    async def call(self, name: str, body: bytes, key: str | None = None, timeout_s: float | None = None) -> Any:  # noqa: ANN401
        sent = () if key is None else (("authorization", f"Bearer {key}"),)
        ask = self.channel.unary_unary(f"/{SERVICE}/{name}")
        answer = await ask(body, metadata=sent, timeout=timeout_s, wait_for_ready=True)
        return MESSAGES[f"{name}Response"].FromString(answer)

    @asynccontextmanager
    async def running(self) -> AsyncIterator["Plant"]:
        served = asyncio.Event()
        running = asyncio.create_task(self.plug.run(served.set))
        await served.wait()
        async with grpc.aio.insecure_channel(f"127.0.0.1:{self.port}") as self.channel:
            yield self
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


def infer(**changes: Any) -> bytes:  # noqa: ANN401
    message = {
        "model_name": "small",
        "inputs": [{"name": "image", "datatype": "BYTES", "shape": [1]}],
        "raw_input_contents": [packed([b"picture"])],
        **changes,
    }
    body: bytes = MESSAGES["ModelInferRequest"](**message).SerializeToString()
    return body


async def status_of(asked: Any) -> grpc.StatusCode:  # noqa: ANN401
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await asked
    assert refused.value.details()
    return refused.value.code()


async def test_a_call_that_is_cancelled_is_judged_all_the_same() -> None:
    async with Plant().running() as plant:
        asked = asyncio.create_task(plant.call("ModelInfer", infer()))
        await plant.gate.came.wait()
        asked.cancel()
        await asyncio.gather(asked, return_exceptions=True)
        plant.gate.let.set()
        await plant.gate.done.wait()
        assert [crop.image for crop in plant.gate.crops] == [b"picture"]


async def test_a_call_that_is_cancelled_before_its_message_came_leaves_nothing_behind() -> None:
    async with Plant(places=1).running() as plant:
        plant.gate.let.set()
        half = plant.channel.stream_unary(f"/{SERVICE}/ModelInfer")()
        await half.wait_for_connection()
        half.cancel()
        assert len((await plant.call("ModelInfer", infer())).raw_output_contents) > 1
        assert len(plant.gate.crops) == 1


async def test_a_stop_waits_for_what_is_judged() -> None:
    plant = Plant()
    async with plant.running():
        asked = asyncio.create_task(plant.call("ModelInfer", infer()))
        await plant.gate.came.wait()
        asyncio.get_running_loop().call_soon(plant.gate.let.set)
        assert (await asked).model_version == "small-1"
    assert plant.gate.done.is_set()


async def test_the_deadline_of_the_call_and_triton_s_parameter_are_those_of_the_inspection() -> None:
    async with Plant(deadline_s=30).running() as plant:
        plant.gate.let.set()
        await plant.call("ModelInfer", infer())
        assert 20 < plant.gate.left_s <= 30
        await plant.call("ModelInfer", infer(), timeout_s=10)
        assert 1 < plant.gate.left_s < 11  # on its way gRPC rounds it up
        bound = {"timeout": {"int64_param": 5_000_000}}
        await plant.call("ModelInfer", infer(parameters=bound), timeout_s=10)
        assert plant.gate.left_s <= 5


async def test_who_has_no_key_or_no_place_gets_the_status_that_says_so() -> None:
    async with Plant({KEY: Role.CAMERA}, places=1, protect_health_and_metrics=True).running() as plant:
        assert await status_of(plant.call("ModelInfer", infer())) is grpc.StatusCode.UNAUTHENTICATED
        assert await status_of(plant.call("ServerLive", b"")) is grpc.StatusCode.UNAUTHENTICATED
        assert await status_of(plant.call("ModelMetadata", b"")) is grpc.StatusCode.UNAUTHENTICATED
        assert (await plant.call("ServerLive", b"", KEY)).live
        asked = asyncio.create_task(plant.call("ModelInfer", infer(), KEY))
        await plant.gate.came.wait()
        assert await status_of(plant.call("ModelInfer", infer(), KEY)) is grpc.StatusCode.UNAVAILABLE
        plant.gate.let.set()
        await asked


async def test_what_is_not_ready_says_so_and_gives_no_verdict() -> None:
    async with Plant().running() as plant:
        plant.models.served = False
        plant.readiness.set("model", "starting")
        asked = MESSAGES["ModelReadyRequest"](name="small").SerializeToString()
        assert not (await plant.call("ModelReady", asked)).ready
        assert not (await plant.call("ServerReady", b"")).ready
        assert await status_of(plant.call("ModelInfer", infer())) is grpc.StatusCode.UNAVAILABLE


async def test_a_message_too_large_is_refused_and_the_next_one_is_judged() -> None:
    async with Plant(max_body_bytes=1024, max_batch_bytes=2048).running() as plant:
        plant.gate.let.set()
        large = infer(raw_input_contents=[packed([bytes(4096)])])
        assert await status_of(plant.call("ModelInfer", large)) is grpc.StatusCode.RESOURCE_EXHAUSTED
        assert len((await plant.call("ModelInfer", infer())).raw_output_contents) > 1
        assert len(plant.gate.crops) == 1


@pytest.mark.parametrize(
    ("peer", "address"),
    [("ipv4:192.0.2.7:5000", ("192.0.2.7", 5000)), ("ipv6:%5B::1%5D:5000", ("::1", 5000)), ("unix:", ("", 0))],
)
def test_the_address_of_a_caller_is_read_from_grpcs_own_form(peer: str, address: tuple[str, int]) -> None:
    assert _address(peer) == address
