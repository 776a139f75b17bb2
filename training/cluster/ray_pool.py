"""Ray's tasks as the worker pool of a comparison.

What a task is given and gives back travels with it, so that nodes need no folder in common; what is lost with a worker
is run again.
"""

import io
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Final, ParamSpec, TypeVar

from service.contract.errors import FitFailed, LeakInspectionError
from training.cluster.code import code, require
from training.cluster.connection import connected
from training.fitting.worker_pool import Files, use_one_thread

Result = TypeVar("Result")
Given = ParamSpec("Given")

RETRIES: Final = 5
"""How many workers a task may lose before it fails; a task that exhausts the memory of each node ends so."""


@dataclass(frozen=True, slots=True)
class SharedFiles:
    """Files in Ray's object store, by name."""

    contents: dict[str, Any]

    def open(self, name: str) -> BinaryIO:
        """Fetch one of them to this node."""
        import ray  # noqa: PLC0415  # only where there is a cluster

        return io.BytesIO(ray.get(self.contents[name]))


class RayPool:
    """Hands functions to a cluster; each takes one processor, and so ``OMP_NUM_THREADS`` is 1 there as here."""

    def __init__(self, retries: int = RETRIES) -> None:
        import ray  # noqa: PLC0415  # only where there is a cluster

        self._put = ray.put
        self._task = ray.remote(num_cpus=1, max_retries=retries)(_run)

    def submit(self, function: Callable[Given, Result], /, *given: Given.args, **named: Given.kwargs) -> Future[Result]:
        """Run it on any node, again where its worker is lost."""
        outcome: Future[Result] = Future()
        reference = self._task.remote(code(), function, given, named)
        reference.future().add_done_callback(lambda done: _hand_over(done, outcome))
        return outcome

    def share(self, folder: Path, names: Iterable[str]) -> Files:
        """Put the files into the object store; a node fetches what its jobs open."""
        return SharedFiles({name: self._put((folder / name).read_bytes()) for name in names})


@contextmanager
def ray_pool(address: str, processes: int) -> Iterator[RayPool]:
    """Connect to a cluster for as long as the work lasts; see :func:`connected`."""
    with connected(address, processes):
        yield RayPool()


def _run(expected: str, function: Callable[..., Any], given: tuple[Any, ...], named: dict[str, Any]) -> object:
    require(expected)
    use_one_thread()
    return function(*given, **named)


def _hand_over(done: "Future[Any]", outcome: "Future[Any]") -> None:
    error = done.exception()
    if error is None:
        outcome.set_result(done.result())
    else:
        outcome.set_exception(translated(error))


def translated(error: BaseException) -> LeakInspectionError:
    """Our own error as a worker raised it, however deep Ray has wrapped it; what else Ray says in one line."""
    inner: BaseException | None = error
    while inner is not None:
        if isinstance(inner, LeakInspectionError):
            return inner
        inner = getattr(inner, "cause", None) or inner.__cause__
    reason = " ".join(str(error).split())
    return FitFailed(f"the cluster could not finish a job ({reason}): the same command goes on with what was finished")
