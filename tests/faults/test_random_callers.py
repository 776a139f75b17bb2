"""Random arrivals, cancels, disconnections, failures and batch sizes: each answer belongs to its picture."""

import asyncio
import tempfile
from collections.abc import Coroutine
from pathlib import Path
from typing import Any, NamedTuple

import httpx
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from service.contract.picture import Pixels, decode, to_pixels
from service.contract.scorer import Scorer, Scores
from tests.faults.rig import Rig, Running
from tests.pictures import jpeg
from tests.small_artifact import SPEC
from tests.wells import good_well, leaking_well

PICTURES = [jpeg(draw(seed)) for seed in range(6) for draw in (good_well, leaking_well)]
NO_PICTURE = b"no picture"
LONGEST_S = 20


class Caller(NamedTuple):
    """Sends pictures (numbers into PICTURES, -1 is none) after some turns of the loop; may leave after some more."""

    pictures: list[int]
    arrives_after: int
    leaves_after: int | None


CALLERS = st.lists(
    st.builds(
        Caller,
        st.lists(st.integers(-1, len(PICTURES) - 1), min_size=1, max_size=5),
        st.integers(0, 30),
        st.none() | st.integers(0, 30),
    ),
    min_size=1,
    max_size=12,
)


class SometimesFailing:
    """A scorer that fails at given calls and otherwise does what another does."""

    def __init__(self, scorer: Scorer, failures: set[int]) -> None:
        self._scorer = scorer
        self._failures = failures
        self._calls = 0

    def score(self, pixels: Pixels) -> Scores:
        """Score, or fail."""
        self._calls += 1
        if self._calls in self._failures:
            raise RuntimeError("injected")
        return self._scorer.score(pixels)


async def turns(count: int) -> None:
    for _ in range(count):
        await asyncio.sleep(0)


async def visit(running: Running, caller: Caller) -> httpx.Response | None:
    """Send what the caller sends; None where it left before its answer."""
    await turns(caller.arrives_after)
    images = [PICTURES[number] if number >= 0 else NO_PICTURE for number in caller.pictures]
    sending: Coroutine[Any, Any, httpx.Response] = (
        running.post(images[0]) if len(images) == 1 else running.batch(*images)
    )
    task = asyncio.create_task(sending)
    if caller.leaves_after is not None:
        await turns(caller.leaves_after)
        task.cancel()
    await asyncio.wait([task], timeout=LONGEST_S)
    assert task.done(), "somebody waits for ever"
    return None if task.cancelled() else task.result()


def check(caller: Caller, response: httpx.Response, alone: list[float]) -> None:
    """Hold each answer against the score that its picture gets alone."""
    if response.status_code != 200:
        assert response.status_code in {415, 429, 503}
        assert response.json()["alarm"] is True
        return
    body = response.json()
    results = body.get("results", [body])
    assert len(results) == len(caller.pictures)
    for number, result in zip(caller.pictures, results, strict=True):
        if number < 0:
            assert (result["verdict"], result["reason"]) == ("unknown", "input_undecodable")
        else:
            assert result["score"] == pytest.approx(alone[number], rel=1e-5)
            assert result["verdict"] == ("leak" if number % 2 else "no_leak")


async def play(folder: Path, callers: list[Caller], failures: set[int]) -> None:
    async with Rig(folder).serving(max_in_flight=6, self_test={"retry_s": 0.01}) as running:
        scorer = running.components.models.current().detector.scorer
        alone = [float(scorer.score(to_pixels(decode(picture), SPEC)[None])[0]) for picture in PICTURES]
        running.change_scorer(SometimesFailing(scorer, failures))
        responses = await asyncio.gather(*(visit(running, caller) for caller in callers))
        for caller, response in zip(callers, responses, strict=True):
            if response is not None:
                check(caller, response, alone)
        running.change_scorer(scorer)
        await running.self_test()
        await running.passes()
    assert np.isfinite(alone).all()


@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
@given(callers=CALLERS, failures=st.sets(st.integers(1, 12), max_size=3))
def test_every_answer_belongs_to_its_picture_and_nobody_waits_for_ever(
    callers: list[Caller], failures: set[int]
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(play(Path(folder), callers, failures))
