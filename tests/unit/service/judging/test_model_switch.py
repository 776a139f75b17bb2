"""What is served, and whether it may be believed."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from prometheus_client import CollectorRegistry
from pydantic import JsonValue

from service.contract.errors import Conflict
from service.contract.gate.gate import Gate, Gated
from service.contract.gate.gates import Gates
from service.contract.journal_entry import EventKind
from service.contract.picture import Pixels
from service.judging.active_choice import ActiveChoice
from service.judging.model_switch import ModelSwitch
from service.judging.serving import Serving, open_serving
from service.monitoring.readiness import Readiness
from service.settings import Settings
from service.telemetry.metrics import ServiceMetrics
from tests.small_artifact import write_artifact


class Interrupting(Gates):
    """Gates during whose work something happens, once."""

    def __init__(self, gates: Gates, happens: Callable[[], None]) -> None:
        self._gates = gates
        self._happens = [happens]

    def of(self, camera_id: str | None) -> Gate:
        return self._gates.of(camera_id)

    def judge_all(self, pictures: Sequence[Pixels], cameras: Sequence[str | None]) -> list[Gated]:
        if self._happens:
            self._happens.pop()()
        return self._gates.judge_all(pictures, cameras)


async def unnoted(_kind: EventKind, _payload: Mapping[str, JsonValue]) -> None:
    """Keep nothing."""


async def serving_switch(root: Path) -> tuple[ModelSwitch, Readiness]:
    write_artifact(root / "artifacts")
    readiness = Readiness()

    def opened(folder: Path) -> Serving:
        return open_serving(folder, Settings())

    choice = ActiveChoice(root / "artifacts", root)
    switch = ModelSwitch(choice, opened, readiness, ServiceMetrics(CollectorRegistry(), "0", "0", {}), unnoted)
    await switch.follow()
    assert readiness.ready
    return switch, readiness


async def test_a_doubt_during_a_self_test_outlives_it(tmp_path: Path) -> None:
    switch, readiness = await serving_switch(tmp_path)
    serving = switch.current()
    switch._serving = replace(serving, gates=Interrupting(serving.gates, lambda: switch.doubt("an inference failed")))
    assert (await switch.self_test()).ok
    assert (readiness.first_problem, switch.doubted.is_set()) == ("self_test: an inference failed", True)
    assert (await switch.self_test()).ok
    assert (readiness.first_problem, switch.doubted.is_set()) == (None, False)


async def test_a_doubt_before_a_self_test_ends_with_it(tmp_path: Path) -> None:
    switch, readiness = await serving_switch(tmp_path)
    switch.doubt("an inference failed")
    assert readiness.first_problem is not None
    await switch.self_test()
    assert readiness.ready


async def test_of_two_people_who_move_the_threshold_at_once_one_does(tmp_path: Path) -> None:
    switch, _ = await serving_switch(tmp_path)
    first = switch.current().artifact.id
    moves = (switch.move_threshold(first, value) for value in (0.004, 0.0045))
    outcomes = await asyncio.gather(*moves, return_exceptions=True)
    assert [type(outcome) for outcome in outcomes if isinstance(outcome, Exception)] == [Conflict]
    assert switch.current() in outcomes
