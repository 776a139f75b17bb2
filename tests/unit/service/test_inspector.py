"""Pictures are judged and recorded once, whatever fails on the way."""

import asyncio
import math
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from service.contract.crop import Crop
from service.contract.decision import Decision, Verdict
from service.contract.run_limit import RunLimit
from service.inspector import Inspector
from service.judging.pixel_budget import PixelBudget
from service.judging.serving import Serving, open_serving
from service.judging.workers import JudgingWorkers
from service.monitoring.freshness import FreshnessMonitor
from service.record.recorder import Recording
from service.settings import Settings
from tests.judged import shot_of
from tests.pictures import jpeg
from tests.small_artifact import write_artifact
from tests.wells import good_well, leaking_well


class Served:
    """The model switch, always ready."""

    def __init__(self, serving: Serving) -> None:
        self._serving = serving

    def require(self) -> Serving:
        return self._serving

    def doubt(self, problem: str) -> None:
        pytest.fail(problem)


class BrokenArchive:
    """A recorder that fails where the picture of a leak is to be kept, after others have been recorded."""

    def __init__(self) -> None:
        self.recorded: list[Decision] = []

    async def earlier(self, _crop: Crop) -> None:
        return None

    def record(
        self, decisions: Sequence[Decision], _crops: Sequence[Crop], *, monitored: bool = True
    ) -> list[Recording]:
        assert monitored
        if any(decision.verdict is Verdict.LEAK for decision in decisions):
            raise RuntimeError("the archive is broken")
        self.recorded += decisions
        return [Recording(decision, None) for decision in decisions]


async def test_what_fails_while_a_micro_batch_is_recorded_records_nothing_twice(tmp_path: Path) -> None:
    served = Served(open_serving(tmp_path / write_artifact(tmp_path), Settings()))
    recorder = BrokenArchive()
    with ThreadPoolExecutor(1) as threads:
        workers = JudgingWorkers(threads, PixelBudget(1_000_000), RunLimit(), 10)
        inspector = Inspector(served, FreshnessMonitor(10, 30, 5), recorder, workers)  # type: ignore[arg-type]
        images = [jpeg(good_well(1)), jpeg(leaking_well(1)), jpeg(good_well(2))]
        answers = await asyncio.gather(
            *(inspector.inspect(shot_of(image), math.inf) for image in images), return_exceptions=True
        )
    assert [type(answer) for answer in answers] == [Decision, RuntimeError, Decision]
    assert len(recorder.recorded) == 2
    assert {decision.verdict for decision in recorder.recorded} == {Verdict.NO_LEAK}
