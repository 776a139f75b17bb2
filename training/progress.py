"""Progress of long work, as the console shows it or not at all."""

from collections.abc import Iterator, Sequence
from typing import Protocol, TypeVar

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
from rich.progress import Progress as Bars

Item = TypeVar("Item")


class Progress(Protocol):
    """Shows how far a loop has come."""

    def track(self, items: Sequence[Item], title: str) -> Iterator[Item]:
        """Yield the items one by one."""


class Silent:
    """Shows nothing."""

    def track(self, items: Sequence[Item], title: str) -> Iterator[Item]:  # noqa: ARG002  # the protocol's signature
        """Yield the items one by one."""
        yield from items


class ConsoleProgress:
    """A bar on the console for each loop."""

    def __init__(self, console: Console) -> None:
        self._console = console

    def track(self, items: Sequence[Item], title: str) -> Iterator[Item]:
        """Yield the items one by one."""
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        with Bars(*columns, console=self._console) as bars:
            yield from bars.track(items, description=title)


SILENT = Silent()
