"""Bounded places, and turns on the event loop."""

import asyncio
import math
import time
from time import perf_counter

import pytest

from service.admission import Admission, LoopShare
from service.contract.errors import DeadlineExceeded, Overloaded


def test_whoever_finds_no_place_is_refused_and_a_freed_place_is_given_again() -> None:
    admission = Admission(2)
    with admission.place():
        with admission.place(), pytest.raises(Overloaded, match="2 of 2"), admission.place():
            pass
        with admission.place():
            pass


def test_a_failure_frees_its_place() -> None:
    admission = Admission(1)
    with pytest.raises(ValueError, match="inside"), admission.place():
        raise ValueError("inside")
    with admission.place():
        pass


async def test_turns_come_in_the_order_of_asking_and_the_loop_breathes_between_slices() -> None:
    share = LoopShare(slice_s=0.002)
    order: list[int] = []
    breaths = 0
    done = asyncio.Event()

    async def work(number: int) -> None:
        await share.turn(math.inf)
        time.sleep(0.001)  # noqa: ASYNC251  # work on the loop is what is shared out
        order.append(number)

    async def breathe() -> None:
        nonlocal breaths
        while not done.is_set():
            breaths += 1
            await asyncio.sleep(0)

    breathing = asyncio.create_task(breathe())
    await asyncio.gather(*(work(number) for number in range(20)))
    done.set()
    await breathing
    assert order == list(range(20))
    assert breaths >= 8


async def test_a_turn_after_the_deadline_is_refused() -> None:
    with pytest.raises(DeadlineExceeded):
        await LoopShare().turn(perf_counter() - 1)


async def test_a_cancelled_waiter_harms_nobody() -> None:
    share = LoopShare(slice_s=0.001)
    await share.turn(math.inf)
    time.sleep(0.002)  # noqa: ASYNC251  # this round's slice is used up
    waiting = asyncio.create_task(share.turn(math.inf))
    await asyncio.sleep(0)
    waiting.cancel()
    await asyncio.wait_for(share.turn(math.inf), timeout=5)
