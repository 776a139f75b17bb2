"""Processes that work side by side, one PyTorch thread each."""

import multiprocessing
import signal
from collections.abc import Iterator, Sequence
from concurrent.futures import Executor, Future, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from multiprocessing.context import SpawnContext, SpawnProcess
from typing import TypeVar

import cv2
import torch

from service.contract.errors import FitFailed

Result = TypeVar("Result")


@contextmanager
def worker_pool(size: int) -> Iterator[Executor]:
    """Start so many processes; when the work ends early, by Ctrl-C or an error, they are stopped at once."""
    executor = ProcessPoolExecutor(size, mp_context=_Context(), initializer=_begin)
    try:
        yield executor
    except BaseException:
        executor.shutdown(wait=False, cancel_futures=True)
        for process in multiprocessing.active_children():
            process.terminate()
        raise
    executor.shutdown()


def finished(futures: Sequence[Future[Result]]) -> Iterator[Result]:
    """Yield results as they come.

    Raises:
        FitFailed: a process died, most likely for want of memory.
    """
    try:
        for future in as_completed(futures):
            yield future.result()
    except BrokenProcessPool as error:
        raise FitFailed("a process died, most likely for want of memory: run again with fewer --jobs") from error


class _Worker(SpawnProcess):
    """Deaf to Ctrl-C from its first moment: it would end in a stack trace, and the main process ends it anyway."""

    def start(self) -> None:
        before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})  # a new process takes the mask over
        try:
            super().start()
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)


class _Context(SpawnContext):
    Process = _Worker


def _begin() -> None:
    torch.set_num_threads(1)
    cv2.setNumThreads(1)
