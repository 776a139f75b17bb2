"""Faults of the scorer and of its surroundings while it serves."""

import threading
from collections.abc import Awaitable, Callable

import cv2
import numpy as np

from service.contract.artifact import MODEL
from service.contract.picture import Pixels
from service.contract.run_limit import RunLimit
from service.contract.scorer import OnnxScorer, Scores, open_session
from tests.endless_graph import with_endless_loop
from tests.faults.fault import Fault
from tests.faults.rig import GOOD, LEAK, Rig, Running, constant
from tests.pictures import jpeg
from tests.wells import good_well

FAILED = ("503 scoring-failed", "503 not-ready")
LARGE = jpeg(cv2.resize(good_well(3), (2400, 1350)))


def scorer(score: Callable[[Pixels], Scores]) -> Callable[[Rig], Awaitable[None]]:
    """Replace the scorer of a running service, then send leaks and good wells in every way."""

    async def inject(rig: Rig) -> None:
        async with rig.serving() as running:
            await running.passes()
            running.replace_scorer(score)
            await running.post(LEAK)
            await running.batch(LEAK, GOOD)
            await running.post(GOOD)

    return inject


def raising(error: Exception) -> Callable[[Pixels], Scores]:
    """A scorer that raises."""

    def score(_: Pixels) -> Scores:
        raise error

    return score


def of_size(change: int) -> Callable[[Pixels], Scores]:
    """A scorer that gives more or fewer scores than pictures."""
    return lambda pixels: np.zeros(len(pixels) + change, np.float32)


async def failing_self_test(rig: Rig) -> None:
    async with rig.serving() as running:
        await running.passes()
        scorer = running.components.models.current().detector.scorer
        running.replace_scorer(lambda pixels: scorer.score(pixels) * np.float32(0.9))
        await running.self_test()
        for image in (LEAK, GOOD):
            await running.post(image)


async def doubted(rig: Rig) -> None:
    """After a failure nothing is judged before the golden pictures have been, however well the scorer does again."""
    async with rig.serving() as running:
        await running.passes()
        running.replace_scorer(raising(RuntimeError("injected")))
        await running.post()
        running.replace_scorer(constant(0.0))
        for image in (LEAK, GOOD):
            await running.post(image)


async def hanging_in_worker(rig: Rig) -> None:
    release = threading.Event()

    def hang(pixels: Pixels) -> Scores:
        release.wait(30)
        return np.zeros(len(pixels), np.float32)

    async with rig.serving(stuck_after_s=0.2) as running:
        await running.passes()
        running.replace_scorer(hang)
        await running.batch(LEAK, GOOD)
        await running.post(LARGE)
        release.set()


async def endless_on_the_loop(rig: Rig) -> None:
    async with rig.serving() as running:
        await running.passes()
        path = rig.folder / MODEL
        path.write_bytes(with_endless_loop((rig.active / MODEL).read_bytes()))
        running.replace_scorer(limited(running, path.read_bytes()).score)
        await running.post()
        await running.batch(LEAK, GOOD)


def limited(running: Running, model: bytes) -> OnnxScorer:
    """A scorer with the service's own limit; its warm-up is left out, for it would not end."""
    folder = running.components.settings.data_dir / "endless"
    folder.mkdir()
    (folder / MODEL).write_bytes(model)
    limit = RunLimit(0.1)
    limit.start()
    scorer = OnnxScorer.__new__(OnnxScorer)
    scorer._limit, scorer._session = limit, open_session(folder / MODEL)
    return scorer


async def failing_gate(rig: Rig) -> None:
    async with rig.serving() as running:
        await running.passes()
        running.change_serving(gates=None)
        for image in (LEAK, GOOD):
            await running.post(image)


async def dead_workers(rig: Rig) -> None:
    async with rig.serving() as running:
        await running.passes()
        running.components.workers.shutdown()
        await running.batch(LEAK, GOOD)
        await running.post(LARGE)


SCORER_FAULTS = (
    Fault("NaN score", "the scorer gives NaN", ("200 unknown: score_not_finite",), scorer(constant(np.nan))),
    Fault("infinite score", "the scorer gives infinity", ("200 unknown: score_not_finite",), scorer(constant(np.inf))),
    Fault("infinitely low score", "... minus infinity", ("200 unknown: score_not_finite",), scorer(constant(-np.inf))),
    Fault("negative score", "the scorer gives less than 0", ("200 unknown: score_negative",), scorer(constant(-1.0))),
    Fault("too few scores", "one score less than pictures", FAILED, scorer(of_size(-1))),
    Fault("too many scores", "one score more than pictures", FAILED, scorer(of_size(1))),
    Fault("scorer raises", "the scorer raises an error", FAILED, scorer(raising(RuntimeError("injected")))),
    Fault("scorer out of memory", "the scorer raises MemoryError", FAILED, scorer(raising(MemoryError()))),
    Fault("scorer once raised", "it fails once, then calls everything good", FAILED, doubted),
    Fault("scaled scores", "all scores times 0.9, then a self-test", ("503 not-ready",), failing_self_test),
    Fault("scorer hangs in a worker", "inference of a batch never ends", FAILED, hanging_in_worker),
    Fault("endless inference", "a graph that never ends, on the event loop", FAILED, endless_on_the_loop),
    Fault("gate raises", "the gate raises an error", ("500 internal",), failing_gate),
    Fault("dead worker threads", "no thread takes batches or large pictures", ("500 internal",), dead_workers),
)
