"""Micro-batching: small pictures that arrive together are judged together, on the event loop."""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from typing import Generic, NamedTuple, TypeVar

from service.contract.crop import Crop
from service.contract.errors import DeadlineExceeded, ScoringFailed
from service.judging.deadline import require_time

T = TypeVar("T")


class _Waiter(NamedTuple, Generic[T]):
    crop: Crop
    deadline: float
    outcome: asyncio.Future[T]


class MicroBatcher(Generic[T]):
    """Judges what has gathered since the last micro-batch, at most ``most`` pictures at once.

    A micro-batch begins after the first round of the loop that brought no picture: whoever is alone is judged at once,
    and of those who ask as fast as they are answered all are judged together, which costs a fifth less. Between two
    micro-batches the loop reads sockets and refuses what is too much, so a refusal waits for one of them and not for
    the whole queue. Pictures come in the order of asking; whoever has gone away or is too late is left out, and a
    picture that makes a micro-batch fail fails alone.

    Args:
        judge: gives one outcome a crop, in their order; the error of a crop is its outcome.
        most: pictures in a micro-batch, which then takes about two milliseconds; larger ones cost as much a picture.
    """

    def __init__(self, judge: Callable[[Sequence[Crop]], Sequence[T | Exception]], most: int = 32) -> None:
        self._judge = judge
        self._most = most
        self._waiting: deque[_Waiter[T]] = deque()
        self._gathered = 0

    async def judge(self, crop: Crop, deadline: float) -> T:
        """Judge a picture in the next micro-batch that has room.

        Args:
            crop: the picture.
            deadline: when its micro-batch must have begun, on the clock of ``time.perf_counter``.

        Raises:
            DeadlineExceeded: the deadline passed while waiting.
            ScoringFailed: the scorer failed, for the whole micro-batch.
            PictureError: the bytes cannot be decoded.
        """
        loop = asyncio.get_running_loop()
        outcome: asyncio.Future[T] = loop.create_future()
        if not self._waiting:
            loop.call_soon(self._judge_next, loop)
        self._waiting.append(_Waiter(crop, deadline, outcome))
        return await outcome

    def _judge_next(self, loop: asyncio.AbstractEventLoop) -> None:
        if self._gathered < len(self._waiting) < self._most:
            self._gathered = len(self._waiting)
            loop.call_soon(self._judge_next, loop)
            return
        self._gathered = 0
        batch = self._next_waiters()
        if self._waiting:
            loop.call_soon(self._judge_next, loop)
        for waiter, outcome in zip(batch, self._outcomes([waiter.crop for waiter in batch]), strict=True):
            if isinstance(outcome, Exception):
                waiter.outcome.set_exception(_raisable(outcome))
            else:
                waiter.outcome.set_result(outcome)

    def _next_waiters(self) -> list[_Waiter[T]]:
        batch: list[_Waiter[T]] = []
        while self._waiting and len(batch) < self._most:
            waiter = self._waiting.popleft()
            if waiter.outcome.done():  # cancelled
                continue
            try:
                require_time(waiter.deadline)
            except DeadlineExceeded as refusal:
                waiter.outcome.set_exception(refusal)
            else:
                batch.append(waiter)
        return batch

    def _outcomes(self, crops: Sequence[Crop]) -> Sequence[T | Exception]:
        try:
            outcomes = self._judge(crops) if crops else ()
        except ScoringFailed as error:  # not a matter of one picture
            return [ScoringFailed(str(error)) for _ in crops]
        except Exception as error:  # whatever one picture provokes, it is its sender's alone
            if len(crops) == 1:
                return [error]
            return [self._outcomes([crop])[0] for crop in crops]
        if len(outcomes) == len(crops):
            return outcomes
        return [ScoringFailed(f"{len(outcomes)} outcomes for {len(crops)} pictures: send the next one") for _ in crops]


def _raisable(error: Exception) -> Exception:
    """The error, or one in its place where a future would not take it and leave its waiter waiting for ever."""
    if not isinstance(error, StopIteration):
        return error
    failed = RuntimeError("judging ended early")
    failed.__cause__ = error
    return failed
