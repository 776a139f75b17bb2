"""Progress of long work, as the console shows it or not at all."""

from collections.abc import Iterable, Iterator
from typing import Protocol, TypeVar

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from rich.progress import Progress as Bars

Item = TypeVar("Item")


class Progress(Protocol):
    """Shows how far a loop has come, and what came out on the way."""

    def track(self, items: Iterable[Item], title: str, total: int) -> Iterator[Item]:
        """Yield the items one by one."""

    def note(self, line: str) -> None:
        """Say something while a loop goes on."""


class Silent:
    """Shows nothing."""

    def track(self, items: Iterable[Item], title: str, total: int) -> Iterator[Item]:  # noqa: ARG002  # the protocol's
        """Yield the items one by one."""
        yield from items

    def note(self, line: str) -> None:
        """Do nothing."""


class ConsoleProgress:
    """A bar on the console for each loop."""

    def __init__(self, console: Console) -> None:
        self._console = console

    def track(self, items: Iterable[Item], title: str, total: int) -> Iterator[Item]:
        """Yield the items one by one."""
        if not total:
            return
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        with Bars(*columns, TimeRemainingColumn(), console=self._console) as bars:
            yield from bars.track(items, total=total, description=title)

    def note(self, line: str) -> None:
        """Print a line above the bar."""
        self._console.print(line, highlight=False, markup=False)


SILENT = Silent()
