"""Processes that work side by side, one thread each: what a comparison asks of them, and those of this machine."""

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Executor, Future, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.connection import wait
from multiprocessing.context import SpawnContext, SpawnProcess
from pathlib import Path
from typing import BinaryIO, ParamSpec, Protocol, TypeVar

import cv2
import torch
from threadpoolctl import threadpool_limits

from service.contract.errors import FitFailed

Result = TypeVar("Result")
Given = ParamSpec("Given")


class Files(Protocol):
    """Files that jobs read, wherever they run."""

    def open(self, name: str) -> BinaryIO:
        """Open one of them."""


class WorkerPool(Protocol):
    """Runs functions of modules elsewhere, with what can be pickled; anything that does so can run a comparison."""

    def submit(self, function: Callable[Given, Result], /, *given: Given.args, **named: Given.kwargs) -> Future[Result]:
        """Run it once to its end, as often as that takes."""

    def share(self, folder: Path, names: Iterable[str]) -> Files:
        """Let the jobs read files of a folder of this machine."""


@dataclass(frozen=True, slots=True)
class Folder:
    """Files that lie where the jobs run."""

    folder: Path

    def open(self, name: str) -> BinaryIO:
        """Open one of them."""
        return (self.folder / name).open("rb")


@dataclass(frozen=True, slots=True)
class LocalPool:
    """Processes of this machine."""

    executor: Executor

    def submit(self, function: Callable[Given, Result], /, *given: Given.args, **named: Given.kwargs) -> Future[Result]:
        """Run it in one of them."""
        return self.executor.submit(function, *given, **named)

    def share(self, folder: Path, names: Iterable[str]) -> Files:  # noqa: ARG002  # all are there
        """Name the folder: they see it too."""
        return Folder(folder)


@contextmanager
def worker_pool(size: int) -> Iterator[LocalPool]:
    """Start so many processes; when the work ends early, by Ctrl-C, an error or a kill, they are stopped at once."""
    executor = ProcessPoolExecutor(size, mp_context=_Context(), initializer=_begin)
    try:
        yield LocalPool(executor)
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
    threading.Thread(target=_end_with_parent, name="end-with-parent", daemon=True).start()
    use_one_thread()


def _end_with_parent() -> None:
    """Processes of a pool wait for work as long as one of them lives: none would ever learn that nobody asks."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(1)


def use_one_thread() -> None:
    """Let this process compute on one thread: sums of several come in another order, and so to other bytes."""
    os.environ["OMP_NUM_THREADS"] = "1"  # for what is loaded later
    torch.set_num_threads(1)
    cv2.setNumThreads(1)
    threadpool_limits(1)
