"""Pixels that may be decoded at once."""

import threading
from concurrent.futures import ThreadPoolExecutor
from math import inf
from time import perf_counter

import pytest

from service.contract.errors import DeadlineExceeded
from service.judging.pixel_budget import PixelBudget


def test_never_more_than_the_budget_is_in_flight() -> None:
    budget = PixelBudget(100)
    lock = threading.Lock()
    held: list[int] = []
    most: list[int] = []

    def work(pixels: int) -> None:
        with budget.taken(pixels, inf):
            with lock:
                held.append(pixels)
                most.append(sum(held))
            with lock:
                held.remove(pixels)

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(work, [30, 40, 50, 100] * 50))
    assert max(most) <= 100
    assert held == []


def test_what_costs_more_than_everything_goes_alone() -> None:
    budget = PixelBudget(100)
    with budget.taken(1000, inf), pytest.raises(DeadlineExceeded), budget.taken(1, perf_counter()):
        pytest.fail("it is not alone")
    with budget.taken(100, perf_counter()):
        pass


def test_pixels_are_given_back_after_an_error() -> None:
    budget = PixelBudget(100)
    with pytest.raises(RuntimeError, match="decoder"), budget.taken(100, inf):
        raise RuntimeError("decoder")
    with budget.taken(100, perf_counter()):
        pass


def test_what_needs_no_pixels_waits_for_nobody() -> None:
    budget = PixelBudget(100)
    with budget.taken(100, inf), budget.taken(0, perf_counter()):
        pass
