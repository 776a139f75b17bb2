"""Worker threads: what waits too long is given up, what hangs is told from it, and memory is bounded."""

import asyncio
import math
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from time import perf_counter

import numpy as np
import pytest

from service.contract.crop import Crop
from service.contract.decision import Decision
from service.contract.errors import DeadlineExceeded, NotAPicture, ScoringFailed
from service.contract.picture import Pixels
from service.contract.run_limit import RunLimit
from service.contract.scorer import Scorer, Scores
from service.judging import workers
from service.judging.pixel_budget import PixelBudget
from service.judging.serving import Serving, open_serving
from service.judging.workers import JudgingWorkers
from service.monitoring.freshness import FreshnessMonitor
from service.settings import Settings
from tests.decisions import START
from tests.eventually import PATIENCE_S
from tests.pictures import jpeg
from tests.small_artifact import write_artifact
from tests.wells import good_well

FRESHNESS = FreshnessMonitor(10, 30, 5)


class Watched:
    """A scorer that keeps how many pictures it got at once, and first does what it is told to."""

    def __init__(self, inner: Scorer, first: Callable[[], object] = lambda: None) -> None:
        self.at_once: list[int] = []
        self._inner = inner
        self._first = first

    def score(self, pixels: Pixels) -> Scores:
        self.at_once.append(len(pixels))
        self._first()
        return self._inner.score(pixels)


@pytest.fixture(scope="module")
def serving(tmp_path_factory: pytest.TempPathFactory) -> Serving:
    root = tmp_path_factory.mktemp("artifacts")
    return open_serving(root / write_artifact(root), Settings())


@pytest.fixture
def thread() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(1) as pool:
        yield pool


def judging(thread: ThreadPoolExecutor, stuck_after_s: float = 60, pixels: int = 10**9) -> JudgingWorkers:
    return JudgingWorkers(thread, PixelBudget(pixels), RunLimit(), stuck_after_s)


def watched(serving: Serving, scorer: Scorer) -> Serving:
    return replace(serving, detector=replace(serving.detector, scorer=scorer))


def a_crop(image: bytes) -> Crop:
    return Crop(image, image[:8].hex(), "request", START, perf_counter())


GOOD = [a_crop(jpeg(good_well(seed))) for seed in range(5)]


async def test_outcomes_come_in_the_order_of_the_pictures(serving: Serving, thread: ThreadPoolExecutor) -> None:
    crops = [GOOD[0], a_crop(b"no picture"), *GOOD[1:]]
    outcomes = await judging(thread).judge(serving, crops, math.inf, FRESHNESS)
    assert isinstance(outcomes[1], NotAPicture)
    made = [outcome for outcome in outcomes if isinstance(outcome, Decision)]
    assert [decision.image_sha256 for decision in made] == [crop.sha256 for crop in GOOD]


async def test_pictures_are_judged_together_up_to_so_many_pixels(
    serving: Serving, thread: ThreadPoolExecutor, monkeypatch: pytest.MonkeyPatch
) -> None:
    height, width = good_well(0).shape[:2]
    monkeypatch.setattr(workers, "TOGETHER_PIXELS", 2 * height * width)
    scorer = Watched(serving.detector.scorer)
    await judging(thread).judge(watched(serving, scorer), GOOD, math.inf, FRESHNESS)
    assert scorer.at_once == [2, 2, 1]


async def test_what_finds_no_thread_by_its_deadline_is_given_up_unjudged(
    serving: Serving, thread: ThreadPoolExecutor
) -> None:
    may_end = threading.Event()
    thread.submit(may_end.wait)
    scorer = Watched(serving.detector.scorer)
    with pytest.raises(DeadlineExceeded, match="fresh picture"):
        await judging(thread).judge(watched(serving, scorer), GOOD, perf_counter() + 0.01, FRESHNESS)
    may_end.set()
    thread.shutdown()
    assert scorer.at_once == []


async def test_what_has_begun_by_its_deadline_is_finished(serving: Serving, thread: ThreadPoolExecutor) -> None:
    deadline = perf_counter() + 2
    slow = Watched(serving.detector.scorer, lambda: threading.Event().wait(deadline + 0.05 - perf_counter()))
    (outcome,) = await judging(thread).judge(watched(serving, slow), GOOD[:1], deadline, FRESHNESS)
    assert isinstance(outcome, Decision)
    assert perf_counter() > deadline


async def test_what_hangs_is_no_matter_of_the_deadline(serving: Serving, thread: ThreadPoolExecutor) -> None:
    may_end = threading.Event()
    hung = Watched(serving.detector.scorer, may_end.wait)
    with pytest.raises(ScoringFailed, match="no verdict within"):
        await judging(thread, stuck_after_s=0.05).judge(watched(serving, hung), GOOD[:1], math.inf, FRESHNESS)
    may_end.set()


async def test_a_failing_scorer_gives_its_pixels_back(serving: Serving, thread: ThreadPoolExecutor) -> None:
    def fail() -> None:
        raise RuntimeError("broken")

    pixels = int(np.prod(good_well(0).shape[:2]))
    judge = judging(thread, pixels=pixels)
    with pytest.raises(ScoringFailed):
        await judge.judge(watched(serving, Watched(serving.detector.scorer, fail)), GOOD[:1], math.inf, FRESHNESS)
    async with asyncio.timeout(PATIENCE_S):
        (outcome,) = await judge.judge(serving, GOOD[:1], math.inf, FRESHNESS)
    assert isinstance(outcome, Decision)
