"""The thread that judges for the shadow: which pictures, how many wait, what it may cost."""

import random
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from time import perf_counter

import pytest

from service.contract.decision import Decision, Reason
from service.contract.picture import Pixels
from service.contract.scorer import Scorer, Scores
from service.judging.serving import Serving, open_serving
from service.judging.shadow.worker import MOST_BYTES, Lot, ShadowWorker
from service.setting_groups import ShadowSettings
from service.settings import Settings
from tests.decisions import a_decision
from tests.judged import shot_of
from tests.pictures import jpeg
from tests.small_artifact import write_artifact
from tests.wells import good_well

CROP = shot_of(jpeg(good_well(1)))


class FailingScorer:
    """Fails on every picture."""

    def score(self, pixels: Pixels) -> Scores:
        raise ValueError(f"no score for {len(pixels)} pictures")


class Results:
    """What a worker has judged, and an event for when there are enough."""

    def __init__(self, wanted: int = 1) -> None:
        self.pairs: list[tuple[Decision, Decision]] = []
        self.times: list[float] = []
        self._wanted = wanted
        self.enough = threading.Event()

    def __call__(self, served: Decision, shadow: Decision, _image: bytes) -> None:
        self.pairs.append((served, shadow))
        self.times.append(perf_counter())
        if len(self.pairs) == self._wanted:
            self.enough.set()


@pytest.fixture
def serving(tmp_path: Path) -> Serving:
    """An artefact that is ready to score."""
    return open_serving(tmp_path / write_artifact(tmp_path), Settings())


@contextmanager
def working(worker: ShadowWorker) -> Iterator[None]:
    worker.start()
    try:
        yield
    finally:
        worker.stop()


def test_one_of_each_run_of_pictures_is_drawn() -> None:
    lot = Lot(10, random.Random(1).randrange)
    runs = [[lot.falls() for _ in range(10)] for _ in range(500)]
    assert all(sum(run) == 1 for run in runs)


def test_every_tenth_picture_of_frames_with_eighty_wells_shows_all_wells() -> None:
    lot = Lot(10, random.Random(1).randrange)
    assert {number % 80 for number in range(80 * 100) if lot.falls()} == set(range(80))


def test_a_picture_is_judged_again_by_the_other_artefact(serving: Serving) -> None:
    results = Results()
    worker = ShadowWorker(serving, Lot(1), ShadowSettings(), results)
    with working(worker):
        worker.offer(made := a_decision(), CROP)
        assert results.enough.wait(30)
    ((served, shadow),) = results.pairs
    assert served is made
    assert (shadow.model.artifact, shadow.image_sha256) == (serving.artifact.id, CROP.sha256)


@pytest.mark.parametrize("reason", [Reason.FROZEN, Reason.STALE, Reason.MISALIGNED, Reason.INPUT_UNDECODABLE])
def test_what_no_artefact_could_change_is_not_judged_again(serving: Serving, reason: Reason) -> None:
    results = Results()
    worker = ShadowWorker(serving, Lot(1), ShadowSettings(), results)
    worker.offer(a_decision(reason=reason), CROP)
    worker.offer(last := a_decision(), CROP)
    with working(worker):
        assert results.enough.wait(30)
    assert [served for served, _ in results.pairs] == [last]


def test_what_does_not_fit_into_the_queue_is_dropped_and_counted(serving: Serving) -> None:
    worker = ShadowWorker(serving, Lot(1), ShadowSettings(queue=3), Results())
    for _ in range(10):
        worker.offer(a_decision(), CROP)
    assert worker.cost.dropped == 7


def test_large_pictures_wait_in_no_more_memory_than_a_bound(serving: Serving) -> None:
    worker = ShadowWorker(serving, Lot(1), ShadowSettings(queue=1000), Results())
    large = CROP._replace(image=bytes(MOST_BYTES // 4))
    for _ in range(6):
        worker.offer(a_decision(), large)
    assert worker.cost.dropped == 2


class DrawnCosts:
    """A clock that work moves by drawn costs, and a scorer that is this work; notes when each picture began."""

    def __init__(self, seed: int, scorer: Scorer) -> None:
        self._dice = random.Random(seed)
        self._scorer = scorer
        self._now = self._spent = 0.0
        self.began: list[tuple[float, float]] = []

    def now(self) -> float:
        return self._now

    def spent(self) -> float:
        return self._spent

    def rest(self, seconds: float, until: threading.Event) -> None:  # noqa: ARG002  # a clock's
        self._now += seconds

    def score(self, pixels: Pixels) -> Scores:
        """Cost a drawn time of the processor, and wait for a drawn time."""
        self.began.append((self._now, self._spent))
        cost = self._dice.choice([0.0, 0.001, 0.02, 3.0])
        self._spent += cost
        self._now += cost + self._dice.choice([0.0, 0.0, 0.01, 40.0])
        return self._scorer.score(pixels)


@pytest.mark.parametrize("share", [0.005, 0.1, 0.5, 1.0])
@pytest.mark.parametrize("seed", range(5))
def test_between_any_two_pictures_it_takes_no_more_than_its_share(serving: Serving, share: float, seed: int) -> None:
    count = 40
    clock = DrawnCosts(seed, serving.detector.scorer)
    costing = replace(serving, detector=replace(serving.detector, scorer=clock))
    results = Results(count)
    worker = ShadowWorker(costing, Lot(1), ShadowSettings(cpu_share=share), results, clock)
    for _ in range(count):
        worker.offer(a_decision(), CROP)
    with working(worker):
        assert results.enough.wait(60)
    for place, (now, spent) in enumerate(clock.began):
        for later, spent_later in clock.began[place + 1 :]:
            assert spent_later - spent <= share * (later - now) + 1e-9


def test_a_picture_that_cannot_be_judged_is_counted_and_the_next_one_is_tried(serving: Serving) -> None:
    failing = replace(serving, detector=replace(serving.detector, scorer=FailingScorer()))
    results = Results()
    worker = ShadowWorker(failing, Lot(1), ShadowSettings(), results)
    for _ in range(2):
        worker.offer(a_decision(), CROP)
    worker.offer(a_decision(), shot_of(b"no picture"))
    with working(worker):
        until = perf_counter() + 30
        while worker.cost.failed < 3 and perf_counter() < until:
            results.enough.wait(0.01)
    assert (worker.cost.failed, results.pairs) == (3, [])
    assert worker.cost.problem is not None
