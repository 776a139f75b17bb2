"""Pictures that arrive together are judged together, and nobody pays for a neighbour."""

import asyncio
import math
from collections.abc import Sequence
from time import perf_counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.contract.crop import Crop
from service.contract.decision import Decision
from service.contract.errors import DeadlineExceeded, NotAPicture, ScoringFailed
from service.judging.judge import judge, judge_each
from service.judging.micro_batching import MicroBatcher
from service.judging.serving import Serving, open_serving
from service.settings import Settings
from tests.decisions import START, a_decision
from tests.eventually import PATIENCE_S
from tests.pictures import jpeg
from tests.small_artifact import write_artifact
from tests.wells import good_well, leaking_well

Outcome = Decision | Exception
POISON = b"poison"
DAMAGED = b"damaged"


def a_crop(image: bytes) -> Crop:
    return Crop(image, image.hex(), "request", START, 0.0)


class Judge:
    """Decides by echoing each picture, keeps the micro-batches, and fails as a whole where one picture is poison."""

    def __init__(self) -> None:
        self.batches: list[list[bytes]] = []

    def __call__(self, crops: Sequence[Crop]) -> list[Outcome]:
        self.batches.append([crop.image for crop in crops])
        if any(crop.image == POISON for crop in crops):
            raise RuntimeError("poison")
        return [self._outcome(crop) for crop in crops]

    def _outcome(self, crop: Crop) -> Outcome:
        if crop.image == DAMAGED:
            return NotAPicture("damaged")
        return a_decision(image_sha256=crop.sha256)


async def test_what_arrives_together_is_judged_together_in_the_order_of_asking() -> None:
    judge = Judge()
    batcher = MicroBatcher(judge, most=3)
    images = [bytes([number]) for number in range(5)]
    decisions = await asyncio.gather(*(batcher.judge(a_crop(image), math.inf) for image in images))
    assert [decision.image_sha256 for decision in decisions] == [image.hex() for image in images]
    assert judge.batches == [images[:3], images[3:]]


async def test_who_comes_round_by_round_is_judged_together_until_a_round_brings_nobody() -> None:
    judge = Judge()
    batcher = MicroBatcher(judge)
    asked = []
    for number in range(5):
        asked.append(asyncio.ensure_future(batcher.judge(a_crop(bytes([number])), math.inf)))
        await asyncio.sleep(0)
    for _ in range(3):
        await asyncio.sleep(0)
    assert judge.batches == [[bytes([number]) for number in range(5)]]
    assert all(one.done() for one in asked)


async def test_however_many_keep_coming_a_full_micro_batch_waits_for_none_of_them() -> None:
    judge = Judge()
    batcher = MicroBatcher(judge, most=4)
    asked = []
    for number in range(12):
        asked.append(asyncio.ensure_future(batcher.judge(a_crop(bytes([number])), math.inf)))
        await asyncio.sleep(0)
    await asyncio.gather(*asked)
    assert [len(batch) for batch in judge.batches] == [4, 4, 4]


async def test_an_error_that_no_future_takes_still_reaches_its_sender_alone() -> None:
    def judge(crops: Sequence[Crop]) -> list[Outcome]:
        return [a_decision(image_sha256=crop.sha256) if crop.image != POISON else next(iter(())) for crop in crops]

    batcher = MicroBatcher(judge)
    first, second, third = await asyncio.gather(
        *(batcher.judge(a_crop(image), math.inf) for image in (b"1", POISON, b"3")), return_exceptions=True
    )
    assert isinstance(second, RuntimeError)
    assert isinstance(first, Decision)
    assert isinstance(third, Decision)


async def test_too_few_outcomes_leave_nobody_waiting() -> None:
    batcher: MicroBatcher[Outcome] = MicroBatcher(lambda crops: [a_decision() for _ in crops[1:]])
    outcomes = await asyncio.gather(
        *(batcher.judge(a_crop(image), math.inf) for image in (b"1", b"2")), return_exceptions=True
    )
    assert all(isinstance(outcome, ScoringFailed) for outcome in outcomes)


async def test_a_picture_that_is_alone_waits_for_no_company() -> None:
    judge = Judge()
    batcher = MicroBatcher(judge)
    for number in range(3):
        await batcher.judge(a_crop(bytes([number])), math.inf)
    assert [len(images) for images in judge.batches] == [1, 1, 1]


async def test_the_loop_breathes_between_two_micro_batches() -> None:
    breaths = []
    batcher = MicroBatcher(Judge(), most=1)
    waiting = [asyncio.create_task(batcher.judge(a_crop(bytes([number])), math.inf)) for number in range(5)]

    async def breathe() -> None:
        while not all(task.done() for task in waiting):
            breaths.append(sum(task.done() for task in waiting))
            await asyncio.sleep(0)

    await asyncio.wait_for(breathe(), timeout=5)
    assert set(breaths) >= {0, 1, 2, 3, 4}


async def test_a_picture_that_makes_a_micro_batch_fail_fails_alone() -> None:
    batcher = MicroBatcher(Judge())
    images = [b"first", POISON, b"last"]
    first, poison, last = await asyncio.gather(
        *(batcher.judge(a_crop(image), math.inf) for image in images), return_exceptions=True
    )
    assert isinstance(poison, RuntimeError)
    assert isinstance(first, Decision)
    assert isinstance(last, Decision)


async def test_whoever_is_too_late_is_refused_before_inference() -> None:
    judge = Judge()
    with pytest.raises(DeadlineExceeded):
        await MicroBatcher(judge).judge(a_crop(b"late"), perf_counter() - 1)
    assert judge.batches == []


async def test_whoever_has_gone_away_is_left_out() -> None:
    judge = Judge()
    batcher = MicroBatcher(judge)
    gone = asyncio.create_task(batcher.judge(a_crop(b"gone"), math.inf))
    await asyncio.sleep(0)
    gone.cancel()
    await batcher.judge(a_crop(b"stays"), math.inf)
    assert judge.batches == [[b"stays"]]


PLANS = st.lists(
    st.tuples(st.sampled_from(["ok", "ok", "ok", "poison", "damaged", "late", "gone"]), st.integers(0, 3)), max_size=60
)


@given(PLANS, st.integers(1, 7))
def test_everybody_gets_an_own_answer_whatever_the_others_do(plan: list[tuple[str, int]], most: int) -> None:
    images = {"poison": POISON, "damaged": DAMAGED}
    expected: dict[str, type[BaseException]] = {
        "poison": RuntimeError,
        "damaged": NotAPicture,
        "late": DeadlineExceeded,
        "gone": asyncio.CancelledError,
    }

    async def ask(batcher: MicroBatcher[Decision], number: int, kind: str, pause: int) -> Decision:
        for _ in range(pause):
            await asyncio.sleep(0)
        crop = a_crop(images.get(kind, number.to_bytes(2)))
        return await batcher.judge(crop, -math.inf if kind == "late" else math.inf)

    async def run() -> list[Decision | BaseException]:
        batcher = MicroBatcher(Judge(), most)
        tasks = [asyncio.create_task(ask(batcher, number, *asked)) for number, asked in enumerate(plan)]
        await asyncio.sleep(0)
        for task, (kind, _) in zip(tasks, plan, strict=True):
            if kind == "gone":
                task.cancel()
        async with asyncio.timeout(PATIENCE_S):
            return await asyncio.gather(*tasks, return_exceptions=True)

    for number, (answer, (kind, _)) in enumerate(zip(asyncio.run(run()), plan, strict=True)):
        if isinstance(answer, Decision):
            assert kind in {"ok", "gone"}, "who leaves late may have been answered"
            assert answer.image_sha256 == number.to_bytes(2).hex()
        else:
            assert isinstance(answer, expected[kind])


@pytest.fixture(scope="module")
def serving(tmp_path_factory: pytest.TempPathFactory) -> Serving:
    root = tmp_path_factory.mktemp("artifacts")
    return open_serving(root / write_artifact(root), Settings())


async def test_in_company_a_picture_gets_the_score_it_gets_alone(serving: Serving) -> None:
    batcher = MicroBatcher(lambda crops: judge_each(serving, crops))
    images = [jpeg((good_well, leaking_well)[seed % 2](seed, 24 + seed % 9, 44 + seed % 7)) for seed in range(40)]
    together = await asyncio.gather(*(batcher.judge(a_crop(image), math.inf) for image in images))
    alone = [judge(serving, a_crop(image)) for image in images]
    assert [one.image_sha256 for one in together] == [one.image_sha256 for one in alone]
    assert [one.verdict for one in together] == [one.verdict for one in alone]
    for one, other in zip(together, alone, strict=True):
        assert one.score == pytest.approx(other.score, rel=1e-5, abs=1e-7)
    assert max(one.batch_size for one in together) > 1


async def test_what_cannot_be_decoded_gets_its_error_and_its_neighbours_their_decisions(serving: Serving) -> None:
    batcher = MicroBatcher(lambda crops: judge_each(serving, crops))
    images = [jpeg(good_well(1)), b"no picture", jpeg(good_well(2))]
    first, error, last = await asyncio.gather(
        *(batcher.judge(a_crop(image), math.inf) for image in images), return_exceptions=True
    )
    assert isinstance(error, NotAPicture)
    assert isinstance(first, Decision)
    assert isinstance(last, Decision)
