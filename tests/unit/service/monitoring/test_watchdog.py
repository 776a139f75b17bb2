"""A process that hangs is told from one that works."""

import asyncio
import threading
import time

from service.monitoring.watchdog import Watchdog


async def watched(inference_s: float = 0.0, stuck_after_s: float = 0.1) -> tuple[Watchdog, threading.Event, list[str]]:
    """A started watchdog over this loop, with what it said when it bit."""
    said: list[str] = []
    bitten = threading.Event()

    def bite(problem: str) -> None:
        said.append(problem)
        bitten.set()

    watchdog = Watchdog(asyncio.get_running_loop(), stuck_after_s, lambda: inference_s, bite)
    watchdog.start()
    return watchdog, bitten, said


async def test_a_loop_that_stands_still_is_told() -> None:
    watchdog, bitten, said = await watched()
    assert bitten.wait(10)  # the loop stands still while it waits here
    watchdog.close()
    assert "event loop" in said[0]


async def test_an_inference_that_hangs_is_told_while_the_loop_turns() -> None:
    watchdog, bitten, said = await watched(inference_s=60)
    assert await asyncio.to_thread(bitten.wait, 10)
    watchdog.close()
    assert "inference" in said[0]


async def test_a_loop_that_turns_is_left_alone() -> None:
    watchdog, bitten, _ = await watched(stuck_after_s=2)
    for _ in range(60):
        await asyncio.sleep(0)
        time.sleep(0.01)  # noqa: ASYNC251  # work on the loop, in slices
    watchdog.close()
    assert not bitten.is_set()
